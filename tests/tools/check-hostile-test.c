/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-check on files that are cut, damaged, or something else: no crash. */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "check-files.h"

/*
 * ANNEX_FUZZ_ROUNDS: how many times as much to do (default 1: 10 s of
 * processor time in all).  GLib prints the seed, and --seed repeats it.
 */
static unsigned rounds_of(unsigned base)
{
    const char *times = g_getenv("ANNEX_FUZZ_ROUNDS");

    return base * (times ? atoi(times) : 1);
}

/* -------------------------------------------------------------- truncated */

/* From its whole length down to nothing, in @steps. */
static void truncate_file(const CheckFiles *f, const char *path, unsigned steps)
{
    struct stat st;
    unsigned i;

    g_assert_no_errno(stat(path, &st));
    for (i = 0; i <= steps; i++) {
        /* The last steps are in the ELF header. */
        off_t size = i < steps / 2 ? st.st_size - st.st_size * i * 2 / steps
                                   : (steps - i) * 2;

        g_assert_no_errno(truncate(path, size));
        check_files_judge(f);
    }
    g_assert_cmpint(check_files_judge(f), ==, 2);
}

static void truncated(CheckFiles (*files)(void), unsigned steps)
{
    static const size_t members[] = {
        offsetof(CheckFiles, host), offsetof(CheckFiles, module),
        offsetof(CheckFiles, libannex),
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(members); i++) {
        CheckFiles f = files();

        truncate_file(&f, G_STRUCT_MEMBER(char *, &f, members[i]), steps);
        check_files_remove(&f);
    }
}

static void truncated_fake(void)
{
    truncated(check_files_fake, rounds_of(50));
}

static void truncated_true(void)
{
    truncated(check_files_true, rounds_of(8));
}

/* ------------------------------------------------------------------ noise */

#define MAX_FLIPS 8

typedef struct Flip {
    off_t at;
    guint8 old;
} Flip;

/* Half of them where a single byte matters: in headers and their tables. */
static off_t choose(int fd, off_t size)
{
    Elf64_Ehdr header;
    off_t from = 0, length = size;

    g_assert_cmpint(pread(fd, &header, sizeof(header), 0), ==,
                    sizeof(header));
    switch (g_test_rand_int_range(0, 4)) {
    case 0:
        length = sizeof(header) + 16 * sizeof(Elf64_Phdr);
        break;
    case 1:
        from = header.e_shoff;
        length = header.e_shnum * sizeof(Elf64_Shdr);
        break;
    default:
        break;
    }
    from += g_test_rand_double() * length;
    return from >= 0 && from < size ? from : 0;
}

static void flip(int fd, off_t size, Flip *f)
{
    guint8 now;

    f->at = choose(fd, size);
    g_assert_cmpint(pread(fd, &f->old, 1, f->at), ==, 1);
    now = f->old ^ g_test_rand_int_range(1, 256);
    if (g_test_rand_bit()) {
        now = g_test_rand_bit() ? 0 : 0xff;
    }
    g_assert_cmpint(pwrite(fd, &now, 1, f->at), ==, 1);
}

static void flip_file(const CheckFiles *f, const char *path, unsigned rounds)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    unsigned i, n, results[3] = { 0 };
    struct stat st;
    Flip flips[MAX_FLIPS];

    g_assert_no_errno(fstat(fd, &st));
    for (i = 0; i < rounds; i++) {
        unsigned count = g_test_rand_int_range(1, MAX_FLIPS + 1);

        for (n = 0; n < count; n++) {
            flip(fd, st.st_size, &flips[n]);
        }
        results[check_files_judge(f)]++;
        while (n--) {
            g_assert_cmpint(pwrite(fd, &flips[n].old, 1, flips[n].at), ==, 1);
        }
    }
    close(fd);
    g_test_message("%s: %u loaded, %u refused, %u unreadable", path,
                   results[0], results[1], results[2]);
    g_assert_cmpint(check_files_judge(f), ==, 0);
}

static void flipped_fake(void)
{
    CheckFiles f = check_files_fake();

    flip_file(&f, f.host, rounds_of(100));
    flip_file(&f, f.module, rounds_of(60));
    flip_file(&f, f.libannex, rounds_of(40));
    check_files_remove(&f);
}

static void flipped_true(void)
{
    CheckFiles f = check_files_true();

    flip_file(&f, f.host, rounds_of(10));
    flip_file(&f, f.module, rounds_of(10));
    flip_file(&f, f.libannex, rounds_of(10));
    check_files_remove(&f);
}

/* --------------------------------------------------------- something else */

/* Each, in the place of the QEMU and of the module, is an error of its own. */
static void expect_error(const CheckFiles *f, const char *path, const char *why)
{
    g_autofree char *line = g_strdup_printf("annex-check: %s: %s\n", path,
                                            why);
    g_autoptr(CheckRun) as_host = check_run("-m", f->module, path, NULL);
    g_autoptr(CheckRun) as_module = check_run("-m", path, f->host, NULL);

    g_assert_cmpint(as_host->status, ==, 2);
    g_assert_cmpstr(as_host->err, ==, line);
    g_assert_cmpint(as_module->status, ==, 2);
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_assert_cmpstr(as_module->err, ==, line);
    }
}

static char *write_file(const CheckFiles *f, const char *name, const char *text,
                        gssize size)
{
    char *path = g_build_filename(f->folder, name, NULL);
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, text, size, &error);
    g_assert_no_error(error);
    return path;
}

static void something_else(void)
{
    static const char narrow[64] = ELFMAG "\1\1\1";
    CheckFiles f = check_files_fake();
    g_autofree char *nothing = write_file(&f, "nothing", "", 0);
    g_autofree char *words = write_file(&f, "words", "words\n", -1);
    g_autofree char *magic = write_file(&f, "magic", ELFMAG, -1);
    g_autofree char *bits = write_file(&f, "bits", narrow, sizeof(narrow));
    g_autofree char *fifo = g_build_filename(f.folder, "fifo", NULL);
    g_autofree char *folder = g_build_filename(f.folder, "folder", NULL);

    g_assert_no_errno(mkfifo(fifo, 0600));
    g_assert_no_errno(mkdir(folder, 0700));
    expect_error(&f, nothing, "not an ELF file");
    expect_error(&f, words, "not an ELF file");
    expect_error(&f, magic, "truncated or damaged");
    expect_error(&f, bits, "not a 64-bit ELF file");
    expect_error(&f, fifo, "not a regular file");
    expect_error(&f, folder, "not a regular file");
    expect_error(&f, "/dev/zero", "not a regular file");
    expect_error(&f, "/nonexistent", "No such file or directory");
    check_files_remove(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    check_init(argc, argv);
    g_test_add_func("/check-hostile/truncated-fake", truncated_fake);
    g_test_add_func("/check-hostile/truncated-true", truncated_true);
    g_test_add_func("/check-hostile/flipped-fake", flipped_fake);
    g_test_add_func("/check-hostile/flipped-true", flipped_true);
    g_test_add_func("/check-hostile/something-else", something_else);
    return g_test_run();
}
