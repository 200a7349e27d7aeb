/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which QEMUs and which modules there are on this machine. */
#ifndef ANNEX_FIND_H
#define ANNEX_FIND_H

#include <glib.h>
#include <stdbool.h>

/*
 * Every QEMU system emulator in the folders of $PATH and in /usr/libexec, by
 * path and each file once, whatever links to it.  Those that are no ELF files
 * (a distribution's wrappers) go to @others.  Both arrays free their strings.
 */
GPtrArray *find_hosts(GPtrArray *others);

/*
 * Every annex-NAME.so in @path if that is a folder, otherwise @path itself.
 * NULL if a folder cannot be read, with *@message to follow its name and a
 * colon.  The array frees its strings.
 */
GPtrArray *find_modules(const char *path, char **message);

#endif
