/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a QEMU: what the ABI gate would ask it, if it ran. */
#ifndef ANNEX_HOST_FILE_H
#define ANNEX_HOST_FILE_H

#include "elf-file.h"

typedef struct HostFile {
    char *path;
    ElfFile *elf;
    char *version;              /* as query-version has it: "7.2.22" */
    char *package;              /* "" if there is none */
    GHashTable *exports;        /* names */
    GHashTable *types;          /* see host_types_find() */
    int64_t events;             /* negative: not known */
    bool has_plugins;
} HostFile;

/* NULL: *@message says why, to follow the name and a colon; g_free() it. */
HostFile *host_file_open(const char *path, char **message);
void host_file_free(HostFile *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostFile, host_file_free)

#endif
