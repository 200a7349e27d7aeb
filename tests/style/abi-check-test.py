#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Test of abi-test.py: that it finds what the tables of the ABI gate lack.
#
# usage: abi-check-test.py
#
# Each case is a module of one source, in a made-up tree with the headers of
# a made-up host.  Prints TAP.

import json
import os
import re
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
CHECK = os.path.join(FOLDER, 'abi-test.py')
TOP = os.path.dirname(os.path.dirname(FOLDER))

HOST = r'''
typedef struct Object { void *klass; } Object;
typedef struct ObjectClass { void *type; } ObjectClass;
void *check(const void *obj, const char *type);

#define OBJECT_DECLARE_TYPE(I, C, NAME) \
    typedef struct I I; \
    typedef struct C C; \
    static inline I *NAME(const void *obj) \
    { \
        return check(obj, TYPE_##NAME); \
    }
#define OBJECT_DECLARE_SIMPLE_TYPE(I, NAME) typedef struct I I;
#define DECLARE_INSTANCE_CHECKER(I, NAME, TYPE)
#define OBJECT_CHECK(I, obj, type) ((I *)check(obj, type))

#define TYPE_BUS "bus"
OBJECT_DECLARE_TYPE(Bus, BusClass, BUS)
#define TYPE_DEV "dev"
OBJECT_DECLARE_SIMPLE_TYPE(Dev, DEV)
#define TYPE_CHILD "child"
OBJECT_DECLARE_SIMPLE_TYPE(Child, CHILD)
#define TYPE_LIB "lib"
OBJECT_DECLARE_SIMPLE_TYPE(Lib,
                           LIB)
#define TYPE_CPU "cpu"
typedef struct CPUState { Object obj; int halted; } CPUState;
#define CPU(obj) ((CPUState *)(obj))
#define TYPE_OLD "old"
typedef struct Old { Object obj; int n; } Old;
#define OLD(obj) \
    OBJECT_CHECK(Old, (obj), TYPE_OLD)
#define TYPE_TAGGED "tagged"
typedef struct TaggedState { Object obj; int n; } Tagged;
DECLARE_INSTANCE_CHECKER(Tagged, TAGGED, TYPE_TAGGED)

typedef struct Regs { int flags; } Regs;
typedef struct Slot { int state; } Slot;
typedef struct Listed { int n; union { int m; }; } Listed;
typedef struct Conditional {
    int n;
#ifdef CONFIG_X
    int x;
#endif
} Conditional;

struct Bus { Object obj; int n; };
struct BusClass { ObjectClass parent; void (*reset)(Bus *bus); };
struct Lib { Object obj; int n; };
struct Dev {
    Object obj;
    Bus *bus;
    Regs regs[2];
    Slot *slots;
    struct { int in; } part;
    union { int this; long that; };
};
struct Child { Dev dev; int more; };

#define BUS_N(bus) ((bus)->n)
static const unsigned long bus_size = sizeof(Bus);
static inline int bus_n(Bus *bus) { return bus->n; }
static inline int dev_bus_n(Dev *dev) { return bus_n(dev->bus); }
static inline void glib_autoptr_cleanup_Bus(Bus **bus) { (*bus)->n = 0; }
typedef Bus *Bus_autoptr;
#define g_autoptr(T) \
    __attribute__((cleanup(glib_autoptr_cleanup_##T))) T##_autoptr
'''

OWN = 'static inline int own(Bus *bus) { return bus->n; }\n'

HEAD = '''#include <stddef.h>
#include <time.h>
#include "host.h"
#include "common/image.h"
#include "own.h"
'''
HEAD_LINES = HEAD.count('\n')

LIBANNEX = 'int lib(Lib *lib, Listed *l) { return lib->n + l->n; }'
LISTED = 'Listed,Conditional,Idle'

NO_BUS = 'Bus (type TYPE_BUS) is used but not in a table'
NO_BUS_BY = 'Bus (type TYPE_BUS) is used by %s but not in a table'
NOWHERE = ("%s is used but neither in a table, nor part of what is, nor on "
           "this test's list")
