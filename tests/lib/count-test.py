#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Test of scripts/count-tests.py: that nothing which failed is lost.
#
# usage: count-test.py
#
# Each case is the logs of a made-up run of "meson test".  Prints TAP.

import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
COUNT = os.path.join(TOP, 'scripts', 'count-tests.py')

GOOD = '<testcase name="good"/>'
BAD = '<testcase name="bad"><failure message=""/></testcase>'
SKIPPED = '<testcase name="later"><skipped/></testcase>'

# Name, result of the program, what it said, its suite in JUnit's format,
# lines that have to be printed, of which the last is the summary.
CASES = [
    ('good', 'OK', '', GOOD + GOOD, ['2 passed, 0 failed, 0 skipped']),
    ('without-cases', 'OK', '', '', ['1 passed, 0 failed, 0 skipped']),
    ('skipped', 'SKIP', '', '',
     ['skipped: host: program: program', '0 passed, 0 failed, 1 skipped']),
    ('case-skipped', 'OK', '', GOOD + SKIPPED,
     ['skipped: host: program: later', '1 passed, 0 failed, 1 skipped']),
    ('case-failed', 'FAIL', 'why', GOOD + BAD,
     ['why', 'failed: host: program: bad', '1 passed, 1 failed, 0 skipped']),
    ('crashed', 'ERROR', 'why', GOOD,
     ['why', 'failed: host: program: the program itself: ERROR',
      '1 passed, 1 failed, 0 skipped']),
    ('hung', 'TIMEOUT', 'why', GOOD,
     ['why', 'failed: host: program: the program itself: TIMEOUT',
      '1 passed, 1 failed, 0 skipped']),
    # A guest's console has whatever the guest likes.
    ('control-characters', 'FAIL', 'a \x1b[1m \x00\x08 \x7f \ufffe b',
     GOOD + BAD + '<system-err>\x1b[1m \x00\x08 \x7f \ufffe</system-err>',
     ['a \ufffd[1m \ufffd\ufffd \ufffd \ufffd b', 'failed: host: program: bad',
      '1 passed, 1 failed, 0 skipped']),
    ('broken-log', 'ERROR', 'why', '<testcase',
     ['why', 'failed: host: program: the program itself: ERROR',
      '0 passed, 2 failed, 0 skipped']),
    ('broken-log-good', 'OK', '', '<testcase',
     ['1 passed, 1 failed, 0 skipped']),
]


def write_logs(logs, result, words, suite):
    os.makedirs(logs)
    with open(os.path.join(logs, 'testlog.json'), 'w', encoding='utf-8') as f:
        json.dump({'name': 'program', 'result': result, 'stdout': 'TAP',
                   'stderr': words}, f)
    with open(os.path.join(logs, 'testlog.junit.xml'), 'w',
              encoding='utf-8') as f:
        f.write("<?xml version='1.0' encoding='utf8'?>\n<testsuites>"
                f'<testsuite name="project.program">{suite}</testsuite>'
                '</testsuites>')


def count(*args, encoding='utf-8'):
    """The exit code, and the lines printed to a terminal of @encoding."""
    run = subprocess.run([COUNT, *args], stdout=subprocess.PIPE, text=True,
                         encoding=encoding, check=False,
                         env={**os.environ, 'PYTHONIOENCODING': encoding})
    return run.returncode, run.stdout.splitlines()


def check(found, wanted, status):
    """What is wrong with what was found, or None."""
    code, lines = found
    lost = [line for line in wanted if line not in lines]
    if lost or lines[-1:] != wanted[-1:]:
        return f'not in {lines}: {lost or wanted[-1]}'
    return None if code == status else f'exits with {code}'


def tests(folder):
    """Yield (name, problem or None)."""
    for name, result, words, suite, wanted in CASES:
        logs = os.path.join(folder, name, 'host', 'meson-logs')
        write_logs(logs, result, words, suite)
        bad = '0 failed' not in wanted[-1]
        yield name, check(count(logs), wanted, bad)
        if 'skipped' in name:
            yield name + '-unexpected', check(count('--no-skips', logs),
                                              wanted, 1)
        if name == 'control-characters':
            yield name + '-ascii', check(count(logs, encoding='ascii'),
                                         wanted[1:], 1)
    good = os.path.join(folder, 'good', 'host', 'meson-logs')
    figures = os.path.join(folder, 'figures')
    yield 'no-coverage', check(
        count('--coverage', figures, good),
        ['failed: which lines the tests run is not known',
         '2 passed, 1 failed, 0 skipped'], 1)
    with open(figures, 'w', encoding='utf-8') as f:
        f.write('all 9 of 10 lines\n')
    yield 'coverage', check(count('--coverage', figures, good),
                            ['all 9 of 10 lines',
                             '3 passed, 0 failed, 0 skipped'], 0)
    nothing = os.path.join(folder, 'nothing', 'host', 'meson-logs')
    yield 'no-log', check(count(nothing),
                          ['failed: host: no test was run',
                           '0 passed, 1 failed, 0 skipped'], 1)


def main():
    failed = False
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, problem) in enumerate(tests(folder), 1):
            if problem:
                failed = True
                print(f'# {problem}')
            print(f"{'not ok' if problem else 'ok'} {number} /count/{name}")
    print(f'1..{number}')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
