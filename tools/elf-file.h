/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 64-bit ELF file of any machine, read as untrusted data, by libelf. */
#ifndef ANNEX_ELF_FILE_H
#define ANNEX_ELF_FILE_H

#include <gelf.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libelf knows the format, and both byte orders.  What it leaves to its user
 * is here: the file as a whole, and addresses.  Bytes are only ever reached
 * by the functions below, which return none that are not there.  What is read
 * as a number goes through ELF_GET(), in the byte order of the file; where it
 * has to be aligned in memory does not matter.
 */
typedef struct ElfSpan {
    const uint8_t *data;
    size_t size;
} ElfSpan;

/* A linker makes four or five.  Each look-up goes through all of them. */
#define ELF_FILE_MAX_LOADS 32

typedef struct ElfFile {
    ElfSpan bytes;
    Elf *elf;
    GElf_Ehdr header;
    GElf_Phdr loads[ELF_FILE_MAX_LOADS];    /* those of type PT_LOAD */
    unsigned n_loads;
    ElfSpan names;                          /* of sections */
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
Elf_Scn *elf_file_section(const ElfFile *file, const char *name);

/*
 * A section's bytes in the file: none for one that is only in memory, and for
 * NULL.
 */
ElfSpan elf_file_section_bytes(Elf_Scn *section);

/* The string at @offset of a table; NULL if it does not soon end in there. */
const char *elf_file_string(ElfSpan table, uint64_t offset);

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
