/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: read a file as a whole, replace it as a whole. */
#include "slots-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = g_strdup(real);

    free(real);
    return copy;
}

char *slots_file_absolute(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *real_folder = real_path(folder);
    char *real = real_path(path);

    if (real) {
        return real;
    }
    return real_folder ? g_build_filename(real_folder, name, NULL)
                       : g_canonicalize_filename(path, NULL);
}

static bool fail(char **message, const char *path, const char *what)
{
    *message = g_strdup_printf("'%s': cannot %s: %s", path, what,
                               g_strerror(errno));
    return false;
}

/* Whether a rename would put a file in the place of something else. */
static bool is_other(const struct stat *st, const char *path, char **message)
{
    if (!S_ISREG(st->st_mode)) {
        *message = g_strdup_printf("'%s' is not a regular file", path);
    }
    return !S_ISREG(st->st_mode);
}

bool slots_file_lock(const char *path, char **message)
{
    g_autofree char *lock = g_strconcat(path, ".lock", NULL);
    struct stat st;
    int fd;

    if (!lstat(path, &st) && is_other(&st, path, message)) {
        return false;
    }
    fd = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
              0600);
    if (fd < 0) {
        return fail(message, path, "make its lock");
    }
    if (!flock(fd, LOCK_EX | LOCK_NB)) {
        return true;
    }
    if (errno == EWOULDBLOCK) {
        *message = g_strdup_printf("'%s' is kept by another QEMU", path);
    } else {
        fail(message, path, "lock it");
    }
    close(fd);
    return false;
}

static bool read_all(int fd, char *text, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, text + done, size - done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n ? errno : EIO;
            return false;
        }
        done += n;
    }
    return true;
}

static bool read_fd(int fd, const char *path, char **text, char **message)
{
    g_autofree char *buffer = NULL;
    struct stat st;

    if (fstat(fd, &st)) {
        return fail(message, path, "look at it");
    }
    if (is_other(&st, path, message)) {
        return false;
    }
    if (st.st_size > SLOTS_FILE_MAX) {
        *message = g_strdup_printf("'%s' is too large", path);
        return false;
    }
    buffer = g_malloc0(st.st_size + 1);
    if (!read_all(fd, buffer, st.st_size)) {
        return fail(message, path, "read it");
    }
    if (memchr(buffer, 0, st.st_size)) {
        *message = g_strdup_printf("'%s' is no text", path);
        return false;
    }
    *text = g_steal_pointer(&buffer);
    return true;
}

bool slots_file_read(const char *path, char **text, char **message)
{
    /* Who opens a FIFO would wait for its other end. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool ok;

    *text = NULL;
    if (fd < 0) {
        return errno == ENOENT || fail(message, path, "open it");
    }
    ok = read_fd(fd, path, text, message);
    close(fd);
    return ok;
}

static bool write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        text += n;
        len -= n;
    }
    return true;
}

/* @old, if there is one: whom the file belongs to, and who may read it. */
static bool fill(int fd, const struct stat *old, const char *text, size_t len,
                 bool flush)
{
    /* Who may not give files away keeps them. */
    if (old && fchown(fd, old->st_uid, old->st_gid) && errno != EPERM) {
        return false;
    }
    return !fchmod(fd, old ? old->st_mode & 0777 : 0600) &&
           write_all(fd, text, len) && (!flush || !fsync(fd));
}

static bool write_aside(const char *aside, const struct stat *old,
                        const char *text, size_t len, bool flush)
{
    bool ok;
    int fd, saved;

    /* What a crash has left, or has been put there: nothing is followed. */
    unlink(aside);
    fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    ok = fill(fd, old, text, len, flush);
    saved = errno;
    if (close(fd) && ok) {
        return false;
    }
    errno = saved;
    return ok;
}

/* The rename is on the disk when the folder is. */
static bool flush_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok;

    if (fd < 0) {
        return false;
    }
    ok = !fsync(fd);
    close(fd);
    return ok;
}

bool slots_file_write(const char *path, const char *text, size_t len,
                      bool flush, char **message)
{
    g_autofree char *aside = g_strconcat(path, ".new", NULL);
    struct stat st;
    bool there = !lstat(path, &st);

    if (there && is_other(&st, path, message)) {
        return false;
    }
    if (len > SLOTS_FILE_MAX) {
        *message = g_strdup_printf("'%s' would be too large", path);
        return false;
    }
    if (!write_aside(aside, there ? &st : NULL, text, len, flush) ||
        rename(aside, path)) {
        fail(message, path, "write it");
        unlink(aside);
        return false;
    }
    return !flush || flush_folder(path) ||
           fail(message, path, "flush its folder");
}
