/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-check on files that are wrong in one place, chosen with malice. */
#include <elf.h>
#include <string.h>
#include "../qtest/falsify.h"
#include "check-files.h"
#include "failure.h"

#define DAMAGED "truncated or damaged"
#define UNKNOWN "damaged, or of a version of Annex that annex-check does not " \
                "know"

static Elf64_Ehdr *header_of(Falsified *file)
{
    return (Elf64_Ehdr *)file->bytes;
}

static Elf64_Shdr *sections_of(Falsified *file)
{
    return (Elf64_Shdr *)(file->bytes + header_of(file)->e_shoff);
}

static Elf64_Shdr *section(Falsified *file, const char *name)
{
    Elf64_Ehdr *header = header_of(file);
    Elf64_Shdr *list = sections_of(file);
    const char *names = file->bytes + list[header->e_shstrndx].sh_offset;
    unsigned i;

    for (i = 1; i < header->e_shnum; i++) {
        if (!strcmp(names + list[i].sh_name, name)) {
            return &list[i];
        }
    }
    test_fail("no section %s", name);
}

static Elf64_Phdr *writable_segment(Falsified *file)
{
    Elf64_Ehdr *header = header_of(file);
    Elf64_Phdr *list = (Elf64_Phdr *)(file->bytes + header->e_phoff);
    unsigned i;

    for (i = 0; i < header->e_phnum; i++) {
        if (list[i].p_type == PT_LOAD && list[i].p_flags & PF_W) {
            return &list[i];
        }
    }
    test_fail("no writable segment");
}

static char *last_byte(Falsified *file, const Elf64_Shdr *s)
{
    return file->bytes + s->sh_offset + s->sh_size - 1;
}

/* ------------------------------------------------------ one bad value */

static void names_have_no_end(Falsified *file)
{
    *last_byte(file, section(file, ".shstrtab")) = 'X';
}

static void no_names(Falsified *file)
{
    header_of(file)->e_shstrndx = header_of(file)->e_shnum;
}

static void no_sections(Falsified *file)
{
    header_of(file)->e_shnum = header_of(file)->e_shoff = 0;
}

/* The number of the section of names, and of all, is in the first section. */
static void names_elsewhere(Falsified *file)
{
    header_of(file)->e_shstrndx = SHN_XINDEX;
    sections_of(file)->sh_link = UINT32_MAX;
}

static void number_elsewhere(Falsified *file)
{
    header_of(file)->e_shnum = 0;
    sections_of(file)->sh_size = UINT64_MAX / sizeof(Elf64_Shdr);
}

static void number_outside(Falsified *file)
{
    header_of(file)->e_shnum = 0;
    header_of(file)->e_shoff = file->size - 8;
}

static void segments_elsewhere(Falsified *file)
{
    header_of(file)->e_phnum = PN_XNUM;
    sections_of(file)->sh_info = UINT32_MAX;
}

static void name_outside(Falsified *file)
{
    sections_of(file)[1].sh_name = section(file, ".shstrtab")->sh_size;
}

static void section_outside(Falsified *file)
{
    section(file, ".comment")->sh_offset = UINT64_MAX - 8;
}

static void section_too_large(Falsified *file)
{
    section(file, ".comment")->sh_size = UINT64_MAX - 8;
}

static void many_sections(Falsified *file)
{
    header_of(file)->e_shnum = 0xff00;
}

static void small_sections(Falsified *file)
{
    header_of(file)->e_shentsize--;
}

static void sections_outside(Falsified *file)
{
    header_of(file)->e_shoff = UINT64_MAX;
}

static void segments_outside(Falsified *file)
{
    header_of(file)->e_phoff = UINT64_MAX;
}

static void small_segments(Falsified *file)
{
    header_of(file)->e_phentsize++;
}

static void no_segments(Falsified *file)
{
    header_of(file)->e_phnum = 0;
}

static void segment_outside(Falsified *file)
{
    writable_segment(file)->p_offset = file->size;
}

static void object_file(Falsified *file)
{
    header_of(file)->e_type = ET_REL;
}

static void build_too_short(Falsified *file)
{
    section(file, "annex_build")->sh_size--;
}

static void build_in_memory_only(Falsified *file)
{
    section(file, "annex_build")->sh_type = SHT_NOBITS;
}

static void half_a_type(Falsified *file)
{
    section(file, "annex_types")->sh_size -= sizeof(AnnexAbiType) / 2;
}

static void symbol_has_no_end(Falsified *file)
{
    *last_byte(file, section(file, "annex_symbols")) = 'X';
}

static void nobodys(Falsified *file)
{
    section(file, "annex_build")->sh_name = 0;
}

