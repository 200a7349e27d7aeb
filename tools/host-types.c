/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds TypeInfo structures in a file that need not have symbols for them. */
#include "common/host/type-info.h"
#include "elf-dynamic.h"
#include "host-types.h"

#include <string.h>

/* Longer than any type's name, larger than any structure, deeper than QOM. */
#define MAX_NAME 128
#define MAX_SIZE (1 << 28)
#define MAX_DEPTH 32

#define FIELD(field) offsetof(AnnexHostTypeInfo, field)

/*
 * A TypeInfo begins with relocated pointers to two words.  Of its other
 * fields, sizes are small and not relocated, and functions are relocated to
 * code, or NULL.  What has that shape by chance will not have for a parent
 * the name of a type, which in turn has one, down to a root of QOM; that is
 * checked at last.
 */
typedef struct Scan {
    const ElfFile *file;
    GArray *pointers;           /* of ElfPointer */
    GArray *candidates;         /* of HostType */
} Scan;

/* Where a pointer leads to; false if there is neither one nor NULL. */
static bool read_pointer(const Scan *scan, uint64_t address,
                         const uint8_t *p, uint64_t *target)
{
    const ElfPointer *found = elf_dynamic_pointer(scan->pointers, address);

    *target = found ? found->target : 0;
    return found || !elf_file_get(scan->file, p, sizeof(uint64_t));
}

static bool read_size(const Scan *scan, uint64_t address, const uint8_t *p,
                      uint64_t *size)
{
    *size = elf_file_get(scan->file, p, sizeof(uint64_t));
    return *size < MAX_SIZE && !elf_dynamic_pointer(scan->pointers, address);
}

static bool pointers_are_plausible(const Scan *scan, uint64_t address,
                                   const uint8_t *p)
{
    static const uint8_t functions[] = {
        FIELD(instance_init), FIELD(instance_post_init),
        FIELD(instance_finalize), FIELD(class_init), FIELD(class_base_init),
    };
    uint64_t target;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(functions); i++) {
        if (!read_pointer(scan, address + functions[i], p + functions[i],
                          &target) ||
            (target && !elf_file_is_code(scan->file, target))) {
            return false;
        }
    }
    return read_pointer(scan, address + FIELD(interfaces),
                        p + FIELD(interfaces), &target) &&
           !(target && elf_file_is_code(scan->file, target));
}

static bool is_false_or_true(const uint8_t *p)
{
    static const uint8_t zero[sizeof(uint64_t)];

    return *p <= 1 && !memcmp(p + 1, zero, sizeof(zero) - 1);
}

static bool sizes_are_plausible(const Scan *scan, uint64_t address,
                                const uint8_t *p, HostType *type)
{
    uint64_t align;

    return read_size(scan, address + FIELD(instance_size),
                     p + FIELD(instance_size), &type->instance_size) &&
           read_size(scan, address + FIELD(instance_align),
                     p + FIELD(instance_align), &align) &&
           !(align & (align - 1)) &&
           is_false_or_true(p + FIELD(abstract)) &&
           read_size(scan, address + FIELD(class_size),
                     p + FIELD(class_size), &type->class_size);
}

/* The two that QOM itself begins with (qom/object.c, register_types()). */
static bool is_root(const HostType *type, bool is_abstract)
{
    return !type->parent && is_abstract &&
           ((type->instance_size && !strcmp(type->name, "object")) ||
            (type->class_size && !type->instance_size &&
             !strcmp(type->name, "interface")));
}

static void look_at(Scan *scan, const ElfPointer *pointer)
{
    const uint8_t *p = elf_file_at(scan->file, pointer->address,
                                   sizeof(AnnexHostTypeInfo), true);
    HostType type = {
        .name = elf_file_word(scan->file, pointer->target, MAX_NAME),
    };
    uint64_t parent;

    if (!p || !type.name ||
        !sizes_are_plausible(scan, pointer->address, p, &type) ||
        !read_pointer(scan, pointer->address + FIELD(parent),
                      p + FIELD(parent), &parent) ||
        !pointers_are_plausible(scan, pointer->address, p)) {
        return;
    }
    if (parent) {
        type.parent = elf_file_word(scan->file, parent, MAX_NAME);
    }
    if (type.parent ? strcmp(type.parent, type.name)
                    : !parent && is_root(&type, p[FIELD(abstract)])) {
        g_array_append_val(scan->candidates, type);
    }
}

/* QOM itself insists that no structure is smaller than the one it extends. */
static bool extends_parent(GHashTable *types, const HostType *type)
{
    uint64_t instance_size, class_size;

    return !type->parent ||
           !host_types_find(types, type->parent, &instance_size,
                            &class_size) ||
           ((!type->instance_size || type->instance_size >= instance_size) &&
            (!type->class_size || type->class_size >= class_size));
}

/*
 * A list of types' names, which ends with NULL, can look like a type without
 * structures of its own: next to one that has some it does not count.
 */
static bool is_empty(const HostType *type)
{
    return !type->instance_size && !type->class_size;
}

static void add_type(GHashTable *types, const HostType *type)
{
    HostType *known = g_hash_table_lookup(types, type->name);

    if (!extends_parent(types, type)) {
        return;
    }
    if (!known || (is_empty(known) && !is_empty(type))) {
        g_hash_table_replace(types, (void *)type->name,
                             g_memdup2(type, sizeof(*type)));
    } else if (is_empty(type)) {
        return;
    } else if (known->instance_size != type->instance_size ||
               known->class_size != type->class_size ||
               g_strcmp0(known->parent, type->parent)) {
        known->ambiguous = true;
    }
}

/* Moves to @types those whose parent is there; false if there was none. */
static bool add_children(GHashTable *types, GArray *candidates)
{
    unsigned i, kept = 0, n = candidates->len;
    HostType *list = (HostType *)candidates->data;

    for (i = 0; i < n; i++) {
        if (!list[i].parent || g_hash_table_contains(types, list[i].parent)) {
            add_type(types, &list[i]);
        } else {
            list[kept++] = list[i];
        }
    }
    g_array_set_size(candidates, kept);
    return kept < n;
}

GHashTable *host_types_read(const ElfFile *file)
{
    GHashTable *types = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                              g_free);
    Scan scan = {
        .file = file,
        .pointers = elf_dynamic_pointers(file),
        .candidates = g_array_new(false, false, sizeof(HostType)),
    };
    unsigned i;

    for (i = 0; i < scan.pointers->len; i++) {
        look_at(&scan, &g_array_index(scan.pointers, ElfPointer, i));
    }
    for (i = 0; i < MAX_DEPTH && add_children(types, scan.candidates); i++) {
        /* One more generation. */
    }
    g_array_free(scan.pointers, true);
    g_array_free(scan.candidates, true);
    return types;
}

bool host_types_find(GHashTable *types, const char *name,
                     uint64_t *instance_size, uint64_t *class_size)
{
    const HostType *type = g_hash_table_lookup(types, name);
    unsigned depth = 0;

    *instance_size = *class_size = 0;
    for (; type && !type->ambiguous && depth < MAX_DEPTH; depth++) {
        *instance_size = *instance_size ?: type->instance_size;
        *class_size = *class_size ?: type->class_size;
        if (!type->parent) {
            *class_size = *class_size ?: ANNEX_HOST_OBJECT_CLASS_SIZE;
            return true;
        }
        if (*instance_size && *class_size) {
            return true;
        }
        type = g_hash_table_lookup(types, type->parent);
    }
    return false;
}
