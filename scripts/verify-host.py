#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Compare a prepared host tree with the QEMU binary that it is meant to match.
#
# usage: verify-host.py BINARY SRC BUILD <PROBES
#
# QAPI: the introspection data that the tree's own generator yields, with the
# tree's configuration macros applied, must be what the binary answers to
# query-qmp-schema: every command, event, member, enumeration value, feature.
#
# PROBES (HOST_PROBES in hosts/*.sh) are lines of two kinds:
#   CONFIG_X symbol NAME    CONFIG_X is set if and only if the binary exports
#            library NAME   ... needs libNAME.so
#            module NAME    ... knows a loadable module of that name
#   sizeof HEADER VARIABLE  the variable is as large as in the binary
#
# Prints one line for each thing that differs, and then exits with 1.

import json
import os
import re
import subprocess
import sys
import tempfile


def compile_code(src, build, code, *options):
    """Run the compiler on C code as QEMU does; what it says on stdout."""
    flags = subprocess.check_output(
        ['pkg-config', '--cflags', 'glib-2.0', 'pixman-1'], text=True).split()
    return subprocess.run(
        ['gcc', '-std=gnu11', '-xc', '-', f'-I{src}/include', f'-I{src}',
         f'-I{build}', f'-I{build}/linux-headers', f'-I{src}/linux-headers',
         *flags, *options],
        input=code, stdout=subprocess.PIPE, text=True, check=True).stdout


def find_macros(text):
    return set(re.findall(r'^#define (\w+)', text, re.M))


def host_macros(src, build):
    """What holds for all targets; osdep.h derives some from the rest."""
    return find_macros(compile_code(
        src, build, '#include "qemu/osdep.h"', '-E', '-dM'))


def target_macros(build, target):
    path = f'{build}/{target}-softmmu-config-target.h'
    with open(path, encoding='ascii') as header:
        return find_macros(header.read())


# ------------------------------------------------------------------- QAPI

