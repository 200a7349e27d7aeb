#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Reference pages in reST, made from our QAPI schemas by QEMU's own parser.
#
# usage: PYTHONPATH=HOST_SRC/scripts qapi-reference.py SCHEMA
#
# As a Sphinx extension (conf.py) it has one directive, whose argument is a
# schema, relative to the page:
#
#     .. qapi-reference:: ../qapi-ext/unplug.json

import re
import sys
import textwrap

# scripts/qapi of the host's source: 7.2 or 10.0; see section_...().
from qapi.schema import QAPISchema, QAPISchemaArrayType, QAPISchemaVisitor

GROUPS = ['Commands', 'Events', 'Types']


def literal(text):
    return f'``{text}``'


def section_tag(section):
    """'Since' and the like; nothing for prose."""
    if hasattr(section, 'kind'):
        tag = str(section.kind)
        return '' if tag == 'Plain' else tag
    return section.name


def section_text(section):
    """Without the indentation under its first line, which 7.2 has removed."""
    first, newline, rest = section.text.partition('\n')
    if hasattr(section, 'kind'):
        rest = textwrap.dedent(rest)
    return first + newline + rest


class Reference(QAPISchemaVisitor):
    """Collects the reST lines of each definition, by group."""
    def __init__(self, schema):
        self.schema = schema
        self.intro = []
        self.entries = {group: [] for group in GROUPS}
        self.doc = None
        self.symbols = {doc.symbol for doc in schema.docs if doc.symbol}
        for doc in schema.docs:
            self.doc = doc
            if doc.symbol:
                schema.lookup_entity(doc.symbol).visit(self)
            else:
                # The title of a schema is for QEMU's own manual.
                self.intro += [line for line in doc.body.text.split('\n')
                               if not line.startswith('=')]

    # ------------------------------------------------------------- pieces

    def link(self, name):
        if name in self.symbols:
            return f':ref:`{name} <qapi-{name.lower()}>`'
        return literal(name)

    def prose(self, text):
        """A comment's text, with names of definitions as links."""
        names = '|'.join(sorted(self.symbols, key=len, reverse=True))
        lines = []
        for line in text.split('\n'):
            if not line.startswith(' ' * 4):
                line = re.sub(r'@([\w-]+)', r'``\1``', line)
                line = re.sub(rf'(?<![\w`/-])({names})(?![\w`-])',
                              lambda found: self.link(found.group(1)), line)
            lines.append(line)
        return lines

    def type_name(self, type_):
        if isinstance(type_, QAPISchemaArrayType):
            return 'list of ' + self.type_name(type_.element_type)
        return self.link(type_.doc_type() or type_.name)

    def items(self, with_types):
        lines = []
        for name, section in self.doc.args.items():
            term = literal(name)
            if with_types:
                term += ' : ' + self.type_name(section.member.type)
                if section.member.optional:
                    term += ', optional'
            lines.append(term)
            lines += [('   ' + line).rstrip()
                      for line in self.prose(section_text(section))]
            lines.append('')
        return lines

    def add(self, group, kind, members, returns=None):
        title = f'{self.doc.symbol} ({kind})'
        lines = [f'.. _qapi-{self.doc.symbol.lower()}:', '', title,
                 '~' * len(title), '', *self.prose(self.doc.body.text), '',
                 *members]
        if returns:
            lines += [f'Returns: {self.type_name(returns)}', '']
        for section in self.doc.sections:
            tag = section_tag(section)
            if tag:
                lines += [f'{tag}: {section_text(section)}', '']
            else:
                lines += [*self.prose(section.text), '']
        self.entries[group].append(lines)

    # ------------------------------------------------------------ visitor

    def visit_command(self, name, info, ifcond, features, arg_type,
                      ret_type, *_):
        self.add('Commands', 'command', self.items(True), ret_type)

    def visit_event(self, name, info, ifcond, features, arg_type, boxed):
        self.add('Events', 'event', self.items(True))

    def visit_object_type(self, name, info, ifcond, features, base, members,
                          variants):
        self.add('Types', 'object', self.items(True))

    def visit_enum_type(self, name, info, ifcond, features, members, prefix):
        self.add('Types', 'enumeration', self.items(False))

    # ------------------------------------------------------------- output

    def lines(self):
        lines = [*self.intro, '']
        for group in GROUPS:
            if self.entries[group]:
                lines += [group, '-' * len(group), '']
                for entry in self.entries[group]:
                    lines += entry
        return lines


def reference(path):
    return Reference(QAPISchema(path)).lines()


def setup(app):
    """Called by Sphinx."""
    # pylint: disable=import-outside-toplevel
    from docutils import nodes
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective
    from sphinx.util.nodes import nested_parse_with_titles

    class Directive(SphinxDirective):
        """.. qapi-reference:: SCHEMA"""
        required_arguments = 1

        def run(self):
            _, path = self.env.relfn2path(self.arguments[0])
            self.env.note_dependency(path)
            self.env.note_dependency(__file__)
            node = nodes.section()
            node.document = self.state.document
            nested_parse_with_titles(
                self.state, StringList(reference(path), source=path), node)
            return node.children

    app.add_directive('qapi-reference', Directive)
    return {'parallel_read_safe': True}


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(f'usage: {sys.argv[0]} SCHEMA')
    print('\n'.join(reference(sys.argv[1])))
