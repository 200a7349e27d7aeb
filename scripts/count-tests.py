#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Count the single cases of a "meson test" run, and print the summary line.
#
# usage: count-tests.py [--no-skips] LOGS        (LOGS: build/HOST/meson-logs)
#
# A test program that reports cases (TAP) counts as those cases; another one
# counts as one.  A program that failed with no failed case of its own, since
# it crashed, ran into its deadline or ended early, is one failure more.
# Exits with 1 when anything failed, or was skipped under --no-skips.

import argparse
import collections
import json
import os
import sys
import xml.etree.ElementTree

GOOD = {'OK', 'EXPECTEDFAIL'}


def read_programs(logs):
    """The result of each test program by its name, in order."""
    with open(os.path.join(logs, 'testlog.json'), encoding='utf-8') as log:
        return [(run['name'], run['result']) for run in map(json.loads, log)]


def read_cases(logs):
    """(name, outcome) of every case, by the program's JUnit suite."""
    cases = collections.defaultdict(list)
    tree = xml.etree.ElementTree.parse(
        os.path.join(logs, 'testlog.junit.xml'))
    for suite in tree.iter('testsuite'):
        # "PROJECT.PROGRAM"; programs without cases share "PROJECT".
        program = suite.get('name').partition('.')[2]
        for case in suite.iter('testcase'):
            outcome = 'passed'
            if case.find('skipped') is not None:
                outcome = 'skipped'
            elif (case.find('failure') is not None
                  or case.find('error') is not None):
                outcome = 'failed'
            cases[program].append((case.get('name'), outcome))
    return cases


def outcomes(program, result, cases):
    """Yield (name, outcome) for all that one program's run counts as."""
    yield from cases
    if result in GOOD:
        if not cases:
            yield program, 'passed'
    elif result == 'SKIP':
        if not cases:
            yield program, 'skipped'
    elif not any(outcome == 'failed' for _, outcome in cases):
        yield f'the program itself: {result}', 'failed'


def read_run(logs):
    """Yield (program, name, outcome) for all that the run counts as."""
    if not os.path.exists(os.path.join(logs, 'testlog.json')):
        return
    cases = read_cases(logs)
    for program, result in read_programs(logs):
        for name, outcome in outcomes(program, result, cases[program]):
            yield program, name, outcome


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--no-skips', action='store_true')
    parser.add_argument('logs')
    args = parser.parse_args()

    count = collections.Counter()
    for program, name, outcome in read_run(args.logs):
        count[outcome] += 1
        if outcome != 'passed':
            print(f'{outcome}: {program}: {name}')
    if not count:
        print('failed: no test was run')
        count['failed'] = 1
    bad = count['failed'] or (args.no_skips and count['skipped'])
    print(f"{count['passed']} passed, {count['failed']} failed, "
          f"{count['skipped']} skipped")
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
