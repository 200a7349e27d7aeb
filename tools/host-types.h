/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QOM types that the file of a QEMU has, and how large they are. */
#ifndef ANNEX_HOST_TYPES_H
#define ANNEX_HOST_TYPES_H

#include "elf-file.h"

/* Sizes of 0: inherited from the parent, as in TypeInfo. */
typedef struct HostType {
    const char *name;
    const char *parent;         /* NULL: one of the two roots */
    uint64_t instance_size;
    uint64_t class_size;
    bool ambiguous;             /* found twice, and not the same */
} HostType;

/*
 * Those with a static TypeInfo: HostType by name.  A type that QEMU makes up
 * when it runs is not there.  Names are in @file, which has to stay.
 */
GHashTable *host_types_read(const ElfFile *file);

/*
 * The sizes that the structures of type @name have, as QOM computes them.
 * False if the type is not there, or not all that it inherits from.
 */
bool host_types_find(GHashTable *types, const char *name,
                     uint64_t *instance_size, uint64_t *class_size);

#endif