BUS = 'ANNEX_ABI(TYPE_BUS, Bus),'
DEV = 'ANNEX_ABI(TYPE_DEV, Dev),'
CHILD = 'ANNEX_ABI(TYPE_CHILD, Child),'

# Name, code, what is in the table, and the findings.  A finding is of the
# first line of code unless it begins with another number, or file.
CASES = [
    ('pointer', 'int f(Bus *b) { return b->n; }', '', [NO_BUS]),
    ('pointer-declared', 'int f(Bus *b) { return b->n; }', BUS, []),
    ('address', 'int *f(Bus *b) { return &b->n; }', '', [NO_BUS]),
    ('value', 'int f(Bus b) { return b.n; }', '', [NO_BUS]),
    ('chain', 'int f(Dev *d) { return d->bus->n; }', DEV, [NO_BUS]),
    ('chain-first', 'int f(Dev *d) { return d->bus->n; }', BUS,
     ['Dev (type TYPE_DEV) is used but not in a table']),
    ('cast', 'int f(void *p) { return BUS(p)->n; }', '', [NO_BUS]),
    ('offsetof', 'size_t f(void) { return offsetof(Bus, n); }', '', [NO_BUS]),
    ('offsetof-part', 'size_t x = offsetof(Dev, regs[1].flags);', '',
     ['Dev (type TYPE_DEV) is used but not in a table', NOWHERE % 'Regs']),
    ('sizeof', 'size_t x = sizeof(Bus);', '', [NO_BUS]),
    ('sizeof-value', 'size_t f(Bus *b) { return sizeof(*b); }', '', [NO_BUS]),
    ('sizeof-pointer', 'size_t x = sizeof(Bus *);', '', []),
    ('variable', 'static Bus bus;', '', [NO_BUS]),
    ('variables', 'void f(void) { Bus bus[2]; (void)bus; }', '', [NO_BUS]),
    ('extern', 'extern Bus bus; Bus *f(void) { return &bus; }', '', []),
    ('initializer', 'Regs f(void) { return (Regs) { .flags = 1 }; }', '',
     [NOWHERE % 'Regs']),
    ('literal', 'void g(Regs *); void f(void) { g(&(Regs) { 1 }); }', '',
     [NOWHERE % 'Regs']),
    ('copy', 'void f(Bus *a, Bus *b) { *a = *b; }', '', [NO_BUS]),
    ('return', 'Bus g(void); void f(void) { g(); }', '', [NO_BUS]),
    ('plus', 'Bus *f(Bus *b) { return b + 1; }', '', [NO_BUS]),
    ('increment', 'void f(Bus *b) { b++; }', '', [NO_BUS]),
    ('add', 'void f(Bus *b, int n) { b += n; }', '', [NO_BUS]),
    ('index', 'Bus *f(Bus *b) { return &b[1]; }', '', [NO_BUS]),
    ('difference', 'long f(Bus *b, Bus *c) { return b - c; }', '', [NO_BUS]),
    ('passed-on', 'Bus *f(Bus *b, Bus **p, Dev *d)\n'
     '{ if (!b || b == *p) { *p = b; } return b ? b : BUS(d); }', '', []),
    ('class', 'void f(BusClass *k) { k->reset(NULL); }', '',
     ['BusClass (type TYPE_BUS) is used but not in a table']),
    ('class-instance', 'void f(BusClass *k, Bus *b) { k->reset(b); b->n++; }',
     BUS, ['BusClass (type TYPE_BUS) is used but not in a table']),
    ('class-declared', 'void f(BusClass *k) { k->reset(NULL); }',
     'ANNEX_ABI_CLASS(TYPE_BUS, BusClass),', []),
    ('second-line', '\nint f(Bus *b)\n{\n    return b->n;\n}', '',
     ['4: ' + NO_BUS]),
    ('cast-macro', 'int f(void *p) { return CPU(p)->halted; }', '',
     ['CPUState (type TYPE_CPU) is used but not in a table']),
    ('check-macro', 'int f(void *p) { return OLD(p)->n; }', '',
     ['Old (type TYPE_OLD) is used but not in a table']),
    ('tag', 'int f(Tagged *t) { return t->n; }', '',
     ['TaggedState (type TYPE_TAGGED) is used but not in a table']),
    ('tag-declared', 'int f(Tagged *t) { return t->n; }',
     'ANNEX_ABI(TYPE_TAGGED, Tagged),', []),
    ('of-a-library', 'int f(struct tm *t) { return t->tm_sec; }', '', []),
    ('of-ours', 'struct X { int n; } x; int f(void) { return x.n; }', '', []),

    ('macro', 'int f(Bus *b) { return BUS_N(b); }', '', [NO_BUS]),
    ('inline', 'int f(Bus *b) { return bus_n(b); }', '',
     [NO_BUS_BY % 'bus_n()']),
    ('inline-deep', 'int f(Dev *d) { return dev_bus_n(d); }', DEV,
     [NO_BUS_BY % 'bus_n()']),
    ('inline-pointer', 'int (*f)(Bus *) = bus_n;', '', [NO_BUS_BY % 'bus_n()']),
    ('inline-ours', 'int f(Bus *b) { return own(b); }', '',
     ['common/own.h:1: ' + NO_BUS]),
    ('inline-variable', 'size_t f(void) { return bus_size; }', '',
     [NO_BUS_BY % 'bus_size']),
    ('clean-up', 'void f(Bus *b) { g_autoptr(Bus) c = b; (void)c; }', '',
     [NO_BUS_BY % 'glib_autoptr_cleanup_Bus()']),

    ('part', 'int f(Regs *r) { return r->flags; }', '', [NOWHERE % 'Regs']),
    ('part-of-declared', 'int f(Regs *r) { return r->flags; }', DEV, []),
    ('part-deeper', 'int f(Regs *r) { return r->flags; }', CHILD, []),
    ('part-of-other', 'int f(Regs *r) { return r->flags; }', BUS,
     [NOWHERE % 'Regs', 'table: Bus is in the table but not used']),
    ('part-and-type', 'int f(Dev *d) { return d->regs[0].flags; }', CHILD,
     ['Dev (type TYPE_DEV) is used but not in a table']),
    ('pointed-to', 'int f(Dev *d) { return d->slots->state; }', DEV,
     [NOWHERE % 'Slot']),
    ('without-name', 'int f(Dev *d) { return d->part.in + d->this; }', DEV,
     []),
    ('on-list', 'int f(Listed *l) { return l->n + l->m; }', '', []),
    ('on-list-conditional', 'int f(Conditional *c) { return c->n; }', '', []),

    ('unused', 'int f(Bus *b) { return b->n; }', BUS + DEV,
     ['table: Dev is in the table but not used']),
    ('unused-parent', 'int f(Dev *d) { return d->regs[0].flags; }',
     DEV + CHILD, ['table: Child is in the table but not used']),
    ('mirror', 'typedef struct Mine { Dev d; int n; } Mine;\n'
     'int f(Mine *m) { return m->n; }', 'ANNEX_ABI(TYPE_DEV, Mine),', []),
    ('mirror-unused', 'typedef struct Mine { Dev d; int n; } Mine;',
     'ANNEX_ABI(TYPE_DEV, Mine),',
     ['table: Mine is in the table but not used']),
    ('of-libannex', 'int f(Lib *lib) { return lib->n; }', '', []),
    ('twice', 'int f(Lib *lib) { return lib->n; }',
     'ANNEX_ABI(TYPE_LIB, Lib),',
     ['table: Lib is in the table and in that of libannex']),
    ('wrong-type', 'int f(Bus *b) { return b->n; }',
     'ANNEX_ABI(TYPE_DEV, Bus),',
     ['table: Bus is not the instance structure of TYPE_DEV']),
    ('wrong-kind', 'void f(BusClass *k) { k->reset(NULL); }',
     'ANNEX_ABI(TYPE_BUS, BusClass),',
     ['table: BusClass is not the instance structure of TYPE_BUS']),
]


