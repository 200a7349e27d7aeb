/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's file: replaced as a whole, or left as it was. */
#include "hw-models/slots-file.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Folder {
    char *dir;
    char *path;
    char *aside;
} Folder;

static void set_up(Folder *f, gconstpointer data)
{
    f->dir = g_dir_make_tmp("annex-slots-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "ledger", NULL);
    f->aside = g_strconcat(f->path, ".new", NULL);
}

static void tear_down(Folder *f, gconstpointer data)
{
    unlink(f->path);
    rmdir(f->path);
    g_assert_cmpint(g_access(f->aside, F_OK), ==, -1);
    g_assert_cmpint(rmdir(f->dir), ==, 0);
    g_free(f->dir);
    g_free(f->path);
    g_free(f->aside);
}

static void has(const Folder *f, const char *expected)
{
    g_autofree char *text = NULL, *message = NULL;

    g_assert_true(slots_file_read(f->path, &text, &message));
    g_assert_cmpstr(text, ==, expected);
}

static void put(const Folder *f, const char *text)
{
    g_autofree char *message = NULL;

    g_assert_true(slots_file_write(f->path, text, strlen(text), true,
                                   &message));
}

static void test_replaced(Folder *f, gconstpointer data)
{
    struct stat st;

    has(f, NULL);
    put(f, "one");
    has(f, "one");
    g_assert_cmpint(chmod(f->path, 0640), ==, 0);
    /* What a crash has left. */
    g_assert_true(g_file_set_contents(f->aside, "half of so", -1, NULL));
    put(f, "two");
    has(f, "two");
    put(f, "");
    has(f, "");
    g_assert_cmpint(stat(f->path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0640);
}

/* Nothing waits for, or writes to, what somebody has put there. */
static void test_aside(Folder *f, gconstpointer data)
{
    g_autofree char *other = g_build_filename(f->dir, "other", NULL);
    g_autofree char *text = NULL;

    g_assert_cmpint(mkfifo(f->aside, 0600), ==, 0);
    put(f, "one");
    has(f, "one");
    g_assert_true(g_file_set_contents(other, "theirs", -1, NULL));
    g_assert_cmpint(symlink(other, f->aside), ==, 0);
    put(f, "two");
    has(f, "two");
    g_assert_cmpint(link(other, f->aside), ==, 0);
    put(f, "three");
    has(f, "three");
    g_assert_true(g_file_get_contents(other, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "theirs");
    unlink(other);
}

/* Links are followed once; one to nothing is refused. */
static void test_links(Folder *f, gconstpointer data)
{
    g_autofree char *folder = g_build_filename(f->dir, "folder", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autofree char *before = slots_file_absolute(f->path);
    g_autofree char *to_nothing = NULL, *found = NULL, *message = NULL;

    g_assert_cmpint(mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(symlink("../ledger", link), ==, 0);
    to_nothing = slots_file_absolute(link);
    g_assert_cmpstr(to_nothing, ==, link);
    g_assert_false(slots_file_write(link, "x", 1, false, &message));
    g_assert_nonnull(strstr(message, "not a regular file"));
    put(f, "one");
    found = slots_file_absolute(link);
    g_assert_cmpstr(found, ==, f->path);
    g_assert_cmpstr(before, ==, f->path);
    unlink(link);
    rmdir(folder);
}

/* Who may give files away gives it to whom the old one belonged to. */
static void test_owner(Folder *f, gconstpointer data)
{
    struct stat st;

    put(f, "one");
    g_assert_cmpint(stat(f->path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    if (geteuid()) {
        g_test_skip("needs root");
        return;
    }
    g_assert_cmpint(chown(f->path, 1, 2), ==, 0);
    put(f, "two");
    g_assert_cmpint(stat(f->path, &st), ==, 0);
    g_assert_cmpuint(st.st_uid, ==, 1);
    g_assert_cmpuint(st.st_gid, ==, 2);
}

/* A lock is its process's, and ends with it. */
static void test_lock(Folder *f, gconstpointer data)
{
    g_autofree char *lock = g_strconcat(f->path, ".lock", NULL);
    g_autofree char *message = NULL;
    int status, end[2];
    pid_t child;
    char c;

    g_assert_cmpint(pipe(end), ==, 0);
    child = fork();
    if (!child) {
        c = slots_file_lock(f->path, &message);
        _exit(write(end[1], &c, 1) == 1 ? pause() : 1);
    }
    g_assert_cmpint(read(end[0], &c, 1), ==, 1);
    g_assert_true(c);
    g_assert_false(slots_file_lock(f->path, &message));
    g_assert_nonnull(strstr(message, "is kept by another QEMU"));
    g_clear_pointer(&message, g_free);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(slots_file_lock(f->path, &message));
    close(end[0]);
    close(end[1]);
    unlink(lock);
    g_assert_cmpint(symlink("ledger", lock), ==, 0);
    g_assert_false(slots_file_lock(f->path, &message));
    g_assert_nonnull(strstr(message, "cannot make its lock: "));
    unlink(lock);
}

static void test_too_large(Folder *f, gconstpointer data)
{
    g_autofree char *message = NULL;
    g_autofree char *text = g_strnfill(SLOTS_FILE_MAX + 1, ' ');

    put(f, "one");
    g_assert_false(slots_file_write(f->path, text, SLOTS_FILE_MAX + 1, false,
                                    &message));
    g_assert_nonnull(strstr(message, "would be too large"));
    has(f, "one");
}

static void test_no_room(Folder *f, gconstpointer data)
{
    g_autofree char *message = NULL, *text = g_strnfill(100000, 'x');
    struct rlimit old, small;

    put(f, "one");
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
    small = old;
    small.rlim_cur = 1000;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    g_assert_false(slots_file_write(f->path, text, 100000, true, &message));
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
    g_assert_nonnull(strstr(message, "/ledger': cannot write it: "));
    has(f, "one");
}

static void refuses(const Folder *f, const char *why)
{
    g_autofree char *text = NULL, *message = NULL, *message2 = NULL;

    g_assert_false(slots_file_read(f->path, &text, &message));
    g_assert_null(text);
    g_assert_nonnull(strstr(message, why));
    if (strcmp(why, "no text") && strcmp(why, "too large")) {
        g_assert_false(slots_file_write(f->path, "x", 1, true, &message2));
        g_assert_nonnull(strstr(message2, why));
    }
}

static void test_no_file(Folder *f, gconstpointer data)
{
    g_assert_cmpint(mkdir(f->path, 0700), ==, 0);
    refuses(f, "not a regular file");
    rmdir(f->path);
    g_assert_cmpint(mkfifo(f->path, 0600), ==, 0);
    refuses(f, "not a regular file");
    unlink(f->path);
    g_assert_true(g_file_set_contents(f->path, "a\0b", 3, NULL));
    refuses(f, "no text");
    g_assert_cmpint(truncate(f->path, SLOTS_FILE_MAX + 1), ==, 0);
    refuses(f, "too large");
}

static void test_no_folder(Folder *f, gconstpointer data)
{
    g_autofree char *path = g_build_filename(f->dir, "none", "ledger", NULL);
    g_autofree char *message = NULL;

    g_assert_false(slots_file_write(path, "x", 1, true, &message));
    g_assert_nonnull(strstr(message, "cannot write it: "));
}

#define ADD(name, fn) \
    g_test_add("/slots-file/" name, Folder, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("replaced", test_replaced);
    ADD("aside", test_aside);
    ADD("links", test_links);
    ADD("owner", test_owner);
    ADD("lock", test_lock);
    ADD("too-large", test_too_large);
    ADD("no-room", test_no_room);
    ADD("no-file", test_no_file);
    ADD("no-folder", test_no_folder);
    return g_test_run();
}
