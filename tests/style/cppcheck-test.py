#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# cppcheck finds nothing in our C.
#
# usage: cppcheck-test.py BUILD SOURCE        (prints TAP, /cppcheck/FOLDER)
#
# What it is not to say is in cppcheck.txt, where an entry without use is a
# finding; what it has to be told of the host's macros in cppcheck.cfg.

import os
import subprocess
import sys

import units

FOLDERS = ['common', 'hw-models', 'plugins', 'tests', 'tools']
HERE = 'tests/style/'
CPPCHECK = [
    'cppcheck', '--quiet', '--std=c11', '-I.', '-Itools',
    '--enable=warning,performance,portability,information',
    '--disable=missingInclude',
    '--library=gtk', '--library=posix', '--library=gnu',
    f'--library={HERE}cppcheck.cfg',
    f'--suppressions-list={HERE}cppcheck.txt',
    '--template={file}:{line}: {message} [{id}]',
]


def main():
    build, source = sys.argv[1:]
    units.need('cppcheck')
    run = subprocess.run(CPPCHECK + [f'-j{os.cpu_count()}', *FOLDERS],
                         cwd=source, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, check=False)
    paths = {unit.path for unit in units.read(build, source)}
    findings = [(line.partition(':')[0], [line])
                for line in run.stdout.splitlines()]
    if run.returncode:
        findings.append(('cppcheck', [f'it ended with {run.returncode}']))
    units.report('cppcheck', units.folders(paths), findings)


if __name__ == '__main__':
    main()
