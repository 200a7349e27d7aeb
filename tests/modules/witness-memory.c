/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies QEMU's state from inside, and finds what has changed since. */
#include "common/host/qom.h"
#include "witness.h"

#include <dlfcn.h>
#include <link.h>

typedef enum Kind { VARIABLES, CLASSES, COMMANDS, N_KINDS } Kind;

static const char *const kinds[] = {
    [VARIABLES] = "variables", [CLASSES] = "classes",
    [COMMANDS] = "commands",
};

/* How many places are named of each. */
#define NAMES_MAX 8

typedef struct Part {
    Kind kind;
    const char *name;           /* NULL: ask the dynamic linker */
    const uint8_t *now;
    uint8_t *was;
    size_t size;
} Part;

static void add(GArray *parts, Kind kind, const char *name, const void *now,
                size_t size)
{
    Part part = {
        .kind = kind, .name = name, .now = now, .size = size,
        .was = g_memdup2(now, size),
    };

    g_array_append_val(parts, part);
}

/* The program itself is what dl_iterate_phdr() begins with. */
static int add_variables(struct dl_phdr_info *info, size_t size, void *opaque)
{
    unsigned i;

    for (i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

        if (segment->p_type == PT_LOAD && segment->p_flags & PF_W) {
            add(opaque, VARIABLES, NULL,
                (void *)(info->dlpi_addr + segment->p_vaddr),
                segment->p_memsz);
        }
    }
    return 1;
}

/* A class of an interface has a type of its own that has no name to find. */
static void add_class(ObjectClass *klass, void *opaque)
{
    const AnnexHostTypeImpl *type = (const AnnexHostTypeImpl *)klass->type;
    GSList *l;

    add(opaque, CLASSES, type->name, klass, type->class_size);
    for (l = klass->interfaces; l; l = l->next) {
        type = (const AnnexHostTypeImpl *)((ObjectClass *)l->data)->type;
        add(opaque, CLASSES, type->name, l->data, type->class_size);
    }
}

GArray *witness_look(void)
{
    const QmpCommand *command;
    GArray *parts;

    if (!annex_host_types_are_known()) {
        return NULL;
    }
    parts = g_array_new(false, false, sizeof(Part));
    /* First what may still be made when it is asked for. */
    object_class_foreach(add_class, NULL, true, parts);
    QTAILQ_FOREACH(command, &qmp_commands, node) {
        add(parts, COMMANDS, command->name, command, sizeof(*command));
    }
    dl_iterate_phdr(add_variables, parts);
    return parts;
}

size_t witness_size(const GArray *before)
{
    size_t size = 0;
    unsigned i;

    for (i = 0; i < before->len; i++) {
        size += g_array_index(before, Part, i).size;
    }
    return size;
}

static char *name_of(const Part *part, size_t offset)
{
    const uint8_t *place = part->now + offset;
    Dl_info info = {};

    if (part->name) {
        return g_strdup_printf("%s+%zu", part->name, offset);
    }
    dladdr(place, &info);
    return info.dli_sname
           ? g_strdup_printf("%s+%td", info.dli_sname,
                             place - (uint8_t *)info.dli_saddr)
           : g_strdup_printf("%#tx", place - (uint8_t *)info.dli_fbase);
}

/* What has changed of one kind: in how many runs of bytes, from where. */
typedef struct Changes {
    size_t bytes, runs;
    GString *names;
} Changes;

static void add_run(Changes *changes, const Part *part, size_t offset)
{
    g_autofree char *name = name_of(part, offset);

    if (changes->runs++ < NAMES_MAX) {
        g_string_append_printf(changes->names, " %s", name);
    }
}

static void compare(const Part *part, Changes *changes)
{
    bool differs = false, before;
    size_t i;

    for (i = 0; i < part->size; i++) {
        before = differs;
        differs = part->now[i] != part->was[i];
        changes->bytes += differs;
        if (differs && !before) {
            add_run(changes, part, i);
        }
    }
}

static bool report(Kind kind, const Changes *changes)
{
    if (changes->bytes) {
        error_report("annex-witness: %zu bytes of %s changed, at%s%s",
                     changes->bytes, kinds[kind], changes->names->str,
                     changes->runs > NAMES_MAX ? " ..." : "");
    }
    return changes->bytes;
}

bool witness_compare(const GArray *before)
{
    Changes changes[N_KINDS] = {};
    bool any = false;
    unsigned i;

    for (i = 0; i < N_KINDS; i++) {
        changes[i].names = g_string_new("");
    }
    for (i = 0; i < before->len; i++) {
        const Part *part = &g_array_index(before, Part, i);

        compare(part, &changes[part->kind]);
    }
    for (i = 0; i < N_KINDS; i++) {
        any |= report(i, &changes[i]);
        g_string_free(changes[i].names, true);
    }
    return any;
}
