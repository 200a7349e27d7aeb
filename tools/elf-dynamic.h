/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dynamic linker has to do with an ELF file: exports, pointers. */
#ifndef ANNEX_ELF_DYNAMIC_H
#define ANNEX_ELF_DYNAMIC_H

#include "elf-file.h"

/*
 * The exported symbols: to each name belongs its address, a uint64_t.  @file
 * has to stay.
 */
GHashTable *elf_dynamic_exports(const ElfFile *file);

/* A place where a pointer will be, and to what if that is in the file. */
typedef struct ElfPointer {
    uint64_t address;
    uint64_t target;            /* 0: to something else */
} ElfPointer;

/*
 * All places that are relocated when @file is loaded, of ElfPointer, by
 * address.  Few or none if the file is damaged, or is no position-independent
 * one.
 */
GArray *elf_dynamic_pointers(const ElfFile *file);

/* That at @address; NULL if there is none. */
const ElfPointer *elf_dynamic_pointer(const GArray *pointers,
                                      uint64_t address);

#endif
