/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands out bytes of an ELF file, by section or address: never others. */
#include "elf-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any QEMU with its debugging information. */
#define MAX_FILE_SIZE (1 << 30)

/* No section or symbol has a name as long as this; a hostile file might. */
#define MAX_STRING 256

/* In memory and not mapped: a file that shrinks later cannot hurt. */
static const char *read_bytes(int fd, size_t size, ElfSpan *bytes)
{
    uint8_t *data = g_try_malloc(size + 1);
    size_t done = 0;
    ssize_t n = 1;

    while (data && done < size && n > 0) {
        n = TEMP_FAILURE_RETRY(read(fd, data + done, size - done));
        done += MAX(n, 0);
    }
    *bytes = (ElfSpan) { data, done };
    return data && n >= 0 ? NULL : g_strerror(errno);
}

static const char *read_regular(int fd, ElfSpan *bytes)
{
    struct stat st;

    if (fd < 0 || fstat(fd, &st)) {
        return g_strerror(errno);
    }
    if (!S_ISREG(st.st_mode)) {
        return "not a regular file";
    }
    if (st.st_size > MAX_FILE_SIZE) {
        return "too large";
    }
    return read_bytes(fd, st.st_size, bytes);
}

static int open_file(const char *path)
{
    return TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

bool elf_file_probe(const char *path)
{
    int fd = open_file(path);
    char magic[SELFMAG] = "";
    bool ok;

    if (fd < 0) {
        return false;
    }
    ok = pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
         !memcmp(magic, ELFMAG, SELFMAG);
    close(fd);
    return ok;
}

/* One byte at a time: neither alignment nor our own byte order matter. */
uint64_t elf_file_get(const ElfFile *file, const uint8_t *p, size_t size)
{
    bool big_endian = file->header.e_ident[EI_DATA] == ELFDATA2MSB;
    uint64_t value = 0;
    size_t i;

    for (i = 0; i < size; i++) {
        value = value << 8 | p[big_endian ? i : size - 1 - i];
    }
    return value;
}

static bool is_inside(const ElfFile *file, uint64_t offset, uint64_t size)
{
    return offset <= file->bytes.size && size <= file->bytes.size - offset;
}

static bool read_loads(ElfFile *file)
{
    GElf_Phdr load;
    size_t i, n;

    if (file->header.e_phentsize != sizeof(Elf64_Phdr) ||
        elf_getphdrnum(file->elf, &n)) {
        return false;
    }
    for (i = 0; i < n && gelf_getphdr(file->elf, i, &load); i++) {
        if (load.p_type != PT_LOAD) {
            continue;
        }
        if (file->n_loads == ELF_FILE_MAX_LOADS ||
            !is_inside(file, load.p_offset, load.p_filesz)) {
            return false;
        }
        file->loads[file->n_loads++] = load;
    }
    return i == n && file->n_loads;
}

/* Later on, every section can be read, and has a name. */
static bool check_sections(ElfFile *file)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    size_t index;

    if (file->header.e_shentsize != sizeof(Elf64_Shdr) ||
        elf_getshdrstrndx(file->elf, &index)) {
        return false;
    }
    file->names = elf_file_section_bytes(elf_getscn(file->elf, index));
    while ((section = elf_nextscn(file->elf, section))) {
        if (!gelf_getshdr(section, &header) || !elf_rawdata(section, NULL) ||
            !elf_file_string(file->names, header.sh_name)) {
            return false;
        }
    }
    return file->names.size;
}

