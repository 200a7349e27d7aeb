#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# What the manual shows is so: its examples, tried one by one.
#
# usage: examples-test.py BUILD SOURCE        (prints TAP)
#
# Looks at README.md, HACKING.md, docs/*.rst and the comments of qapi-ext/:
#
# /examples/qmp       what is sent and received is as the schema of a QEMU
#                     says that has all modules
# /examples/load      QEMU starts with each module as it is loaded there
# /examples/options   each option of a module is on the module's page
# /examples/tools     annex-check and annexctl know the words
# /examples/paths     files of this tree that are named are there

import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import qmp

# Where a module is loaded; the others are for both.
TARGETS = {'papr-drc': 'ppc64'}
MACHINES = {'ppc64': 'pseries', 'x86_64': 'q35'}

# "-> {" or "<- {" begins a message, which ends where its braces do.
MESSAGE = re.compile(r'^[ #]*(->|<-|(?=\{ "(?:execute|exec-oob)")) ?(\{.*)')
ELISION = re.compile(r',\s*\.\.\.(?=\s*[\]}])')

PLUGIN = re.compile(r'\bannex-([a-z-]+)\.so((?:,[a-z-]+=[^\s\'"<>`,]+)*)')
POOLS = re.compile(r'^ +((?:[a-z-]+=[^\s,]+,)*[a-z-]+=[^\s,]+)$')
SHELL = re.compile(r'^ +(?:\$ )?(annex(?:ctl|-check) [^:>|]+)')
OPTION_OF_LIBANNEX = 'on-mismatch'

# "scripts/check.sh", but not "hw-models/NAME*.c".
OURS = r'(?:common|docs|hw-models|plugins|qapi-ext|scripts|tests|tools)/'
PATH = re.compile(r'(?<![\w/.-])(' + OURS + r'[\w./-]*\w)(?!\.?[\w*/\[-])')

# What the tools say of words that they do not know.
USAGE = re.compile(r'[Oo]ption|no command|usage: ')


class Page:
    """One file of the manual."""
    def __init__(self, source, path):
        self.name = os.path.relpath(path, source)
        with open(path, encoding='utf-8') as file:
            self.lines = file.read().split('\n')

    def at(self, number, what):
        return f'{self.name}:{number + 1}: {what}'

    def messages(self):
        """Yield (line, is sent, text) of each QMP message."""
        number = 0
        while number < len(self.lines):
            begin = MESSAGE.match(self.lines[number])
            first = number
            number += 1
            if begin:
                text = begin[2]
                while (number < len(self.lines) and
                       text.count('{') > text.count('}')):
                    text += ' ' + self.lines[number].strip(' #')
                    number += 1
                yield first, begin[1] != '<-', ELISION.sub('', text)

    def block(self, number):
        """The text of the lines up to this one, from the last empty one."""
        first = number
        while first and self.lines[first - 1].strip():
            first -= 1
        return ' '.join(self.lines[first:number + 1])


