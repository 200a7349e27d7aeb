#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Our C is without warnings for clang too, as the build has it for gcc.
#
# usage: clang-test.py BUILD SOURCE        (prints TAP, /clang/FOLDER)
#
# Compiles what compile_commands.json of the folder BUILD has of SOURCE, with
# the same warnings, as far as to the end of semantic analysis.

import concurrent.futures
import os
import subprocess
import sys

import units

CLANG = ['clang', '-fsyntax-only', '-Werror', '-fno-color-diagnostics']


def compile_unit(unit):
    run = subprocess.run(CLANG + [*unit.arguments, unit.file],
                         cwd=unit.folder, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, check=False)
    lines = run.stdout.replace('../../', '').splitlines()
    if run.returncode and not lines:
        lines = [f'{unit.path}: clang ended with {run.returncode}']
    return unit.path, lines


def main():
    units.need('clang')
    all_units = units.read(*sys.argv[1:])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(compile_unit, all_units))
    units.report('clang', units.folders(unit.path for unit in all_units),
                 findings)


if __name__ == '__main__':
    main()
