/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 64-bit ELF file of any machine, read as untrusted data. */
#ifndef ANNEX_ELF_FILE_H
#define ANNEX_ELF_FILE_H

#include <elf.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the file are only ever reached by the functions below, which
 * return none that are not there.  What is read as a number goes through
 * ELF_GET(), in the byte order of the file; where it has to be aligned in
 * memory does not matter.
 */
typedef struct ElfSpan {
    const uint8_t *data;
    size_t size;
} ElfSpan;

typedef struct ElfFile {
    ElfSpan bytes;
    bool big_endian;
    uint16_t type, machine;
    Elf64_Phdr *loads;          /* the segments of type PT_LOAD */
    unsigned n_loads;
    Elf64_Shdr *sections;
    unsigned n_sections;
} ElfFile;

/*
 * Read a regular file.  On NULL *@message says why, as what follows the name
 * and a colon; g_free() it.
 */
ElfFile *elf_file_open(const char *path, char **message);
void elf_file_free(ElfFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ElfFile, elf_file_free)

/* Whether @path can be read and is an ELF file, of whatever kind. */
bool elf_file_probe(const char *path);

/* The number of @size bytes at @p. */
uint64_t elf_file_get(const ElfFile *file, const uint8_t *p, size_t size);

/* One field of a structure of type @Struct that is at @p. */
#define ELF_GET(file, p, Struct, field)                                 \
    elf_file_get(file, (p) + offsetof(Struct, field),                   \
                 sizeof(((Struct *)NULL)->field))

/* The first section named @name; NULL if there is none. */
const Elf64_Shdr *elf_file_section(const ElfFile *file, const char *name);

/* A section's bytes in the file: none for one that is only in memory. */
ElfSpan elf_file_section_bytes(const ElfFile *file, const Elf64_Shdr *section);

/*
 * What is loaded at @address from a segment that is writable, or not.  NULL
 * if not all @size bytes are there.
 */
const uint8_t *elf_file_at(const ElfFile *file, uint64_t address, size_t size,
                           bool writable);

/* Whether @address is in a segment that can be executed. */
bool elf_file_is_code(const ElfFile *file, uint64_t address);

/*
 * A string in a segment that is not writable, printable and without blanks,
 * of 1 to @max characters.  NULL if there is none at @address.
 */
const char *elf_file_word(const ElfFile *file, uint64_t address, size_t max);

#endif