static const struct {
    void (*spoil)(Falsified *file);
    const char *why;
    bool in_module_only;
} crafted[] = {
    { names_have_no_end, DAMAGED },
    { no_names, DAMAGED },
    { no_sections, DAMAGED },
    { names_elsewhere, DAMAGED },
    { number_elsewhere, DAMAGED },
    { number_outside, DAMAGED },
    { segments_elsewhere, DAMAGED },
    { name_outside, DAMAGED },
    { section_outside, DAMAGED },
    { section_too_large, DAMAGED },
    { many_sections, DAMAGED },
    { small_sections, DAMAGED },
    { sections_outside, DAMAGED },
    { segments_outside, DAMAGED },
    { small_segments, DAMAGED },
    { no_segments, DAMAGED },
    { segment_outside, DAMAGED },
    { object_file, "neither a program nor a shared object" },
    { build_too_short, UNKNOWN, true },
    { build_in_memory_only, UNKNOWN, true },
    { half_a_type, UNKNOWN, true },
    { symbol_has_no_end, UNKNOWN, true },
    { nobodys, "not a module of Annex", true },
};

static void expect_error(const CheckFiles *files, const char *path,
                         void (*spoil)(Falsified *file), const char *why)
{
    g_autofree char *line = g_strdup_printf("annex-check: %s: %s\n", path,
                                            why);
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(Falsified) file = falsify_load(path);
    g_autoptr(CheckRun) run = NULL;

    spoil(file);
    g_free(falsify_save(file, files->folder, name));
    run = check_run("-m", files->module, files->host, NULL);
    g_assert_cmpstr(run->err, ==, line);
    g_assert_cmpint(run->status, ==, 2);
}

static void bad_values(void)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(crafted); i++) {
        CheckFiles a = check_files_fake(), b = check_files_fake();

        expect_error(&a, a.module, crafted[i].spoil, crafted[i].why);
        if (!crafted[i].in_module_only) {
            expect_error(&b, b.host, crafted[i].spoil, crafted[i].why);
        }
        check_files_remove(&a);
        check_files_remove(&b);
    }
}

/* ------------------------------------------------- where reading may end */

/* Each pointer of the file in turn is the last that there is of it. */
static void end_of_file(void)
{
    CheckFiles files = check_files_fake();
    g_autoptr(Falsified) file = falsify_load(files.host);
    const Elf64_Shdr *s = section(file, ".rela.dyn");
    const Elf64_Rela *rela = (Elf64_Rela *)(file->bytes + s->sh_offset);
    Elf64_Phdr *segment = writable_segment(file);
    unsigned i, n = s->sh_size / sizeof(*rela);

    g_assert_cmpuint(n, >, 10);
    segment->p_offset = file->size - sizeof(uint64_t);
    segment->p_filesz = sizeof(uint64_t);
    for (i = 0; i < n; i++) {
        segment->p_vaddr = rela[i].r_offset;
        g_free(falsify_save(file, files.folder, "qemu-system-spoilt"));
        check_files_judge(&files);
    }
    check_files_remove(&files);
}

/* The names of symbols: in no section, and outside of the right one. */
static void symbol_names(void)
{
    CheckFiles files = check_files_fake();
    g_autoptr(Falsified) file = falsify_load(files.host);
    Elf64_Shdr *s = section(file, ".dynsym");
    Elf64_Sym *symbols = (Elf64_Sym *)(file->bytes + s->sh_offset);
    unsigned i, n = s->sh_size / sizeof(*symbols), link = s->sh_link;

    s->sh_link = UINT32_MAX;
    g_free(falsify_save(file, files.folder, "qemu-system-spoilt"));
    g_assert_cmpint(check_files_judge(&files), ==, 1);
    s->sh_link = link;
    for (i = 0; i < n; i++) {
        symbols[i].st_name = UINT32_MAX - i;
    }
    g_free(falsify_save(file, files.folder, "qemu-system-spoilt"));
    g_assert_cmpint(check_files_judge(&files), ==, 1);
    check_files_remove(&files);
}

/* Relocations by the million, of which the file has room for a few. */
static void compact_relocations(void)
{
    CheckFiles files = check_files_fake();
    g_autoptr(Falsified) file = falsify_load(files.host);
    unsigned i;

    for (i = 1; i < header_of(file)->e_shnum; i++) {
        Elf64_Shdr *s = &sections_of(file)[i];

        if (s->sh_type == SHT_PROGBITS || s->sh_type == SHT_NOBITS) {
            s->sh_type = SHT_RELR;
            s->sh_flags |= SHF_ALLOC;
            s->sh_offset = 0;
            s->sh_size = file->size & -sizeof(uint64_t);
        }
    }
    g_free(falsify_save(file, files.folder, "qemu-system-spoilt"));
    check_files_judge(&files);
    check_files_remove(&files);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    check_init(argc, argv);
    g_test_add_func("/check-crafted/bad-values", bad_values);
    g_test_add_func("/check-crafted/end-of-file", end_of_file);
    g_test_add_func("/check-crafted/symbol-names", symbol_names);
    g_test_add_func("/check-crafted/compact-relocations",
                    compact_relocations);
    return g_test_run();
}
