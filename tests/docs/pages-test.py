#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual and the man pages are made without a warning.
#
# usage: pages-test.py HOST_SRC DOCS        (prints TAP, /docs/BUILDER)
#
# HOST_SRC has the QAPI parser that makes the reference pages.

import os
import shutil
import subprocess
import sys
import tempfile

BUILDERS = ['html', 'man']


def make(builder, host_src, docs):
    """The lines that Sphinx has to say."""
    with tempfile.TemporaryDirectory(prefix='annex-docs-') as folder:
        run = subprocess.run(
            ['sphinx-build', '-q', '-W', '--keep-going', '-b', builder,
             '-d', os.path.join(folder, 'doctrees'), docs,
             os.path.join(folder, builder)],
            env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1',
                 'PYTHONPATH': os.path.join(host_src, 'scripts')},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
    lines = run.stdout.splitlines()
    if run.returncode:
        lines.append(f'sphinx-build ended with {run.returncode}')
    return lines


def main():
    if not shutil.which('sphinx-build'):
        print('Bail out! sphinx-build is not installed: '
              'see HOST_TEST_PACKAGES')
        sys.exit(1)
    failed = False
    print(f'1..{len(BUILDERS)}')
    for number, builder in enumerate(BUILDERS, 1):
        lines = make(builder, *sys.argv[1:])
        for line in lines:
            print(f'# {line}')
        print(f"{'not ok' if lines else 'ok'} {number} /docs/{builder}")
        failed = failed or bool(lines)
    sys.exit(failed)


if __name__ == '__main__':
    main()
