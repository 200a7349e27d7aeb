#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Check that the ABI gate measures all that our code looks into.
#
# usage: abi-test.py [--listed NAME,...] BUILD SOURCE
#
# The gate (common/abi.c) compares the sizes of the QOM types in the tables
# that begin with ANNEX_ABI_TABLE.  This reads the code of each shared object
# with libclang, as compile_commands.json of the folder BUILD says to compile
# it, finds the host's structures that it looks into, and compares them with
# the tables.  SOURCE is our tree.
#
# To look into a structure is to have its layout compiled in: by an access to
# a member, offsetof, sizeof, a copy, a variable, a step of a pointer.  What
# the host's macros and inline functions look into is compiled into our
# objects as well, so functions of headers are followed from where we call.
#
# Prints TAP, with a line "file:line: what" for each finding:
#
# /abi/OBJECT/declared   each QOM type looked into is in a table
# /abi/OBJECT/embedded   each other structure is part of one in a table, or
#                        on the list below
# /abi/OBJECT/needed     and nothing else is in the object's own table
# /abi/listed            nor on the list, where all layouts are independent
#                        of configuration, but for parts that are also part of
#                        what is in a table
#
# --listed is for the test of this test: the names of another list.
#
# Needs Debian's python3-clang.

import argparse
import collections
import concurrent.futures
import functools
import json
import os
import re
import shlex
import sys

try:
    from clang import cindex
    from clang.cindex import CursorKind, TypeKind
except ImportError:
    print('1..0 # SKIP needs python3-clang')
    sys.exit()

# What we look into and no table can have, with the reason why not.  The
# gate wants the very version of QEMU that we are built for, and what is here
# has one layout in a version: no #if is in it (/abi/listed).
NOT_MEASURABLE = {
    'the gate tries these first of all, to know that it can measure':
        ['Object', 'ObjectClass'],
    "from QEMU's QAPI schema, and scripts/verify-host.py compares that":
        ['MigrationCapabilityStatus', 'MigrationCapabilityStatusList',
         'VersionInfo', 'VersionTriple', 'YankInstance',
         'YankInstanceChardev', 'YankInstanceList'],
    "the data types of QMP, which QEMU's generated code looks into":
        ['QDict', 'QEnumLookup', 'QList', 'QListEntry', 'QLitDictEntry',
         'QLitObject', 'QObject', 'QObjectBase_', 'QString'],
    'the lists of QMP and HMP commands; what is in them has no QOM type':
        ['HMPCommand', 'QmpCommand', 'QmpCommandList'],
    'variables of QEMU, or of its threads; what they are has no QOM type':
        ['CPUTailQ', 'MigrationIncomingState', 'rcu_reader_data'],
    'ours, made for QEMU to look into':
        ['DeviceListener', 'InterfaceInfo', 'MemTxAttrs', 'Notifier',
         'ObjectPropertyIterator', 'QEMUTimer', 'SCSISense',
         'SaveVMHandlers', 'TypeInfo', 'VMStateDescription',
         'VMStateField'],
    'what a notifier of migrations is told, in a pointer':
        ['MigrationEvent'],
    'a QOM object has a pointer to it, which says no size':
        ['AcpiCpuStatus', 'BusChild', 'MemStatus', 'MemoryRegionOps',
         'ObjectProperty', 'SHPCDevice', 'SpaprEventLogEntry', 'VhostOps'],
    'a netdev, and what its card has of it, which a QOM object points to':
        ['NICState', 'NetClientInfo', 'NetClientState'],
    "in QEMU's list of postcopy notifiers, and what they are given":
        ['NotifierWithReturn', 'PostcopyNotifyData'],
    "in struct vhost_user, behind a member by which that is known":
        ['PostCopyFD'],
    "the kernel's interface":
        ['vhost_vring_addr'],
}

# Of these, what we need for some hosts only.
SOME_HOSTS = {'MigrationEvent', 'SaveVMHandlers'}

