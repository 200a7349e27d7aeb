# SPDX-License-Identifier: GPL-2.0-or-later
# Our own C, as a build folder compiles it; and what was found in it, as TAP.

import collections
import json
import os
import shlex
import shutil
import sys

# One way to compile one file: in which folder, and with which arguments that
# matter to what the code means.  The path is relative to the source.
Unit = collections.namedtuple('Unit', 'path file folder arguments')

WITH_VALUE = ('-isystem', '-include')
WANTED = ('-I', '-D', '-U', '-W', '-std=', '-fwrapv', '-fno-strict-aliasing')


def is_private(word):
    """Meson's folder for a target's objects, where there are no headers."""
    return word.startswith('-I') and word.endswith('.p')


def arguments_of(command):
    words = iter(shlex.split(command)[1:])
    for word in words:
        if word in WITH_VALUE:
            yield from (word, next(words))
        elif word.startswith(WANTED) and not is_private(word):
            yield word


def need(program):
    """A program that is not installed is a failure, never a skip."""
    if not shutil.which(program):
        print(f'Bail out! {program} is not installed: see HOST_TEST_PACKAGES')
        sys.exit(1)


def read(build, source):
    """
    Each unit once: many programs are made of the same files.  Targets differ
    in the folders of headers that they name, never in what is found there.
    """
    build, source = os.path.realpath(build), os.path.realpath(source)
    with open(os.path.join(build, 'compile_commands.json'),
              encoding='utf-8') as file:
        commands = json.load(file)
    units = {}
    for command in commands:
        folder = command['directory']
        path = os.path.realpath(os.path.join(folder, command['file']))
        if (path.startswith(source + '/') and
                not path.startswith(build + '/')):
            arguments = tuple(arguments_of(command['command']))
            key = path, tuple(word for word in arguments
                              if not word.startswith('-I'))
            units[key] = Unit(os.path.relpath(path, source), command['file'],
                              folder, arguments)
    return sorted(units.values())


def folders(paths):
    return sorted({os.path.dirname(path) for path in paths})


def report(test, names, findings):
    """Print TAP: a case for each folder; findings are (path, lines)."""
    found = collections.defaultdict(list)
    for path, lines in findings:
        found[os.path.dirname(path)] += lines
    for name in sorted(set(found) - set(names)):
        names = names + [name]
    print(f'1..{len(names)}')
    for number, name in enumerate(names, 1):
        for line in found[name]:
            print(f'# {line}')
        print(f"{'not ok' if found[name] else 'ok'} {number} /{test}/{name}")
    sys.exit(1 if any(found.values()) else 0)