static const char *parse(ElfFile *file)
{
    static const char damaged[] = "truncated or damaged";
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file->bytes.data;

    if (file->bytes.size < SELFMAG || memcmp(header, ELFMAG, SELFMAG)) {
        return "not an ELF file";
    }
    if (file->bytes.size < sizeof(*header)) {
        return damaged;
    }
    if (header->e_ident[EI_CLASS] != ELFCLASS64) {
        return "not a 64-bit ELF file";
    }
    /*
     * 0 stands for none, or for more sections than e_shnum can tell.  For so
     * many libelf would at once take four times the memory that they have in
     * the file; no program has them.
     */
    if (!header->e_shnum) {
        return damaged;
    }
    elf_version(EV_CURRENT);
    file->elf = elf_memory((char *)header, file->bytes.size);
    if (!gelf_getehdr(file->elf, &file->header)) {
        return damaged;
    }
    if (file->header.e_type != ET_DYN && file->header.e_type != ET_EXEC) {
        return "neither a program nor a shared object";
    }
    return read_loads(file) && check_sections(file) ? NULL : damaged;
}

ElfFile *elf_file_open(const char *path, char **message)
{
    g_autoptr(ElfFile) file = g_new0(ElfFile, 1);
    int fd = open_file(path);
    const char *wrong = read_regular(fd, &file->bytes);

    if (fd >= 0) {
        close(fd);
    }
    if (!wrong) {
        wrong = parse(file);
    }
    if (wrong) {
        *message = g_strdup(wrong);
        return NULL;
    }
    return g_steal_pointer(&file);
}

void elf_file_free(ElfFile *file)
{
    if (file) {
        elf_end(file->elf);
        g_free((void *)file->bytes.data);
        g_free(file);
    }
}

Elf_Scn *elf_file_section(const ElfFile *file, const char *name)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    while ((section = elf_nextscn(file->elf, section)) &&
           gelf_getshdr(section, &header) &&
           strcmp(elf_file_string(file->names, header.sh_name), name)) {
        /* The next one. */
    }
    return section;
}

ElfSpan elf_file_section_bytes(Elf_Scn *section)
{
    const Elf_Data *data = elf_rawdata(section, NULL);

    return data && data->d_buf ? (ElfSpan) { data->d_buf, data->d_size }
                               : (ElfSpan) { (const uint8_t *)"", 0 };
}

/*
 * Not elf_strptr(): in a table without a NUL at its end, it searches all of
 * it for each string, and one that is compressed it unpacks to any size.
 */
const char *elf_file_string(ElfSpan table, uint64_t offset)
{
    const uint8_t *p = offset < table.size ? table.data + offset : NULL;

    return p && memchr(p, 0, MIN(table.size - offset, MAX_STRING))
           ? (const char *)p : NULL;
}

/* The segment that has @address in the file, of those with such @flags. */
static const GElf_Phdr *find_load(const ElfFile *file, uint64_t address,
                                  unsigned mask, unsigned flags)
{
    const GElf_Phdr *load = file->loads;

    for (; load < file->loads + file->n_loads; load++) {
        if ((load->p_flags & mask) == flags &&
            address - load->p_vaddr < load->p_filesz) {
            return load;
        }
    }
    return NULL;
}

/* All that is loaded from @address to the end of one segment. */
static ElfSpan find_loaded(const ElfFile *file, uint64_t address,
                           bool writable)
{
    const GElf_Phdr *load = find_load(file, address, PF_W,
                                      writable ? PF_W : 0);
    uint64_t at = load ? address - load->p_vaddr : 0;

    return load ? (ElfSpan) { file->bytes.data + load->p_offset + at,
                              load->p_filesz - at }
                : (ElfSpan) { file->bytes.data, 0 };
}

const uint8_t *elf_file_at(const ElfFile *file, uint64_t address, size_t size,
                           bool writable)
{
    ElfSpan span = find_loaded(file, address, writable);

    return size <= span.size ? span.data : NULL;
}

bool elf_file_is_code(const ElfFile *file, uint64_t address)
{
    return find_load(file, address, PF_X, PF_X);
}

const char *elf_file_word(const ElfFile *file, uint64_t address, size_t max)
{
    ElfSpan span = find_loaded(file, address, false);
    size_t i;

    for (i = 0; i < span.size && i <= max; i++) {
        if (!g_ascii_isgraph(span.data[i])) {
            return i && !span.data[i] ? (const char *)span.data : NULL;
        }
    }
    return NULL;
}