def write_file(tree, path, text):
    path = os.path.join(tree, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def write_source(tree, library, path, code, table):
    """Returns the source's entry in compile_commands.json."""
    write_file(tree, path, f'{HEAD}{code}\n'
               f'ANNEX_ABI_TABLE = {{ {table} {{}} }};\n')
    output = f'plugins/{library}-objects.a.p/sample.c.o'
    return {'directory': f'{tree}/build', 'file': f'../{path}',
            'output': output,
            'command': f"cc -I'{TOP}' -I../common -isystem ../host -Wall "
                       f'-std=gnu11 -O2 -o {output} -c ../{path}'}


def run_check(tree, cases, listed, stderr=None):
    """The check's exit code, and its findings by TAP case."""
    commands = [write_source(tree, 'libannex', 'common/lib.c', LIBANNEX,
                             'ANNEX_ABI(TYPE_LIB, Lib),')]
    commands += [write_source(tree, f'libannex-{name}', f'plugins/{name}.c',
                              code, table)
                 for name, code, table, _ in cases]
    write_file(tree, 'host/host.h', HOST)
    write_file(tree, 'common/own.h', OWN)
    write_file(tree, 'build/compile_commands.json', json.dumps(commands))
    run = subprocess.run(
        [CHECK, '--listed', listed, os.path.join(tree, 'build'), tree],
        stdout=subprocess.PIPE, stderr=stderr, text=True, check=False)
    return run.returncode, read_tap(run.stdout)


def read_tap(output):
    findings, messages = {}, []
    for line in output.splitlines():
        case = re.fullmatch(r'(not )?ok \d+ /abi/(\S+)', line)
        if line.startswith('# '):
            messages.append(line[2:])
        elif case:
            if bool(messages) != bool(case.group(1)):
                messages.append(f'but it says: {line}')
            findings[case.group(2)] = messages
            messages = []
        elif line.startswith('1..0'):
            print(line)
            sys.exit()
    return findings


def check_case(case, findings):
    """What is wrong with the findings about a case, or None."""
    name, code, _, expected = case
    table_line = HEAD_LINES + code.count('\n') + 2
    wanted = []
    for finding in expected:
        at = re.match(r'(?:(\d+|table|[\w./-]+:\d+): )?(.*)', finding)
        line, what = at.groups()
        if line and '/' in line:
            wanted.append(f'{line}: {what}')
        else:
            number = (table_line if line == 'table'
                      else HEAD_LINES + int(line or 1))
            wanted.append(f'plugins/{name}.c:{number}: {what}')
    found = [message for kind in ('declared', 'embedded', 'needed')
             for message in findings.get(f'annex-{name}/{kind}', ['no case'])]
    return None if found == wanted else f'expected {wanted}, found {found}'


def tests():
    """Yield (name, problem or None)."""
    with tempfile.TemporaryDirectory() as tree:
        status, findings = run_check(os.path.realpath(tree), CASES, LISTED)
    for case in CASES:
        yield case[0], check_case(case, findings)
    listed = ['Idle is on the list without need',
              'Conditional is on the list but has an #if in it']
    found = findings.get('listed')
    yield 'listed', None if found == listed else str(found)
    yield 'status-bad', None if status == 1 else str(status)

    with tempfile.TemporaryDirectory() as tree:
        status, findings = run_check(os.path.realpath(tree), [], 'Listed')
    bad = status or len(findings) != 4 or any(findings.values())
    yield 'good-tree', f'{status}, {findings}' if bad else None

    # What cannot be read is no success.
    case = ('broken', 'int f( {', '', [])
    with tempfile.TemporaryDirectory() as tree:
        status, findings = run_check(os.path.realpath(tree), [case],
                                     'Listed', subprocess.DEVNULL)
    bad = status != 1 or findings
    yield case[0], f'{status}, {findings}' if bad else None


def main():
    failed = False
    number = 0
    for number, (name, problem) in enumerate(tests(), 1):
        if problem:
            failed = True
            print(f'# {problem}')
        print(f"{'not ok' if problem else 'ok'} {number} /abi-check/{name}")
    print(f'1..{number}')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
