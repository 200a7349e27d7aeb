#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the style check: every rule passes good code, and finds bad code.
#
# usage: style-test.py        (prints TAP)
#
# Each bad snippet is added to a copy of a small good tree; the check must
# then print exactly the findings named.

import os
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
CHECK = os.path.join(TOP, 'scripts', 'style-check')

SPDX = 'SPDX-License-Identifier: GPL-2.0-or-later'
C_HEAD = f'/* {SPDX} */\n/* Sample: a file. */\n'
SCRIPT_HEAD = f'#!/bin/sh\n# {SPDX}\n# Do nothing.\n'

GOOD = {
    'meson.build': f"# {SPDX}\n# The build.\nannex_modules = [\n"
                   "  'sample',  # the one\n]\n",
    'plugins/sample.c': C_HEAD + 'int sample;\n',
    'docs/sample.rst': 'Sample\n======\n',
    'qapi-ext/sample.json': f'# {SPDX}\n',
    'tests/unit/sample-test.c': C_HEAD + 'int version = QEMU_VERSION_MAJOR;\n',
    'common/host/run.h': C_HEAD + '#if HOST_SERIES > 702\n#else\n#endif\n',
    'common/good.c': C_HEAD + '''
/* dlsym() in a comment, and HOST_SERIES; a path: a/root/b, $HOME/work */
static const char *text = "if (x) HOST_SERIES";

static int good(int a,
                int b)
{
    if (a &&
        (b || a)) {
        return 0;
    } else if (b) {
        return 1;
    } else {
        while (a) {
            a--;
        }
    }
    do {
        b--;
    } while (b);
    for (;;) {
    }
}
''',
    'scripts/good.sh': SCRIPT_HEAD,
}


def lines(count):
    return C_HEAD + 'int x;\n' * (count - 2)


def function(count):
    return C_HEAD + 'int f(void)\n{\n' + '    f();\n' * (count - 2) + '}\n'


def body(*code):
    return C_HEAD + '\n'.join(code) + '\n'


