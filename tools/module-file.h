/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a module, and of the libannex.so beside it (common/image.h). */
#ifndef ANNEX_MODULE_FILE_H
#define ANNEX_MODULE_FILE_H

#include "elf-file.h"

typedef struct ModuleType {
    char *name;
    uint32_t instance_size;     /* 0: not used */
    uint32_t class_size;
} ModuleType;

/* What one shared object says about the host that it was built for. */
typedef struct ModuleImage {
    ElfSpan record;             /* its AnnexBuild, byte by byte */
    char *annex_version;
    char *host_version;
    char *host_package;
    uint32_t events;
    GArray *types;              /* of ModuleType */
    GPtrArray *symbols;         /* names that the host has to export */
    ElfFile *elf;
} ModuleImage;

typedef struct ModuleFile {
    char *path;
    char *name;                 /* "annex-unplug" */
    ModuleImage *module;
    ModuleImage *libannex;      /* NULL: it is not there */
} ModuleFile;

/* NULL: *@message says why, to follow the name and a colon; g_free() it. */
ModuleFile *module_file_open(const char *path, char **message);
void module_file_free(ModuleFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModuleFile, module_file_free)

#endif