def ask_binary(binary):
    """The binary's answer to query-qmp-schema.

    It is awaited before "quit", which would cut it off.
    """
    def send(command):
        print(json.dumps({'execute': command}), file=run.stdin, flush=True)

    schema = None
    with subprocess.Popen(
            ['timeout', '60', binary, '-machine', 'none', '-nodefaults',
             '-display', 'none', '-qmp', 'stdio'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        send('qmp_capabilities')
        send('query-qmp-schema')
        for answer in map(json.loads, run.stdout):
            if isinstance(answer.get('return'), list):
                schema = answer['return']
                send('quit')
    if run.returncode or schema is None:
        raise SystemExit(f'{binary}: no answer to query-qmp-schema')
    return schema


def load_introspection(src):
    """The tree's introspection data, its conditions not yet applied."""
    sys.path.insert(0, os.path.join(src, 'scripts'))
    sys.dont_write_bytecode = True
    # pylint: disable=import-outside-toplevel,import-error
    from qapi.introspect import QAPISchemaGenIntrospectVisitor
    from qapi.schema import QAPISchema

    class Visitor(QAPISchemaGenIntrospectVisitor):
        """Stops where the generator would write C."""
        def visit_end(self):
            for used in self._used_types:
                used.visit(self)

    visitor = Visitor('', False)
    QAPISchema(os.path.join(src, 'qapi', 'qapi-schema.json')).visit(visitor)
    # pylint: disable=protected-access
    names = {mask: name for name, mask in visitor._name_map.items()}
    return visitor._trees, names


def holds(condition, macros):
    if not condition:
        return True
    if isinstance(condition, str):
        return condition in macros
    (operator, operand), = condition.items()
    if operator == 'not':
        return not holds(operand, macros)
    return {'all': all, 'any': any}[operator](
        holds(part, macros) for part in operand)


def apply_conditions(tree, macros):
    """What is left of the tree under these macros, as plain JSON."""
    if hasattr(tree, 'ifcond'):
        tree = tree.value
    if isinstance(tree, dict):
        return {key: apply_conditions(value, macros)
                for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [apply_conditions(value, macros) for value in tree
                if not hasattr(value, 'ifcond')
                or holds(value.ifcond.ifcond, macros)]
    return tree


def facts(value, where=''):
    """Flatten JSON to a set of lines; list items go by name, not position."""
    if isinstance(value, dict):
        return {line for key, item in value.items()
                for line in facts(item, f'{where}.{key}')}
    if isinstance(value, list):
        found = set()
        for item in value:
            if isinstance(item, dict):
                label = item.get('name', item.get('case', item.get('type')))
                found |= facts(item, f'{where}[{label}]')
            else:
                found.add(f'{where}[{item}]')
        return found
    return {f'{where} = {value}'}


def compare_schemas(tree, names, binary):
    """Yield what is in one of the two schemas only."""
    ours = {entity['name']: entity for entity in tree}
    theirs = {entity['name']: entity for entity in binary}
    for name in sorted(ours.keys() | theirs.keys()):
        entity = ours.get(name) or theirs[name]
        label = f"{entity['meta-type']} {names.get(name, name)}"
        if name not in theirs:
            yield f'{label}: only in the headers'
        elif name not in ours:
            yield f'{label}: only in the binary'
        else:
            in_tree, in_binary = facts(ours[name]), facts(theirs[name])
            if in_tree == in_binary and ours[name] != theirs[name]:
                yield f'{label}: not in the same order'
            for fact in sorted(in_tree - in_binary):
                yield f'{label}: {fact}: only in the headers'
            for fact in sorted(in_binary - in_tree):
                yield f'{label}: {fact}: only in the binary'


def check_schema(binary, src, build):
    target = os.path.basename(binary).replace('qemu-system-', '')
    macros = host_macros(src, build) | target_macros(build, target)
    trees, names = load_introspection(src)
    yield from compare_schemas(apply_conditions(trees, macros), names,
                               ask_binary(binary))


# ----------------------------------------------------------------- probes

class Binary:
    """What can be seen of an ELF file from outside."""
    def __init__(self, path):
        nm = subprocess.check_output(
            ['nm', '-D', '-S', '--defined-only', path], text=True)
        self.sizes = {}
        for line in nm.splitlines():
            fields = line.split()
            size = int(fields[1], 16) if len(fields) == 4 else 0
            self.sizes[fields[-1].partition('@')[0]] = size
        dynamic = subprocess.check_output(['readelf', '-d', path], text=True)
        self.libraries = set(
            re.findall(r'\(NEEDED\).*\[lib([^]]+?)(?:-[\d.]+)?\.so', dynamic))
        with open(path, 'rb') as file:
            self.content = file.read()

    def has(self, kind, name):
        if kind == 'symbol':
            return name in self.sizes
        if kind == 'library':
            return name in self.libraries
        if kind == 'module':
            return b'\0' + name.encode() + b'\0' in self.content
        raise SystemExit(f'unknown probe {kind}')


def compile_sizes(src, build, variables):
    """The size of each (header, variable), by the compiler."""
    code = ['#include "qemu/osdep.h"']
    code += [f'#include "{header}"' for header, _ in variables]
    code += [f'char annex_{name}[sizeof({name})];' for _, name in variables]
    with tempfile.NamedTemporaryFile(suffix='.o') as output:
        compile_code(src, build, '\n'.join(code), '-fno-common', '-c',
                     '-o', output.name)
        nm = subprocess.check_output(['nm', '-S', output.name], text=True)
    return {fields[3][len('annex_'):]: int(fields[1], 16)
            for fields in map(str.split, nm.splitlines())
            if len(fields) == 4 and fields[3].startswith('annex_')}


def check_probes(path, src, build, probes):
    binary = Binary(path)
    macros = host_macros(src, build)
    variables = []
    for macro, kind, name in map(str.split, probes):
        if macro == 'sizeof':
            variables.append((kind, name))
        elif binary.has(kind, name) and macro not in macros:
            yield f'{macro} is not set, but the binary has {kind} {name}'
        elif macro in macros and not binary.has(kind, name):
            yield f'{macro} is set, but the binary has no {kind} {name}'
    for name, size in compile_sizes(src, build, variables).items():
        if binary.sizes.get(name) != size:
            yield (f'sizeof({name}) is {size}, but in the binary '
                   f'{binary.sizes.get(name)}')


def main():
    if len(sys.argv) != 4:
        raise SystemExit(f'usage: {sys.argv[0]} BINARY SRC BUILD <PROBES')
    name, src, build = sys.argv[1:]
    binary = subprocess.check_output(
        ['sh', '-c', 'command -v "$0"', name], text=True).strip()
    differences = [*check_schema(binary, src, build),
                   *check_probes(binary, src, build,
                                 sys.stdin.read().splitlines())]
    for difference in differences:
        print(f'{name}: {difference}', file=sys.stderr)
    sys.exit(1 if differences else 0)


if __name__ == '__main__':
    main()