class Manual:
    """All pages, and what it takes to try them."""
    def __init__(self, build, source, folder):
        self.build = build
        self.source = source
        self.folder = folder
        self.plugins = os.path.join(build, 'plugins')
        self.modules = sorted(
            os.path.basename(path)[len('annex-'):-len('.so')]
            for path in glob.glob(os.path.join(self.plugins, 'annex-*.so')))
        paths = [os.path.join(source, name)
                 for name in ('README.md', 'HACKING.md')]
        for pattern in ('docs/*.rst', 'qapi-ext/*.json'):
            paths += sorted(glob.glob(os.path.join(source, pattern)))
        self.pages = [Page(source, path) for path in paths]
        self.schemas = []
        self.options = {}

    def target(self, module):
        return TARGETS.get(module, 'x86_64')

    def file_of(self, module):
        return os.path.join(self.plugins, f'annex-{module}.so')

    def ask(self):
        """Learn schemas and options of QEMUs with all their modules."""
        for target, machine in reversed(MACHINES.items()):
            modules = [module for module in self.modules
                       if self.target(module) == target]
            schema, annex = qmp.run(
                target, machine, [self.file_of(name) for name in modules],
                ['query-qmp-schema', 'query-annex'])
            self.schemas.append(qmp.Schema(schema))
            for module in annex['modules']:
                self.options[module['name']] = set(module['options'])

    def entity(self, name, meta):
        for schema in self.schemas:
            entity = schema.find(name, meta)
            if entity:
                return schema, entity
        raise qmp.Failure(f'there is no {meta} {name}')

    # --------------------------------------------------------------- cases

    def check_message(self, sent, text, last):
        """Returns what was asked last."""
        try:
            message = json.loads(text)
        except json.JSONDecodeError as error:
            raise qmp.Failure(f'this is no JSON: {error}') from None
        if sent:
            name = message.get('execute') or message.get('exec-oob')
            schema, entity = last = self.entity(name, 'command')
            schema.check_command(message, entity)
        elif 'event' in message:
            schema, entity = self.entity(message['event'], 'event')
            schema.check_event(message, entity)
        elif last:
            schema, entity = last
            schema.check_return(message, entity)
        return last

    def check_qmp(self):
        for page in self.pages:
            last = None
            for number, sent, text in page.messages():
                try:
                    last = self.check_message(sent, text, last)
                except qmp.Failure as failure:
                    yield page.at(number, failure)

    def loads(self):
        """Yield (page, line, module, options, machine or '')."""
        for page in self.pages:
            name = os.path.basename(page.name).partition('.')[0]
            for number, line in enumerate(page.lines):
                machine = re.search(r'-machine (\w+)', page.block(number))
                machine = machine[1] if machine else ''
                for module, options in PLUGIN.findall(line):
                    yield page, number, module, options, machine
                alone = POOLS.match(line)
                if alone and name in self.modules:
                    yield page, number, name, ',' + alone[1], 'pc'

    def check_load(self):
        done = set()
        for page, number, module, options, machine in self.loads():
            # Whatever file it names is one of ours.
            options = re.sub(r'=(/[^,]*/)', f'={self.folder}/', options)
            what = module, options, machine
            if module not in self.modules:
                yield page.at(number, f'there is no module {module}')
            elif what not in done:
                done.add(what)
                target = self.target(module)
                try:
                    qmp.run(target, machine or MACHINES[target],
                            [self.file_of(module) + options], [])
                except qmp.Failure as failure:
                    yield page.at(number, failure)

    def check_options(self):
        for module, options in sorted(self.options.items()):
            page = os.path.join(self.source, 'docs', module + '.rst')
            text = '\n'.join(Page(self.source, page).lines)
            for option in sorted(options - {OPTION_OF_LIBANNEX}):
                if not re.search(rf'``{option}(?:=[^`]*)?``', text):
                    yield f'docs/{module}.rst: nothing about option {option}'

    def tool(self, name, *words):
        """What it prints, and complains."""
        folder = 'tools/annexctl' if name == 'annexctl' else 'tools'
        run = subprocess.run(
            [os.path.join(self.build, folder, name), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False, cwd=self.folder,
            env={**os.environ, 'ANNEXCTL_SOCKET': '/nowhere'},
            timeout=qmp.TIMEOUT_S)
        return run.stdout, run.stderr

    def check_words(self, command):
        tool, *words = command.rstrip('\\').split()
        words = [os.devnull if '/' in word else word for word in words]
        _, complaint = self.tool(tool, *words)
        if USAGE.search(complaint):
            raise qmp.Failure(f'{command}: {complaint.strip()}')

    def check_help(self, tool):
        """All that --help has is on the tool's page."""
        page = f'docs/{tool}.rst'
        text = '\n'.join(Page(self.source, os.path.join(self.source,
                                                        page)).lines)
        shown, _ = self.tool(tool, '--help')
        commands = re.findall(r'^  ([a-z-]+) {2,}\w', shown, re.M)
        for command in commands:
            shown += self.tool(tool, command, '--help')[0]
        options = set(re.findall(r'(?<!\w)--[a-z][a-z-]+', shown))
        for word in sorted({*commands, *options} - {'--help-all'}):
            if not re.search(rf'(?<![\w-]){word}(?![\w-])', text):
                yield f'{page}: nothing about {word}'

    def check_tools(self):
        for tool in ('annex-check', 'annexctl'):
            yield from self.check_help(tool)
        for page in self.pages:
            for number, line in enumerate(page.lines):
                command = SHELL.match(line)
                if command:
                    try:
                        self.check_words(command[1])
                    except qmp.Failure as failure:
                        yield page.at(number, failure)

    def check_paths(self):
        for page in self.pages:
            for number, line in enumerate(page.lines):
                for path in PATH.findall(line):
                    if not re.search(r'[A-Z]{3}', path) and not os.path.exists(
                            os.path.join(self.source, path)):
                        yield page.at(number, f'there is no {path}')


def main():
    build, source = map(os.path.realpath, sys.argv[1:])
    failed = False
    with tempfile.TemporaryDirectory(prefix='annex-docs-') as folder:
        manual = Manual(build, source, folder)
        manual.ask()
        cases = ['qmp', 'load', 'options', 'tools', 'paths']
        print(f'1..{len(cases)}')
        for number, case in enumerate(cases, 1):
            messages = list(getattr(manual, 'check_' + case)())
            for message in messages:
                print('# ' + message.replace('\n', '\n# '))
            print(f"{'not ok' if messages else 'ok'} {number} "
                  f'/examples/{case}', flush=True)
            failed = failed or bool(messages)
    sys.exit(failed)


if __name__ == '__main__':
    main()
