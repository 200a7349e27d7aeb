/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads dynamic symbols and relocations. */
#include "elf-dynamic.h"

/* What the dynamic linker takes for a definition (elf/dl-lookup.c). */
static bool is_exported(const GElf_Sym *sym)
{
    const unsigned types = 1 << STT_NOTYPE | 1 << STT_OBJECT | 1 << STT_FUNC |
                           1 << STT_COMMON | 1 << STT_TLS |
                           1 << STT_GNU_IFUNC;
    unsigned seen = GELF_ST_VISIBILITY(sym->st_other);

    return sym->st_shndx != SHN_UNDEF &&
           types >> GELF_ST_TYPE(sym->st_info) & 1 &&
           GELF_ST_BIND(sym->st_info) != STB_LOCAL &&
           (seen == STV_DEFAULT || seen == STV_PROTECTED);
}

GHashTable *elf_dynamic_exports(const ElfFile *file)
{
    GHashTable *exports = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                                g_free);
    Elf_Scn *section = NULL;
    GElf_Shdr header = { 0 };
    Elf_Data *syms;
    ElfSpan names;
    GElf_Sym sym;
    int i;

    while ((section = elf_nextscn(file->elf, section)) &&
           gelf_getshdr(section, &header) && header.sh_type != SHT_DYNSYM) {
        /* The next one. */
    }
    syms = elf_getdata(section, NULL);
    names = elf_file_section_bytes(elf_getscn(file->elf, header.sh_link));
    for (i = 0; gelf_getsym(syms, i, &sym); i++) {
        const char *name = elf_file_string(names, sym.st_name);

        if (name && is_exported(&sym)) {
            g_hash_table_insert(exports, (void *)name,
                                g_memdup2(&sym.st_value,
                                          sizeof(sym.st_value)));
        }
    }
    return exports;
}

/* The type of relocation that adds the address at which a file is loaded. */
static unsigned relative_type(const ElfFile *file)
{
    switch (file->header.e_machine) {
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

static void add_rela(const ElfFile *file, Elf_Data *table, GArray *pointers)
{
    unsigned relative = relative_type(file);
    GElf_Rela r;
    int i;

    for (i = 0; gelf_getrela(table, i, &r); i++) {
        bool inside = relative && GELF_R_TYPE(r.r_info) == relative;
        ElfPointer pointer = { r.r_offset, inside ? r.r_addend : 0 };

        g_array_append_val(pointers, pointer);
    }
}

static void add_relr_word(const ElfFile *file, uint64_t address,
                          GArray *pointers)
{
    const uint8_t *p = elf_file_at(file, address, sizeof(uint64_t), true);
    ElfPointer pointer = { address, p ? elf_file_get(file, p, 8) : 0 };

    g_array_append_val(pointers, pointer);
}

/*
 * The generic ABI's compact form, which libelf only hands out as bytes (as of
 * 0.188): an even word is the address of a pointer, an odd one a map of those
 * among the 63 words that follow.  Stops at more pointers than the file has
 * room for.
 */
static void add_relr(const ElfFile *file, ElfSpan table, GArray *pointers)
{
    size_t max = file->bytes.size / sizeof(uint64_t);
    uint64_t word, base = 0;
    unsigned bit;
    size_t i;

    for (i = 0; i < table.size / sizeof(word) && pointers->len < max; i++) {
        word = elf_file_get(file, table.data + i * sizeof(word),
                            sizeof(word));
        if (!(word & 1)) {
            add_relr_word(file, word, pointers);
            base = word + sizeof(word);
            continue;
        }
        for (bit = 1; bit < 64; bit++, base += sizeof(word)) {
            if (word >> bit & 1) {
                add_relr_word(file, base, pointers);
            }
        }
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
    size_t left = file->bytes.size;
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    while ((section = elf_nextscn(file->elf, section)) &&
           gelf_getshdr(section, &header)) {
        bool is_relr = header.sh_type == SHT_RELR;

        if (!(header.sh_flags & SHF_ALLOC) ||
            !(is_relr || header.sh_type == SHT_RELA)) {
            continue;
        }
        /* Tables that overlap would add up to any amount of work. */
        if (header.sh_size > left) {
            break;
        }
        left -= header.sh_size;
        if (is_relr) {
            add_relr(file, elf_file_section_bytes(section), pointers);
        } else {
            add_rela(file, elf_getdata(section, NULL), pointers);
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
