/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the ledger's file, old or new but never half. */
#ifndef ANNEX_SLOTS_FILE_H
#define ANNEX_SLOTS_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* No ledger is larger: a place takes about a hundred characters. */
#define SLOTS_FILE_MAX (4 * 1024 * 1024)

/*
 * @path from the root folder, without symbolic links as far as there are
 * files; to be freed with g_free().
 */
char *slots_file_absolute(const char *path);

/*
 * Lock PATH.lock, which is made and stays, until the process ends.  On
 * failure *@message says why (g_free()): another process has it.
 */
bool slots_file_lock(const char *path, char **message);

/*
 * Read the whole file.  On success *@text is what is in it (g_free()), or
 * NULL when there is no such file; on failure *@message says why.
 */
bool slots_file_read(const char *path, char **text, char **message);

/*
 * Replace the file, or make it: written aside as PATH.new, flushed to the
 * disk if @flush, renamed.  On failure *@message says why (g_free()), and the
 * old file is as it was.
 */
bool slots_file_write(const char *path, const char *text, size_t len,
                      bool flush, char **message);

#endif
