/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads dynamic symbols and relocations. */
#include "elf-dynamic.h"

#include <string.h>

/* C has no names as long as this, and a hostile file might. */
#define MAX_SYMBOL 256

static const Elf64_Shdr *find_section(const ElfFile *file, unsigned type)
{
    unsigned i;

    for (i = 0; i < file->n_sections; i++) {
        if (file->sections[i].sh_type == type) {
            return &file->sections[i];
        }
    }
    return NULL;
}

/* What the dynamic linker takes for a definition (elf/dl-lookup.c). */
static bool is_exported(const ElfFile *file, const uint8_t *sym)
{
    const unsigned types = 1 << STT_NOTYPE | 1 << STT_OBJECT | 1 << STT_FUNC |
                           1 << STT_COMMON | 1 << STT_TLS |
                           1 << STT_GNU_IFUNC;
    unsigned info = ELF_GET(file, sym, Elf64_Sym, st_info);
    unsigned other = ELF_GET(file, sym, Elf64_Sym, st_other);
    unsigned seen = ELF64_ST_VISIBILITY(other);

    return ELF_GET(file, sym, Elf64_Sym, st_shndx) != SHN_UNDEF &&
           types >> ELF64_ST_TYPE(info) & 1 &&
           ELF64_ST_BIND(info) != STB_LOCAL &&
           (seen == STV_DEFAULT || seen == STV_PROTECTED);
}

static const char *find_name(ElfSpan names, size_t at)
{
    const uint8_t *name = at < names.size ? names.data + at : NULL;

    return name && memchr(name, 0, MIN(names.size - at, MAX_SYMBOL))
           ? (const char *)name : NULL;
}

GHashTable *elf_dynamic_exports(const ElfFile *file)
{
    GHashTable *exports = g_hash_table_new(g_str_hash, g_str_equal);
    const Elf64_Shdr *section = find_section(file, SHT_DYNSYM);
    ElfSpan syms, names;
    size_t i;

    if (!section || section->sh_link >= file->n_sections) {
        return exports;
    }
    syms = elf_file_section_bytes(file, section);
    names = elf_file_section_bytes(file, &file->sections[section->sh_link]);
    for (i = 0; i < syms.size / sizeof(Elf64_Sym); i++) {
        const uint8_t *sym = syms.data + i * sizeof(Elf64_Sym);
        const char *name =
            find_name(names, ELF_GET(file, sym, Elf64_Sym, st_name));

        if (name && is_exported(file, sym)) {
            g_hash_table_insert(exports, (void *)name, (void *)sym);
        }
    }
    return exports;
}

/* The type of relocation that adds the address at which a file is loaded. */
static unsigned relative_type(const ElfFile *file)
{
    switch (file->machine) {
    case EM_X86_64:
        return R_X86_64_RELATIVE;
    case EM_AARCH64:
        return R_AARCH64_RELATIVE;
    case EM_PPC64:
        return R_PPC64_RELATIVE;
    case EM_S390:
        return R_390_RELATIVE;
    case EM_RISCV:
        return R_RISCV_RELATIVE;
    case EM_LOONGARCH:
        return R_LARCH_RELATIVE;
    default:
        return 0;
    }
}

static void add_rela(const ElfFile *file, ElfSpan table, GArray *pointers)
{
    unsigned relative = relative_type(file);
    size_t i;

    for (i = 0; i < table.size / sizeof(Elf64_Rela); i++) {
        const uint8_t *rela = table.data + i * sizeof(Elf64_Rela);
        uint64_t info = ELF_GET(file, rela, Elf64_Rela, r_info);
        ElfPointer pointer = {
            .address = ELF_GET(file, rela, Elf64_Rela, r_offset),
        };

        if (relative && ELF64_R_TYPE(info) == relative) {
            pointer.target = ELF_GET(file, rela, Elf64_Rela, r_addend);
        }
        g_array_append_val(pointers, pointer);
    }
}

static void add_relr_word(const ElfFile *file, uint64_t address,
                          GArray *pointers)
{
    const uint8_t *p = elf_file_at(file, address, sizeof(uint64_t), true);

    if (p) {
        ElfPointer pointer = {
            address, elf_file_get(file, p, sizeof(uint64_t))
        };

        g_array_append_val(pointers, pointer);
    }
}

/*
 * The generic ABI's compact form: an even word is the address of a pointer,
 * an odd one a map of those among the 63 words that follow.  Stops at more
 * than @max pointers in all: than the file has room for.
 */
static void add_relr(const ElfFile *file, ElfSpan table, size_t max,
                     GArray *pointers)
{
    uint64_t word, base = 0;
    size_t i;
    unsigned bit;

    for (i = 0; i < table.size / sizeof(word) && pointers->len < max; i++) {
        word = elf_file_get(file, table.data + i * sizeof(word),
                            sizeof(word));
        if (!(word & 1)) {
            add_relr_word(file, word, pointers);
            base = word + sizeof(word);
            continue;
        }
        for (bit = 1; bit < 64; bit++) {
            if (word >> bit & 1) {
                add_relr_word(file, base + (bit - 1) * sizeof(word), pointers);
            }
        }
        base += 63 * sizeof(word);
    }
}

static int compare_pointers(const void *a, const void *b)
{
    const ElfPointer *p = a, *q = b;

    return (p->address > q->address) - (p->address < q->address);
}

GArray *elf_dynamic_pointers(const ElfFile *file)
{
    GArray *pointers = g_array_new(false, false, sizeof(ElfPointer));
    size_t max = file->bytes.size / sizeof(uint64_t);
    unsigned i;

    for (i = 0; i < file->n_sections && pointers->len < max; i++) {
        const Elf64_Shdr *section = &file->sections[i];
        ElfSpan table = elf_file_section_bytes(file, section);

        if (!(section->sh_flags & SHF_ALLOC)) {
            continue;
        }
        if (section->sh_type == SHT_RELA) {
            add_rela(file, table, pointers);
        } else if (section->sh_type == SHT_RELR) {
            add_relr(file, table, max, pointers);
        }
    }
    g_array_sort(pointers, compare_pointers);
    return pointers;
}

const ElfPointer *elf_dynamic_pointer(const GArray *pointers,
                                      uint64_t address)
{
    ElfPointer key = { address, 0 };

    return pointers->len ? bsearch(&key, pointers->data, pointers->len,
                                   sizeof(key), compare_pointers) : NULL;
}
