#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Print which lines of our sources were run, by folder.
#
# usage: coverage.py [--files] BUILD SOURCE
#
# BUILD was made with -Db_coverage=true, and tested.  A line that is compiled
# into several programs was run if it was in one of them.  --files: a line for
# each file as well, those least run first.

import argparse
import collections
import concurrent.futures
import json
import os
import subprocess

FOLDERS = ('common', 'hw-models', 'plugins', 'tools')
BATCH = 50


def gcov(notes):
    """Yield (path, line, whether it was run) of these notes' sources."""
    output = subprocess.run(['gcov', '--json-format', '--stdout', *notes],
                            check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True).stdout
    found = set()
    for text in output.splitlines():
        data = json.loads(text)
        folder = data['current_working_directory']
        for file in data['files']:
            path = os.path.realpath(os.path.join(folder, file['file']))
            found.update((path, line['line_number'], line['count'] > 0)
                         for line in file['lines'])
    return found


def all_notes(build):
    return [os.path.join(folder, name)
            for folder, _, names in os.walk(build)
            for name in names if name.endswith('.gcno')]


def read(build, source):
    """By path relative to the source: by line, whether it was run."""
    notes = all_notes(build)
    batches = [notes[i:i + BATCH] for i in range(0, len(notes), BATCH)]
    files = collections.defaultdict(dict)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(gcov, batches):
            for path, line, was_run in found:
                name = os.path.relpath(path, source)
                if name.startswith(tuple(f'{f}/' for f in FOLDERS)):
                    files[name][line] = files[name].get(line) or was_run
    return files


def show(name, lines):
    run = sum(lines)
    print(f'{name:34} {run:6} of {len(lines):6} lines  '
          f'{100 * run / len(lines):5.1f} %')


def share(lines):
    return sum(lines) / len(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--files', action='store_true')
    parser.add_argument('build')
    parser.add_argument('source')
    args = parser.parse_args()

    files = {name: list(lines.values()) for name, lines in read(
        os.path.realpath(args.build), os.path.realpath(args.source)).items()}
    if args.files:
        for name in sorted(files, key=lambda name: share(files[name])):
            show(name, files[name])
    folders = collections.defaultdict(list)
    for name, lines in files.items():
        folders[os.path.dirname(name)] += lines
    for name in sorted(folders):
        show(name, folders[name])
    show('all', [line for lines in folders.values() for line in lines])


if __name__ == '__main__':
    main()