# libannex is made of the static library annex-objects, and each module of
# annex-NAME-objects (plugins/meson.build).
OUTPUT = re.compile(r'(?:^|/)plugins/lib(annex(?:-[\w-]+)?)-objects\.a\.p/')
LIBANNEX = 'libannex'

TABLE = 'annex_abi_table'
INSTANCE, CLASS = 'instance', 'class'
ENTRIES = {'ANNEX_ABI': INSTANCE, 'ANNEX_ABI_CLASS': CLASS}
ENTRY = re.compile(r'\b(' + '|'.join(ENTRIES) + r')\(\s*(\w+),\s*(\w+)\s*\)')

# How the host's headers say whose type a structure is: by these macros, with
# what their arguments are.
CHECKERS = {
    'OBJECT_DECLARE_TYPE': (INSTANCE, CLASS, 'name'),
    'OBJECT_DECLARE_SIMPLE_TYPE': (INSTANCE, 'name'),
    'OBJECT_DECLARE_CPU_TYPE': (INSTANCE, CLASS, 'name'),
    'DECLARE_INSTANCE_CHECKER': (INSTANCE, None, 'type'),
    'DECLARE_CLASS_CHECKERS': (CLASS, None, 'type'),
    'DECLARE_OBJ_CHECKERS': (INSTANCE, CLASS, None, 'type'),
    'OBJECT_CHECK': (INSTANCE, None, 'type'),
    'OBJECT_CLASS_CHECK': (CLASS, None, 'type'),
    'OBJECT_GET_CLASS': (CLASS, None, 'type'),
    'INTERFACE_CHECK': (INSTANCE, None, 'type'),
}
CHECKER = re.compile(
    r'\b(' + '|'.join(CHECKERS) + r')\s*\(([^;{}#]*?)\)\s*;?\s*$', re.M)

# And by "#define CPU(obj) ((CPUState *)(obj))".
CAST = re.compile(
    r'^#define (\w+?)(_CLASS)?\(\w+\)[\s\\]+\(\((\w+) \*\)\(?\w+\)?\)$', re.M)

ARRAYS = {TypeKind.CONSTANTARRAY, TypeKind.INCOMPLETEARRAY,
          TypeKind.VARIABLEARRAY}
RECORDS = {CursorKind.STRUCT_DECL, CursorKind.UNION_DECL}
MEMBERS = {CursorKind.MEMBER_REF_EXPR, CursorKind.MEMBER_REF}
OPERATORS = {CursorKind.BINARY_OPERATOR, CursorKind.UNARY_OPERATOR,
             CursorKind.COMPOUND_ASSIGNMENT_OPERATOR}

# Where these are of a structure's type its size is compiled in.  The
# unexposed ones are conversions, such as that of *p to its value.
VALUES = {CursorKind.VAR_DECL, CursorKind.CALL_EXPR,
          CursorKind.UNEXPOSED_EXPR, CursorKind.COMPOUND_LITERAL_EXPR,
          CursorKind.INIT_LIST_EXPR, CursorKind.ARRAY_SUBSCRIPT_EXPR}

# Where something is looked into: our own place, and the host's function that
# does it for us.
Site = collections.namedtuple('Site', 'file line via')

# An entry of a table.  A structure is known by libclang's name for it, USR,
# which is the same in every translation unit.
Entry = collections.namedtuple(
    'Entry', 'file line kind type struct usr parts')

Struct = collections.namedtuple('Struct', 'name types conditional')

# What is found in one translation unit.  Mirrors: of our own structures, those
# that are used, by USR; some are of a type's instances.
Unit = collections.namedtuple('Unit', 'uses structs table mirrors')


def earlier(site):
    """The key that sorts what our own code does to the front."""
    return bool(site.via), site.file, site.line


# ------------------------------------------------------------------ headers

