#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz what reads bytes of others, with libFuzzer under ASan and UBSan.
#
# usage: fuzz-test.py NAME CORPUS FOLDER WORD...        (prints TAP)
#
# Builds the program NAME in FOLDER by clang of the sources and arguments that
# WORDs are, and runs it RUNS times from the inputs in CORPUS, always the same
# way.  With ANNEX_FUZZ_SECONDS in the environment it runs that long instead,
# each time another way, and goes on from what it has found before.  An input
# that it fails for is left in FOLDER.

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

RUNS = 10000
SANITIZE = 'address,undefined'
FLAGS = ['-g', '-O1', '-w', '-std=gnu11', '-fno-omit-frame-pointer',
         '-ffunction-sections', '-fdata-sections',
         '-fno-sanitize-recover=all']
LIBRARIES = ['glib-2.0', 'json-glib-1.0']


def pkg_config(what):
    return subprocess.run(['pkg-config', what, *LIBRARIES], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split()


def clang(words):
    """What clang has to say, if that is why it fails."""
    run = subprocess.run(['clang', *words], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, check=False)
    return run.stdout if run.returncode else ''


def build(program, words):
    """The lines of what went wrong."""
    sources = [word for word in words if word.endswith('.c')]
    linker = [word for word in words if word.startswith('-Wl,')
              or word == '-no-pie']
    flags = [word for word in words if word not in sources + linker]
    flags += FLAGS + pkg_config('--cflags')
    objects = [f'{program}-{number}.o' for number in range(len(sources))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = pool.map(lambda pair: clang(
            [f'-fsanitize=fuzzer-no-link,{SANITIZE}', *flags, '-c', pair[0],
             '-o', pair[1]]), zip(sources, objects))
        errors = ''.join(said)
    if not errors:
        errors = clang([f'-fsanitize=fuzzer,{SANITIZE}', *objects, *linker,
                        '-Wl,--gc-sections', *pkg_config('--libs'), '-lm',
                        '-o', program])
    return errors.splitlines()


def fuzz(program, corpus):
    """The lines of what went wrong, and what to say anyway."""
    seconds = os.environ.get('ANNEX_FUZZ_SECONDS')
    found = program + '-corpus'
    if not seconds:
        shutil.rmtree(found, ignore_errors=True)
    os.makedirs(found, exist_ok=True)
    how = ([f'-max_total_time={seconds}'] if seconds
           else [f'-runs={RUNS}', '-seed=1'])
    run = subprocess.run(
        [program, *how, '-timeout=20', '-rss_limit_mb=2048', '-max_len=4096',
         '-print_final_stats=1', f'-artifact_prefix={program}-', found,
         corpus],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, errors='replace', check=False)
    lines = run.stderr.splitlines()
    stats = [line for line in lines
             if re.match(r'stat::(number_of|new_units)|Done', line)]
    wrong = [line for line in lines if not re.match(r'#\d+\t', line)]
    return (wrong[-60:] if run.returncode else []), stats


def main():
    name, corpus, folder, *words = sys.argv[1:]
    # Leaks are told apart by the names of functions.
    for tool in 'clang', 'llvm-symbolizer':
        if not shutil.which(tool):
            print(f'Bail out! {tool} is not there: see HOST_TEST_PACKAGES')
            sys.exit(1)
    os.makedirs(folder, exist_ok=True)
    program = os.path.join(folder, name)
    lines, stats = build(program, words), []
    if not lines:
        lines, stats = fuzz(program, corpus)
    for line in lines + stats:
        print(f'# {line}')
    print(f"1..1\n{'not ok' if lines else 'ok'} 1 /fuzz/{name}")
    sys.exit(1 if lines else 0)


if __name__ == '__main__':
    main()
