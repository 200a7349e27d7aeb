# SPDX-License-Identifier: GPL-2.0-or-later
# A QEMU with modules, and whether messages are what its schema says.

import json
import os
import subprocess

TIMEOUT_S = 120

# Members that any message may have, and what is missing in introspection.
ENVELOPE = {'id', 'timestamp'}
ANY_ARGUMENTS = {'device_add', 'netdev_add'}

JSON_TYPES = {
    'string': str, 'boolean': bool, 'number': (int, float), 'int': int,
    'null': type(None), 'object': dict, 'array': list, 'value': object,
}


class Failure(Exception):
    """What is wrong, for people."""


def binary(target):
    """As tests/lib/host.c has it."""
    return os.environ.get('ANNEX_QEMU_' + target.upper(),
                          'qemu-system-' + target)


def run(target, machine, plugins, commands, more=()):
    """
    Start it with these -plugin arguments, execute the commands, end it.
    Returns what they return.
    """
    words = [binary(target), '-display', 'none', '-nodefaults', '-S',
             '-machine', machine, '-accel', 'tcg', '-qmp', 'stdio', *more]
    for plugin in plugins:
        words += ['-plugin', plugin]
    names = ['qmp_capabilities', *commands, 'quit']
    text = ''.join(json.dumps({'execute': name, 'id': name}) + '\n'
                   for name in names)
    run_ = subprocess.run(words, input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True,
                          timeout=TIMEOUT_S, check=False)
    answers = {}
    for line in run_.stdout.splitlines():
        message = json.loads(line)
        if 'return' in message:
            answers[message.get('id')] = message['return']
    missing = set(names) - set(answers)
    if run_.returncode or missing:
        raise Failure(f"QEMU ended with {run_.returncode}: "
                      f"{run_.stderr.strip() or missing}")
    return [answers[name] for name in commands]


class Schema:
    """The answer to query-qmp-schema."""
    def __init__(self, entities):
        self.entities = {(entity['meta-type'] in ('command', 'event'),
                          entity['name']): entity for entity in entities}

    def find(self, name, meta):
        entity = self.entities.get((True, name))
        return entity if entity and entity['meta-type'] == meta else None

    def check(self, value, type_name, at):
        """Raise Failure if @value, found @at, is none of that type."""
        entity = self.entities[False, type_name]
        getattr(self, 'check_' + entity['meta-type'])(value, entity, at)

    def check_builtin(self, value, entity, at):
        wanted = entity['json-type']
        is_bool = isinstance(value, bool) and wanted in ('int', 'number')
        if is_bool or not isinstance(value, JSON_TYPES[wanted]):
            raise Failure(f'{at} is no {wanted}')

    def check_enum(self, value, entity, at):
        values = entity.get('values') or [member['name']
                                          for member in entity['members']]
        if value not in values:
            raise Failure(f"{at} '{value}' is none of {', '.join(values)}")

    def check_array(self, value, entity, at):
        if not isinstance(value, list):
            raise Failure(f'{at} is no list')
        for number, element in enumerate(value):
            self.check(element, entity['element-type'], f'{at}[{number}]')

    def check_alternate(self, value, entity, at):
        for member in entity['members']:
            try:
                self.check(value, member['type'], at)
                return
            except Failure:
                pass
        raise Failure(f'{at} is nothing that it may be')

    def members(self, entity, value):
        found = {member['name']: member for member in entity['members']}
        tag = value.get(entity.get('tag'))
        for variant in entity.get('variants', []):
            if variant['case'] == tag:
                found.update(self.members(
                    self.entities[False, variant['type']], value))
        return found

    def check_object(self, value, entity, at):
        if not isinstance(value, dict):
            raise Failure(f'{at} is no object')
        members = self.members(entity, value)
        for name in value:
            if name not in members:
                raise Failure(f"{at} has a member '{name}', which is not in "
                              'the schema')
            self.check(value[name], members[name]['type'], f'{at}.{name}')
        for name, member in members.items():
            if name not in value and 'default' not in member:
                raise Failure(f"{at} has no member '{name}'")

    def check_command(self, message, entity):
        """An {"execute"}, of the command @entity."""
        name = entity['name']
        arguments = message.get('arguments', {})
        extra = set(message) - ENVELOPE - {'execute', 'exec-oob', 'arguments'}
        if extra:
            raise Failure(f"{name} has {', '.join(sorted(extra))} beside it")
        if 'exec-oob' in message and not entity.get('allow-oob'):
            raise Failure(f'{name} cannot be executed out of band')
        if name not in ANY_ARGUMENTS:
            self.check(arguments, entity['arg-type'], name)

    def check_event(self, message, entity):
        extra = set(message) - ENVELOPE - {'event', 'data'}
        if extra:
            raise Failure(f"{entity['name']} has {', '.join(sorted(extra))} "
                          'beside it')
        self.check(message.get('data', {}), entity['arg-type'],
                   entity['name'])

    def check_return(self, message, entity):
        if 'error' in message:
            if set(message['error']) != {'class', 'desc'}:
                raise Failure('an error has a class and a desc')
        elif 'return' in message:
            self.check(message['return'], entity['ret-type'],
                       f"the answer to {entity['name']}")
        else:
            raise Failure('this is no message of QMP')
