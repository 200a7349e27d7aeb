/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads ELF headers, and hands out bytes that are inside of the file. */
#include "elf-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any QEMU with its debugging information. */
#define MAX_FILE_SIZE (1 << 30)

/* A linker makes four or five.  Each look-up goes through all of them. */
#define MAX_LOADS 32

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
    uint64_t value = 0;
    size_t i;

    for (i = 0; i < size; i++) {
        value = value << 8 | p[file->big_endian ? i : size - 1 - i];
    }
    return value;
}

static bool is_inside(const ElfFile *file, uint64_t offset, uint64_t size)
{
    return offset <= file->bytes.size && size <= file->bytes.size - offset;
}

/* A table of @count entries; NULL if it is not all in the file. */
static const uint8_t *find_table(const ElfFile *file, uint64_t offset,
                                 uint64_t count, size_t size)
{
    return is_inside(file, offset, count * size) ? file->bytes.data + offset
                                                 : NULL;
}

static bool read_loads(ElfFile *file, const uint8_t *header)
{
    unsigned i, n = ELF_GET(file, header, Elf64_Ehdr, e_phnum);
    const uint8_t *p = find_table(file,
                                  ELF_GET(file, header, Elf64_Ehdr, e_phoff),
                                  n, sizeof(Elf64_Phdr));

    if (!p ||
        ELF_GET(file, header, Elf64_Ehdr, e_phentsize) != sizeof(Elf64_Phdr)) {
        return false;
    }
    file->loads = g_new0(Elf64_Phdr, MAX_LOADS);
    for (i = 0; i < n; i++, p += sizeof(Elf64_Phdr)) {
        Elf64_Phdr *load = &file->loads[file->n_loads];

        if (ELF_GET(file, p, Elf64_Phdr, p_type) != PT_LOAD) {
            continue;
        }
        load->p_flags = ELF_GET(file, p, Elf64_Phdr, p_flags);
        load->p_offset = ELF_GET(file, p, Elf64_Phdr, p_offset);
        load->p_vaddr = ELF_GET(file, p, Elf64_Phdr, p_vaddr);
        load->p_filesz = ELF_GET(file, p, Elf64_Phdr, p_filesz);
        if (!is_inside(file, load->p_offset, load->p_filesz) ||
            ++file->n_loads == MAX_LOADS) {
            return false;
        }
    }
    return file->n_loads;
}

static void read_section(const ElfFile *file, const uint8_t *p,
                         Elf64_Shdr *section)
{
    section->sh_name = ELF_GET(file, p, Elf64_Shdr, sh_name);
    section->sh_type = ELF_GET(file, p, Elf64_Shdr, sh_type);
    section->sh_flags = ELF_GET(file, p, Elf64_Shdr, sh_flags);
    section->sh_offset = ELF_GET(file, p, Elf64_Shdr, sh_offset);
    section->sh_size = ELF_GET(file, p, Elf64_Shdr, sh_size);
    section->sh_link = ELF_GET(file, p, Elf64_Shdr, sh_link);
}

/* Makes each sh_name an offset in the file, where a NUL does follow. */
static bool check_names(ElfFile *file, unsigned index)
{
    ElfSpan names;
    unsigned i;

    if (index >= file->n_sections) {
        return false;
    }
    names = elf_file_section_bytes(file, &file->sections[index]);
    if (!names.size || names.data[names.size - 1]) {
        return false;
    }
    for (i = 0; i < file->n_sections; i++) {
        if (file->sections[i].sh_name >= names.size) {
            return false;
        }
        file->sections[i].sh_name += names.data - file->bytes.data;
    }
    return true;
}

static bool read_sections(ElfFile *file, const uint8_t *header)
{
    unsigned i, n = ELF_GET(file, header, Elf64_Ehdr, e_shnum);
    const uint8_t *p = find_table(file,
                                  ELF_GET(file, header, Elf64_Ehdr, e_shoff),
                                  n, sizeof(Elf64_Shdr));

    if (!p ||
        ELF_GET(file, header, Elf64_Ehdr, e_shentsize) != sizeof(Elf64_Shdr)) {
        return false;
    }
    file->sections = g_new0(Elf64_Shdr, n + 1);
    file->n_sections = n;
    for (i = 0; i < n; i++, p += sizeof(Elf64_Shdr)) {
        Elf64_Shdr *section = &file->sections[i];

        read_section(file, p, section);
        if (section->sh_type != SHT_NOBITS && section->sh_type != SHT_NULL &&
            !is_inside(file, section->sh_offset, section->sh_size)) {
            return false;
        }
    }
    return check_names(file, ELF_GET(file, header, Elf64_Ehdr, e_shstrndx));
}

static const char *parse(ElfFile *file)
{
    const uint8_t *header = file->bytes.data;

    if (file->bytes.size < SELFMAG || memcmp(header, ELFMAG, SELFMAG)) {
        return "not an ELF file";
    }
    if (file->bytes.size < sizeof(Elf64_Ehdr)) {
        return "truncated or damaged";
    }
    if (header[EI_CLASS] != ELFCLASS64) {
        return "not a 64-bit ELF file";
    }
    file->big_endian = header[EI_DATA] == ELFDATA2MSB;
    file->type = ELF_GET(file, header, Elf64_Ehdr, e_type);
    file->machine = ELF_GET(file, header, Elf64_Ehdr, e_machine);
    if (file->type != ET_DYN && file->type != ET_EXEC) {
        return "neither a program nor a shared object";
    }
    return read_loads(file, header) && read_sections(file, header)
           ? NULL : "truncated or damaged";
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
        g_free((void *)file->bytes.data);
        g_free(file->loads);
        g_free(file->sections);
        g_free(file);
    }
}

const Elf64_Shdr *elf_file_section(const ElfFile *file, const char *name)
{
    unsigned i;

    for (i = 0; i < file->n_sections; i++) {
        if (!strcmp((char *)file->bytes.data + file->sections[i].sh_name,
                    name)) {
            return &file->sections[i];
        }
    }
    return NULL;
}

ElfSpan elf_file_section_bytes(const ElfFile *file, const Elf64_Shdr *section)
{
    ElfSpan span = { file->bytes.data, 0 };

    if (section->sh_type != SHT_NOBITS && section->sh_type != SHT_NULL) {
        span.data += section->sh_offset;
        span.size = section->sh_size;
    }
    return span;
}

/* All that is loaded from @address to the end of one segment. */
static ElfSpan find_loaded(const ElfFile *file, uint64_t address,
                           bool writable)
{
    unsigned i;

    for (i = 0; i < file->n_loads; i++) {
        const Elf64_Phdr *load = &file->loads[i];
        uint64_t at = address - load->p_vaddr;

        if (!(load->p_flags & PF_W) == !writable && at < load->p_filesz) {
            return (ElfSpan) { file->bytes.data + load->p_offset + at,
                               load->p_filesz - at };
        }
    }
    return (ElfSpan) { file->bytes.data, 0 };
}

const uint8_t *elf_file_at(const ElfFile *file, uint64_t address, size_t size,
                           bool writable)
{
    ElfSpan span = find_loaded(file, address, writable);

    return size <= span.size ? span.data : NULL;
}

bool elf_file_is_code(const ElfFile *file, uint64_t address)
{
    unsigned i;

    for (i = 0; i < file->n_loads; i++) {
        const Elf64_Phdr *load = &file->loads[i];

        if (load->p_flags & PF_X && address - load->p_vaddr < load->p_filesz) {
            return true;
        }
    }
    return false;
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
