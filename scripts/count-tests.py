#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Count the single cases of "meson test" runs, and print the summary line.
#
# usage: count-tests.py [--no-skips] [--table FILE] [--coverage FILE]
#                       [--tap FILE]... LOGS...
#
# LOGS are folders build/HOST/meson-logs.  A test program that reports cases
# (TAP) counts as those cases; another one counts as one.  A program that
# failed with no failed case of its own, since it crashed, ran into its
# deadline or ended early, is one failure more.  So is a host whose tests were
# not run.
#
# --tap: FILE is what a program said that is not Meson's to run, and its name.
#
# --coverage: FILE has which lines the tests run, which counts as one case if
# it is there, and is printed.
#
# --table: FILE has to be the table of what was tested that these results
# make, which counts as one case; if it is not, it becomes so.
#
# Exits with 1 when anything failed, or was skipped under --no-skips.

import argparse
import collections
import difflib
import os
import sys

import testlogs

# Of how many programs that failed the end is printed, and characters of all.
MAX_LAST_WORDS = 4
LAST_WORDS = 9000


def count_run(host, run, count):
    """Add one host's cases to the count, and print those not passed."""
    for program, name, outcome in run:
        count[outcome] += 1
        if outcome != 'passed':
            print(f'{outcome}: {host}: {program}: {name}')
    if not run:
        count['failed'] += 1
        print(f'failed: {host}: no test was run')


def print_last_words(folders):
    """The ends of what failed once more, where nobody has to look for them."""
    failed = [(testlogs.host_of(logs), *words) for logs in folders
              for words in testlogs.last_words(logs)]
    for host, program, words in failed[:MAX_LAST_WORDS]:
        size = LAST_WORDS // min(len(failed), MAX_LAST_WORDS)
        print(f'---- {host}: {program} said at last:\n{words[-size:]}')


def print_coverage(path, count):
    if not os.path.exists(path):
        count['failed'] += 1
        print('failed: which lines the tests run is not known')
        return
    count['passed'] += 1
    print('Lines that the tests run in QEMU and of the tools, without Linux '
          'guests:')
    with open(path, encoding='utf-8') as file:
        sys.stdout.write(file.read())


def check_table(path, runs, count):
    wanted = testlogs.table(runs)
    with open(path, encoding='utf-8') as file:
        found = file.read()
    if found == wanted:
        count['passed'] += 1
        return
    with open(path, 'w', encoding='utf-8') as file:
        file.write(wanted)
    count['failed'] += 1
    sys.stdout.writelines(difflib.unified_diff(
        found.splitlines(keepends=True), wanted.splitlines(keepends=True),
        path, 'these tests'))
    print(f'failed: {path} was not what these tests say; it is now')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--no-skips', action='store_true')
    parser.add_argument('--table')
    parser.add_argument('--coverage')
    parser.add_argument('--tap', action='append', default=[])
    parser.add_argument('logs', nargs='+')
    args = parser.parse_args()
    # Whatever a guest has printed, and the terminal can show.
    sys.stdout.reconfigure(errors='backslashreplace')

    count = collections.Counter()
    runs = {testlogs.host_of(logs): list(testlogs.read_run(logs))
            for logs in args.logs}
    print_last_words(args.logs)
    for host, run in runs.items():
        count_run(host, run, count)
    for tap in args.tap:
        count_run(tap, [('tap', *case) for case in testlogs.read_tap(tap)],
                  count)
    if args.coverage:
        print_coverage(args.coverage, count)
    if args.table and not count['failed']:
        check_table(args.table, runs, count)
    bad = count['failed'] or (args.no_skips and count['skipped'])
    print(f"{count['passed']} passed, {count['failed']} failed, "
          f"{count['skipped']} skipped")
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    main()
