# SPDX-License-Identifier: GPL-2.0-or-later
# What "meson test" runs came to: their logs, read case by case.

import collections
import json
import os
import re
import xml.etree.ElementTree

GOOD = {'OK', 'EXPECTEDFAIL'}

# "12 /unplug-guest/acpi-pci-q35/refused" is a case of the module unplug.  The
# second part is the transport, or begins with it.
PLUGINS = os.path.join(os.path.dirname(__file__), '..', 'plugins')
MODULES = sorted((name.removesuffix('.c') for name in os.listdir(PLUGINS)
                  if name.endswith('.c')), key=len, reverse=True)
TRANSPORTS = ('pcie', 'acpi-pci', 'shpc', 'acpi-cpu', 'acpi-memory',
              'papr-cpu', 'papr-dimm', 'papr-pci', 'papr-phb',
              'papr-vio')
CASE = re.compile(rf"/({'|'.join(MODULES)})(?:-[a-z-]+)?"
                  rf"/({'|'.join(TRANSPORTS)})\b")
# What XML has no place for; Meson copies it there from what a test printed.
UNPRINTABLE = re.compile('[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd'
                         '\U00010000-\U0010ffff]')
# Programs whose cases have a real Linux guest (tests/guest/meson.build).
GUEST = re.compile(r'-guest$')

TABLE_HEAD = '''\
.. SPDX-License-Identifier: GPL-2.0-or-later
.. Made by scripts/check.sh from the results of the tests; do not edit.

What is tested
==============

Single cases that ``scripts/check.sh`` runs, by module, transport and host;
each has passed.  In parentheses: those with a real Linux guest.  The others
play the guest, on the same QEMU.

'''


def printable(text):
    """A copy of @text with a mark for each character of a control kind."""
    return UNPRINTABLE.sub('\ufffd', text)


def read_programs(logs):
    """The result of each test program by its name, in order."""
    with open(os.path.join(logs, 'testlog.json'), encoding='utf-8') as log:
        return [(run['name'], run['result']) for run in map(json.loads, log)]


def read_cases(logs):
    """(name, outcome) of every case, by the program's JUnit suite."""
    cases = collections.defaultdict(list)
    path = os.path.join(logs, 'testlog.junit.xml')
    with open(path, encoding='utf-8', errors='replace') as log:
        tree = xml.etree.ElementTree.fromstring(printable(log.read()))
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


def last_words(logs):
    """Yield (program, what it said last) for each that failed."""
    if not os.path.exists(os.path.join(logs, 'testlog.json')):
        return
    with open(os.path.join(logs, 'testlog.json'), encoding='utf-8') as log:
        for run in map(json.loads, log):
            if run['result'] not in GOOD | {'SKIP'}:
                words = run.get('stderr') or run.get('stdout', '')
                yield run['name'], printable(words)


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
    try:
        cases = read_cases(logs)
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        yield 'testlog.junit.xml', f'not to be read: {error}', 'failed'
        cases = collections.defaultdict(list)
    for program, result in read_programs(logs):
        for name, outcome in outcomes(program, result, cases[program]):
            yield program, name, outcome


def read_tap(path):
    """Yield (name, outcome) for all that a program said in TAP."""
    planned, count = None, 0
    lines = []
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            lines = file.read().splitlines()
    for line in lines:
        plan = re.fullmatch(r'1\.\.(\d+)', line)
        case = re.match(r'(not )?ok \d+ (\S+)(.*# skip)?', line, re.I)
        if plan:
            planned = int(plan[1])
        elif case:
            count += 1
            yield case[2], ('skipped' if case[3] else
                            'failed' if case[1] else 'passed')
    if planned is None or planned != count:
        yield f'the program itself: {count} cases, not all', 'failed'


def host_of(logs):
    """The host that build/HOST/meson-logs is of."""
    return os.path.basename(os.path.dirname(os.path.abspath(logs)))


def cell(cases):
    """What one host says about one transport."""
    good = [program for program, outcome in cases if outcome == 'passed']
    guest = sum(1 for program in good if GUEST.search(program))
    bad = len(cases) - len(good)
    return (f'{len(good)} ({guest})' if good else '--') + (
        f', **{bad} not**' if bad else '')


def table(runs):
    """reST of what passed: module, transport, a column for each host."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for host, run in runs.items():
        for program, name, outcome in run:
            case = CASE.search(name)
            if case:
                row = case[1], TRANSPORTS.index(case[2])
                found[row][host].append((program, outcome))
    lines = [TABLE_HEAD + '.. list-table::', '   :header-rows: 1', '',
             '   * - Module', '     - Transport']
    lines += [f'     - QEMU {host}' for host in runs]
    for module, transport in sorted(found):
        lines += [f'   * - annex-{module}',
                  f'     - ``{TRANSPORTS[transport]}``']
        lines += [f'     - {cell(found[module, transport][host])}'
                  for host in runs]
    return '\n'.join(lines) + '\n'
