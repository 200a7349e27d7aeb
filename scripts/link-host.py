#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Prepare objects for a link to a host whose symbols may turn out missing.
#
# usage: link-host.py OUT.o OUT.c ARCHIVE LIBRARY... -- COMPILER...
#
# OUT.o is all of ARCHIVE in one object, with weak references to the symbols
# that neither it nor a LIBRARY defines: those that QEMU has to export.  The
# dynamic linker then leaves those that QEMU lacks at zero, where it would
# refuse the whole shared object and name the first of them only.
# OUT.c puts their names into the section annex_symbols (common/image.h), by
# which the ABI gate sees that there are all of them, before any is used.

import os
import subprocess
import sys
import tempfile

# Defined by the linker itself, by the dynamic linker, for __thread, or by the
# library for coverage.
LINKER = ('_GLOBAL_OFFSET_TABLE_', '__start_annex_', '__stop_annex_',
          '__tls_get_addr', '__gcov_')


def names(*command):
    """The names that nm prints, without versions."""
    output = subprocess.check_output(['nm', '-P', *command], text=True)
    return {line.split()[0].partition('@')[0]
            for line in output.splitlines() if ' ' in line}


def find_library(compiler, library):
    """A path, or a file that the compiler would link by that name."""
    if os.path.exists(library):
        return library
    path = subprocess.check_output(
        [*compiler, f'-print-file-name={library}'], text=True).strip()
    if not os.path.exists(path):
        raise SystemExit(f'{sys.argv[0]}: no library {library}')
    return path


def write_table(path, symbols):
    with open(path, 'w', encoding='ascii') as file:
        file.write('/* The symbols that the host has to export. */\n'
                   '__attribute__((used, section("annex_symbols")))\n'
                   'static const char annex_symbol_names[] =')
        for symbol in symbols[:-1]:
            file.write(f'\n    "{symbol}\\0"')
        file.write(f'\n    "{symbols[-1]}";\n')


def main():
    split = sys.argv.index('--')
    output, table, archive, *libraries = sys.argv[1:split]
    compiler = sys.argv[split + 1:]

    subprocess.check_call(
        [*compiler, '-r', '-nostdlib', '-Wl,--whole-archive', archive,
         '-o', output])
    defined = set()
    for library in libraries:
        defined |= names('-D', '--defined-only',
                         find_library(compiler, library))
    symbols = sorted(name for name in names('-u', output) - defined
                     if not name.startswith(LINKER))
    with tempfile.NamedTemporaryFile('w', encoding='ascii') as file:
        file.write('\n'.join(symbols))
        file.flush()
        subprocess.check_call(
            ['objcopy', f'--weaken-symbols={file.name}', output])
    write_table(table, symbols)


if __name__ == '__main__':
    main()