# rule, what is tried, file, its new content, line numbers found there
CASES = [
    ('file-length', 'at-limit', 'common/a.c', lines(400), []),
    ('file-length', 'over', 'common/a.c', lines(401), [401]),
    ('function-length', 'at-limit', 'common/a.c', function(60), []),
    ('function-length', 'over', 'common/a.c', function(61), [4]),
    ('columns', 'at-limit', 'common/a.c', body('/*' + 'x' * 78), []),
    ('columns', 'over', 'common/a.c', body('/*' + 'x' * 79), [3]),
    ('columns', 'script', 'scripts/a.sh', SCRIPT_HEAD + '#' * 81 + '\n',
     [4]),
    ('blanks', 'tab', 'common/a.c', body('int x;', '\tint y;'), [4]),
    ('blanks', 'trailing', 'common/a.c', body('int x; '), [3]),
    ('blanks', 'carriage-return', 'common/a.c', body('int x;\r'), [3]),
    ('blanks', 'last-newline', 'common/a.c', C_HEAD + 'int x;', [3]),
    ('blanks', 'kernel-tab', 'tests/guest/k/a.c',
     '//' + C_HEAD[2:].replace(' */', '', 1) +
     '\tint y;\n', []),
    ('braces', 'if', 'common/a.c', body('    if (x)', '        y();'), [3]),
    ('braces', 'same-line', 'common/a.c', body('    if (x) y();'), [3]),
    ('braces', 'else', 'common/a.c', body('    } else', '    y();'), [3]),
    ('braces', 'else-if', 'common/a.c', body('    } else if (x)'), [3]),
    ('braces', 'for', 'common/a.c', body('    for (;;)', '    y();'), [3]),
    ('braces', 'while', 'common/a.c', body('    while (x)', '  y();'), [3]),
    ('braces', 'foreach', 'common/a.c', body('  QTAILQ_FOREACH(a, b, c)'),
     [3]),
    ('braces', 'long-condition', 'common/a.c',
     body('    if (x &&', '        y)', '        z();'), [3]),
    ('licence', 'other', 'common/a.c',
     C_HEAD.replace('GPL-2.0-or-later', 'MIT'), [1]),
    ('licence', 'not-first', 'common/a.c', '\n' + C_HEAD, [1]),
    ('licence', 'script', 'scripts/a.sh', '#!/bin/sh\n# Do nothing.\n', [1]),
    ('description', 'missing', 'common/a.c', f'/* {SPDX} */\nint x;\n', [2]),
    ('description', 'no-sentence', 'common/a.c',
     f'/* {SPDX} */\n/* sample */\n', [2]),
    ('description', 'script', 'scripts/a.sh', f'#!/bin/sh\n# {SPDX}\n\n', [3]),
    ('unfinished', 'word', 'docs/sample.rst', 'TO' 'DO: write\n', [1]),
    ('unfinished', 'two-words', 'common/a.c',
     body('/* not implemen' 'ted */'), [3]),
    ('unfinished', 'plural', 'common/a.c', body('/* stu' 'bs */'), [3]),
    ('host-version', 'series', 'common/a.c', body('#if HOST_SERIES > 1'), [3]),
    ('host-version', 'major', 'hw-models/a.h',
     body('', 'int x = QEMU_VERSION_MAJOR;'), [4]),
    ('symbol-lookup', 'dlsym', 'common/a.c', body('x = dlsym(a, b);'), [3]),
    ('symbol-lookup', 'gmodule', 'plugins/sample.c',
     body('g_module_symbol(a);'), [3]),
    ('registry', 'url', 'docs/sample.rst',
     'http://deb.' 'debian' '.org/debian\n', [1]),
    ('registry', 'bare', 'scripts/a.sh', SCRIPT_HEAD + 'x=pypi' '.org\n', [4]),
    ('registry', 'web-page', 'docs/sample.rst',
     'https://www.' 'debian' '.org/doc\n', []),
    ('machine-path', 'root', 'docs/sample.rst', 'cd /ro' 'ot/x\n', [1]),
    ('machine-path', 'home', 'scripts/a.sh', SCRIPT_HEAD + 'x=/ho' 'me/me\n',
     [4]),
    ('machine-path', 'work', 'docs/sample.rst', 'in /wo' 'rk\n', [1]),
    ('file-name', 'underscore', 'common/a_b.c', C_HEAD, [1]),
    ('file-name', 'capital', 'tests/unit/Sample.c', C_HEAD, [1]),
    ('file-name', 'usual', 'README.rst', 'Annex\n', []),
    ('plugin-length', 'at-limit', 'plugins/sample.c', lines(59), []),
    ('plugin-length', 'over', 'plugins/sample.c', lines(60), [60]),
    ('module-parts', 'page', 'docs/sample.rst', None, [3]),
    ('module-parts', 'schema', 'qapi-ext/sample.json', None, [3]),
    ('module-parts', 'entry', 'plugins/sample.c', None, [3]),
    ('module-parts', 'test', 'tests/unit/sample-test.c', None, [3]),
    ('module-parts', 'unlisted', 'plugins/other.c', C_HEAD, [3]),
    ('module-parts', 'no-list', 'meson.build',
     f'# {SPDX}\n# The build.\n', [1]),
]


def run_check(files):
    """The check's exit code and findings for a tree of these files."""
    with tempfile.TemporaryDirectory() as tree:
        for path, content in files.items():
            if content is not None:
                path = os.path.join(tree, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8', newline='') as file:
                    file.write(content)
        run = subprocess.run([CHECK, tree], stdout=subprocess.PIPE, text=True,
                             check=False)
    return run.returncode, run.stdout.splitlines()


def check_case(rule, path, content, numbers):
    """What is wrong with the outcome of a case, or None."""
    status, findings = run_check({**GOOD, path: content})
    # A finding about a part that is gone is reported where it is wanted.
    if rule == 'module-parts':
        path = 'meson.build'
    expected = [f'{path}:{number}: {rule}' for number in numbers]
    found = [':'.join(line.split(':')[:3]) for line in findings]
    if found != expected:
        return f'expected {expected}, found {findings}'
    if status != (1 if expected else 0):
        return f'exit code {status}'
    return None


def tests():
    """Yield (name, problem or None)."""
    status, findings = run_check(GOOD)
    yield 'good-tree', str(findings) if status or findings else None
    for rule, what, path, content, numbers in CASES:
        yield f'{rule}/{what}', check_case(rule, path, content, numbers)
    listed = subprocess.check_output([CHECK, '--list'], text=True).split()
    proven = {case[0] for case in CASES if case[4]}
    yield 'every-rule-can-fail', ', '.join(set(listed) - proven) or None


def main():
    failed = False
    number = 0
    for number, (name, problem) in enumerate(tests(), 1):
        if problem:
            failed = True
            print(f'# {problem}')
        print(f"{'not ok' if problem else 'ok'} {number} /style-check/{name}",
              flush=True)
    print(f'1..{number}')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
