/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds in ELF files what tests want to be wrong. */
#include <elf.h>
#include <string.h>
#include "../modules/hide-export.h"
#include "failure.h"
#include "falsify.h"

Falsified *falsify_load(const char *path)
{
    Falsified *f = g_new0(Falsified, 1);
    g_autoptr(GError) error = NULL;

    g_file_get_contents(path, &f->bytes, &f->size, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(f->size, >, sizeof(Elf64_Ehdr));
    g_assert_cmpmem(f->bytes, SELFMAG, ELFMAG, SELFMAG);
    g_assert_cmpuint(f->bytes[EI_CLASS], ==, ELFCLASS64);
    return f;
}

void falsify_free(Falsified *f)
{
    g_free(f->bytes);
    g_free(f);
}

char *falsify_save(const Falsified *f, const char *dir, const char *name)
{
    char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) error = NULL;

    g_file_set_contents_full(path, f->bytes, f->size,
                             G_FILE_SET_CONTENTS_NONE, 0700, &error);
    g_assert_no_error(error);
    return path;
}

static void *find_section(Falsified *f, const char *name, size_t *size)
{
    const Elf64_Ehdr *header = (Elf64_Ehdr *)f->bytes;
    const Elf64_Shdr *sections = (Elf64_Shdr *)(f->bytes + header->e_shoff);
    const char *names = f->bytes + sections[header->e_shstrndx].sh_offset;
    unsigned i;

    for (i = 1; i < header->e_shnum; i++) {
        if (!strcmp(names + sections[i].sh_name, name)) {
            *size = sections[i].sh_size;
            return f->bytes + sections[i].sh_offset;
        }
    }
    test_fail("no section %s", name);
}

AnnexBuild *falsify_build(Falsified *f)
{
    size_t size;
    AnnexBuild *build = find_section(f, "annex_build", &size);

    g_assert_cmpuint(size, ==, sizeof(*build));
    return build;
}

AnnexAbiType *falsify_type(Falsified *f, const char *type)
{
    size_t size, i;
    AnnexAbiType *types = find_section(f, "annex_types", &size);

    for (i = 0; i < size / sizeof(*types); i++) {
        if (!strcmp(types[i].type, type)) {
            return &types[i];
        }
    }
    test_fail("no type %s", type);
}

char *falsify_symbols(Falsified *f, size_t *size)
{
    return find_section(f, "annex_symbols", size);
}

char *falsify_symbol(Falsified *f, const char *name)
{
    size_t size, i;
    char *names = falsify_symbols(f, &size);

    for (i = 0; i < size; i += strlen(names + i) + 1) {
        if (!strcmp(names + i, name)) {
            return names + i;
        }
    }
    return NULL;
}

void falsify_hide_exports(Falsified *qemu, const char *const *names)
{
    size_t size, strings_size, i, hidden = 0;
    Elf64_Sym *symbols = find_section(qemu, ".dynsym", &size);
    const char *strings = find_section(qemu, ".dynstr", &strings_size);

    for (i = 0; i < size / sizeof(*symbols); i++) {
        const char *name = strings + symbols[i].st_name;

        g_assert_cmpuint(symbols[i].st_name, <, strings_size);
        if (!names || g_strv_contains(names, name)) {
            hidden += hide_export(&symbols[i], name);
        }
    }
    g_assert_cmpuint(hidden, >=,
                     names ? g_strv_length((char **)names) : 1000);
}