class Paths:
    """Which files are the host's, and which are ours."""
    def __init__(self, host, ours):
        self.prefixes = [(os.path.realpath(path) + '/', owner)
                         for owner, paths in (('host', host), ('ours', ours))
                         for path in paths]

    @functools.lru_cache(None)
    def owner(self, name):
        path = os.path.realpath(name)
        return next((owner for prefix, owner in self.prefixes
                     if path.startswith(prefix)), None)

    def owner_of(self, cursor):
        file = cursor.location.file
        return file and self.owner(file.name)


@functools.lru_cache(None)
def read_file(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


@functools.lru_cache(None)
def read_checkers(path):
    """List (structure, INSTANCE or CLASS, TYPE_X) by a header's macros."""
    text = read_file(path)
    found = []
    one_line = re.sub(r'\\\n', ' ', text)
    for macro, arguments in CHECKER.findall(one_line):
        values = [value.strip() for value in arguments.split(',')]
        roles = dict(zip(CHECKERS[macro], values))
        name = roles.get('type') or 'TYPE_' + roles.get('name', '')
        found += [(roles[kind], kind, name) for kind in (INSTANCE, CLASS)
                  if kind in roles]
    for name, is_class, struct in CAST.findall(text):
        found.append((struct, CLASS if is_class else INSTANCE,
                      'TYPE_' + name))
    return found


# --------------------------------------------------------------- structures

def record_of(ctype):
    """The structure or union of a type, or of an array's elements."""
    ctype = ctype.get_canonical()
    while ctype.kind in ARRAYS:
        ctype = ctype.element_type.get_canonical()
    if ctype.kind != TypeKind.RECORD:
        return None
    declaration = ctype.get_declaration()
    return declaration.get_definition() or declaration


def pointed_to(ctype):
    ctype = ctype.get_canonical()
    return (record_of(ctype.get_pointee())
            if ctype.kind == TypeKind.POINTER else None)


def parts_of(record):
    """The structure and all structures in it, by USR."""
    parts = {record.get_usr(): record}
    for field in record.type.get_fields():
        part = record_of(field.type)
        if part:
            parts.update(parts_of(part))
    return parts


def name_of(record):
    return record.type.spelling.split()[-1]


def with_name(record):
    """The structure itself, or the one around it if it has no name."""
    parent = record.lexical_parent
    while (parent and parent.kind in RECORDS and
           not name_of(record).isidentifier() and
           record.get_usr() in parts_of(parent)):
        record, parent = parent, parent.lexical_parent
    return record


def is_conditional(record):
    """Whether the preprocessor decides what is in a structure's own lines."""
    first, last = record.extent.start, record.extent.end
    lines = read_file(first.file.name).split('\n')
    return any(re.match(r'\s*#\s*(?:if|el)', line)
               for line in lines[first.line - 1:last.line])


def conditional_parts(record):
    """The structures in a structure of which that is so, by USR."""
    return frozenset(usr for usr, part in parts_of(record).items()
                     if is_conditional(part))


# --------------------------------------------------------------- expressions

def is_pointer(cursor, reference):
    """Whether a sizeof is of a pointer to the type that it names."""
    tokens = [token.spelling for token in cursor.get_tokens()]
    name = reference.type.spelling.split()[-1]
    return (name, '*') in zip(tokens, tokens[1:])


def measured(cursor):
    """The structures that a sizeof is of."""
    return [record_of(child.type) for child in cursor.get_children()
            if child.kind != CursorKind.TYPE_REF or
            not is_pointer(cursor, child)]


def stepped(cursor):
    """The structure whose size an operator on pointers reckons with."""
    result = pointed_to(cursor.type)
    operands = [pointed_to(child.type) for child in cursor.get_children()]
    pointers = [record for record in operands if record]
    if result:
        # p++, p + 1 and p += 1, but not &s, *pp or p = q.
        steps = len(pointers) == 1 and (len(operands) == 2 or
                                        pointers[0] == result)
        return result if steps else None
    # q - p, but not q == p.
    is_difference = len(pointers) == 2 and cursor.type.spelling == 'long'
    return pointers[0] if is_difference else None


def looked_into(cursor):
    """The structures whose layouts an expression needs; None has none."""
    kind = cursor.kind
    if kind in MEMBERS:
        field = cursor.referenced
        if field and field.kind == CursorKind.FIELD_DECL:
            return [field.semantic_parent]
    elif kind in VALUES:
        return [record_of(cursor.type)]
    elif kind == CursorKind.CXX_UNARY_EXPR:
        return measured(cursor)
    elif kind in OPERATORS:
        return [stepped(cursor)]
    return []


def label_of(cursor):
    is_function = cursor.kind == CursorKind.FUNCTION_DECL
    return cursor.spelling + ('()' if is_function else '')


# -------------------------------------------------------- translation units

class Reader:
    """Finds what one translation unit looks into, and declares."""
    def __init__(self, unit, paths):
        self.unit = unit
        self.paths = paths
        self.uses = {}
        self.records = {}
        self.mirrors = set()
        self.table = []
        self.types = collections.defaultdict(set)
        self.functions = {}
        self.queue = collections.deque()
        self.seen = set()

    def read(self):
        self.read_top()
        while self.queue:
            self.read_body(*self.queue.popleft())
        structs = {usr: Struct(name_of(record), frozenset(self.types[usr]),
                               conditional_parts(record))
                   for usr, record in self.records.items()}
        return Unit(self.uses, structs, self.table, self.mirrors)

    def read_top(self):
        """Note what there is, and begin with what is in the file itself."""
        checkers = self.find_checkers()
        for cursor in self.unit.cursor.get_children():
            kind, name = cursor.kind, cursor.spelling
            if kind == CursorKind.FUNCTION_DECL:
                self.functions[name] = cursor
                if self.is_in_file(cursor) and cursor.is_definition():
                    self.follow(cursor, None)
            elif kind == CursorKind.VAR_DECL and self.is_in_file(cursor):
                self.read_variable(cursor)
            elif name in checkers and kind in (CursorKind.TYPEDEF_DECL,
                                               CursorKind.STRUCT_DECL):
                record = record_of(cursor.type)
                if record:
                    self.types[record.get_usr()].update(checkers[name])

    def find_checkers(self):
        found = collections.defaultdict(list)
        for path in {include.include.name
                     for include in self.unit.get_includes()}:
            if self.paths.owner(path) == 'host':
                for struct, kind, name in read_checkers(path):
                    found[struct].append((kind, name))
        return found

    def is_in_file(self, cursor):
        file = cursor.location.file
        return file and file.name == self.unit.spelling

    def read_variable(self, cursor):
        if cursor.spelling == TABLE:
            self.read_table(cursor)
        elif cursor.storage_class != cindex.StorageClass.EXTERN:
            self.queue.append((cursor, None))

    def read_table(self, table):
        records = {}
        for cursor in table.walk_preorder():
            if cursor.kind == CursorKind.TYPE_REF:
                record = record_of(cursor.type)
                records[cursor.type.spelling.split()[-1]] = record
        file = os.path.realpath(self.unit.spelling)
        first, last = table.location.line, table.extent.end.line
        lines = read_file(file).split('\n')[first - 1:last]
        text = '\n'.join(lines)
        for entry in ENTRY.finditer(text):
            macro, name, struct = entry.groups()
            record = records.get(struct)
            if record:
                line = first + text.count('\n', 0, entry.start())
                self.table.append(Entry(
                    file, line, ENTRIES[macro], name, struct,
                    record.get_usr(), frozenset(parts_of(record))))

    def site(self, cursor, outer):
        """Where this is, or from where of ours it is reached."""
        if outer and self.paths.owner_of(cursor) != 'ours':
            return outer
        return Site(os.path.realpath(cursor.location.file.name),
                    cursor.location.line, None)

    def follow(self, cursor, site):
        """Read a function, or a variable's initializer, once, and later."""
        definition = cursor.get_definition()
        owner = definition and self.paths.owner_of(definition)
        if owner and definition.get_usr() not in self.seen:
            self.seen.add(definition.get_usr())
            if owner == 'host':
                site = site._replace(via=label_of(definition))
            self.queue.append((definition, site))

    def read_body(self, body, outer):
        stack = [body]
        while stack:
            cursor = stack.pop()
            for record in looked_into(cursor):
                if record:
                    self.note_use(record, self.site(cursor, outer))
            if cursor.kind == CursorKind.DECL_REF_EXPR:
                self.follow_reference(cursor, outer)
            elif cursor.kind == CursorKind.VAR_DECL:
                self.follow_clean_up(cursor, outer)
            stack.extend(cursor.get_children())

    def follow_reference(self, cursor, outer):
        target = cursor.referenced
        if target and (
                target.kind == CursorKind.FUNCTION_DECL or
                target.kind == CursorKind.VAR_DECL and
                target.semantic_parent == self.unit.cursor):
            self.follow(target, self.site(cursor, outer))

    def follow_clean_up(self, cursor, outer):
        """What g_autoptr() calls is in an attribute, where we cannot see."""
        name, autoptr, _ = cursor.type.spelling.partition('_autoptr')
        function = self.functions.get('glib_autoptr_cleanup_' + name)
        if autoptr and function:
            self.follow(function, self.site(cursor, outer))

    def note_use(self, record, site):
        owner = self.paths.owner_of(record)
        if owner == 'ours':
            self.mirrors.add(record.get_usr())
        elif owner == 'host':
            record = with_name(record)
            usr = record.get_usr()
            self.records[usr] = record
            self.uses[usr] = min(site, self.uses.get(usr, site), key=earlier)


def arguments_of(command):
    """What of a compiler's arguments matters to the meaning of the code."""
    words = iter(shlex.split(command)[1:])
    for word in words:
        if word in ('-isystem', '-include'):
            yield from (word, next(words))
        elif word.startswith(('-I', '-D', '-U', '-std=')):
            yield word


def read_unit(command, source):
    """The Unit of one entry of compile_commands.json."""
    os.chdir(command['directory'])
    arguments = list(arguments_of(command['command']))
    unit = cindex.Index.create().parse(command['file'], ['-w', *arguments])
    for diagnostic in unit.diagnostics:
        if diagnostic.severity >= cindex.Diagnostic.Error:
            raise SystemExit(f'libclang: {diagnostic}')
    host = [path for word, path in zip(arguments, arguments[1:])
            if word == '-isystem']
    return Reader(unit, Paths(host, (source, command['directory']))).read()


# ------------------------------------------------------------------ findings

class Build:
    """What the shared objects of a build folder use and declare."""
    def __init__(self, build, source, listed):
        self.build = os.path.realpath(build)
        self.source = os.path.realpath(source)
        self.listed = listed
        self.wanted = set()     # of what is on the list
        self.uses = {}
        self.mirrors = collections.defaultdict(set)
        self.tables = collections.defaultdict(list)
        self.structs = {}
        self.read()

    def read(self):
        with open(os.path.join(self.build, 'compile_commands.json'),
                  encoding='utf-8') as file:
            commands = json.load(file)
        outputs = [OUTPUT.search(command['output']) for command in commands]
        objects = [LIBANNEX if found.group(1) == 'annex' else found.group(1)
                   for found in outputs if found]
        commands = [command for command, found in zip(commands, outputs)
                    if found]
        read = functools.partial(read_unit, source=self.source)
        with concurrent.futures.ProcessPoolExecutor() as pool:
            for name, unit in zip(objects, pool.map(read, commands)):
                self.add(name, unit)

    def add(self, name, unit):
        uses = self.uses.setdefault(name, {})
        for usr, site in unit.uses.items():
            uses[usr] = min(site, uses.get(usr, site), key=earlier)
        self.mirrors[name] |= unit.mirrors
        self.tables[name] += unit.table
        for usr, new in unit.structs.items():
            old = self.structs.get(usr, new)
            self.structs[usr] = new._replace(types=old.types | new.types)

    def place(self, at):
        """Paths are ours or, of generated files, in the build folder."""
        top = (self.source if at.file.startswith(self.source + '/')
               else self.build)
        return f'{os.path.relpath(at.file, top)}:{at.line}'

    def entries(self, name):
        """The gate checks libannex's table with that of each module."""
        return self.tables[LIBANNEX] + (
            self.tables[name] if name != LIBANNEX else [])

    def used(self, name, are_types):
        """Yield USR, structure and a message's begin, in order of sites."""
        for usr, site in sorted(self.uses[name].items(),
                                key=lambda use: earlier(use[1])):
            struct = self.structs[usr]
            if bool(struct.types) == are_types:
                label = struct.name
                if are_types:
                    types = sorted({name for _, name in struct.types})
                    label += f' (type {" or ".join(types)})'
                by = f' by {site.via}' if site.via else ''
                yield usr, struct, \
                    f'{self.place(site)}: {label} is used{by} but'

    def is_listed(self, struct):
        if struct.name in self.listed:
            self.wanted.add(struct.name)
        return struct.name in self.listed

    def check_declared(self, name):
        declared = {entry.usr for entry in self.entries(name)}
        for usr, struct, begin in self.used(name, True):
            if usr not in declared and not self.is_listed(struct):
                yield f'{begin} not in a table'
        for entry in self.tables[name]:
            struct = self.structs.get(entry.usr)
            types = struct.types if struct else ()
            if types and (entry.kind, entry.type) not in types:
                yield f'{self.place(entry)}: {entry.struct} is not the ' \
                    f'{entry.kind} structure of {entry.type}'

    def check_embedded(self, name):
        parts = {usr for entry in self.entries(name) for usr in entry.parts}
        for usr, struct, begin in self.used(name, False):
            if usr not in parts and not self.is_listed(struct):
                yield f'{begin} neither in a table, nor part of what is, ' \
                    "nor on this test's list"

    def check_needed(self, name):
        """An entry is for itself, or for what only such entries embed."""
        uses = set(self.uses[name]) | self.mirrors[name]
        others = {usr for usr, _, _ in self.used(name, False)}
        for entry in self.entries(name):
            if entry.usr in uses:
                others -= entry.parts
        libannex = {entry.usr for entry in self.tables[LIBANNEX]
                    if name != LIBANNEX}
        for entry in self.tables[name]:
            begin = f'{self.place(entry)}: {entry.struct} is in the table'
            if entry.usr in libannex:
                yield f'{begin} and in that of {LIBANNEX}'
            elif entry.usr not in uses and not others & entry.parts:
                yield f'{begin} but not used'

    def check_listed(self):
        """After all others: they note what they want of the list."""
        for name in sorted(self.listed - self.wanted - SOME_HOSTS):
            yield f'{name} is on the list without need'
        measured = {usr for name in self.uses for entry in self.entries(name)
                    for usr in entry.parts}
        for struct in self.structs.values():
            if struct.name in self.wanted and struct.conditional - measured:
                yield f'{struct.name} is on the list but has an #if in it'

    def check(self):
        """Yield (case, messages)."""
        for name in sorted(self.uses, reverse=True):
            yield f'{name}/declared', list(self.check_declared(name))
            yield f'{name}/embedded', list(self.check_embedded(name))
            yield f'{name}/needed', list(self.check_needed(name))
        yield 'listed', list(self.check_listed())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--listed')
    parser.add_argument('build')
    parser.add_argument('source')
    args = parser.parse_args()

    listed = {name for names in NOT_MEASURABLE.values() for name in names}
    if args.listed is not None:
        listed = set(args.listed.split(','))
    failed = False
    number = 0
    for number, (case, messages) in enumerate(
            Build(args.build, args.source, listed).check(), 1):
        for message in messages:
            failed = True
            print(f'# {message}')
        print(f"{'not ok' if messages else 'ok'} {number} /abi/{case}")
    print(f'1..{number}')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
