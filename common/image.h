/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each of our shared objects says about the host it was built for. */
#ifndef ANNEX_IMAGE_H
#define ANNEX_IMAGE_H

#include <stdint.h>

/*
 * Three ELF sections, in libannex.so and in every module.  The ABI gate
 * (abi.h) reads them in memory, annex-check (tools/) in the file: so there
 * are no pointers in them.
 *
 * annex_build    one AnnexBuild
 * annex_types    AnnexAbiType[]: the QOM types whose structures are used
 * annex_symbols  names, each ended by a NUL: the symbols that the host has
 *                to export.  Made when linking (scripts/link-host.py), which
 *                also makes the references to them weak, so that the gate
 *                runs, and can name them, where the host lacks some.
 */

typedef struct AnnexBuild {
    char annex_version[16];
    char host_version[16];      /* as query-version has it: "7.2.22" */
    char host_package[96];
    uint32_t events;            /* how many QAPI events the host has */
} AnnexBuild;

/* 0 for a size: that structure is not used. */
typedef struct AnnexAbiType {
    char type[56];
    uint32_t instance_size;
    uint32_t class_size;
} AnnexAbiType;

/* The sections of one shared object, where it is loaded. */
typedef struct AnnexImage {
    const AnnexBuild *build;
    const AnnexAbiType *types, *types_end;
    const char *symbols, *symbols_end;
} AnnexImage;

#define ANNEX_IN_SECTION(name) __attribute__((used, section(name)))

/* Begins the one table of types that a shared object has. */
#define ANNEX_ABI_TABLE \
    static const AnnexAbiType annex_abi_table[] ANNEX_IN_SECTION("annex_types")

/* A structure of the instances, or of the class, of a QOM type. */
#define ANNEX_ABI(type_name, Struct) { (type_name), sizeof(Struct), 0 }
#define ANNEX_ABI_CLASS(type_name, Class) { (type_name), 0, sizeof(Class) }

/*
 * Defines `annex_image', static, for the shared object that this is used in,
 * and its AnnexBuild.  Needs common/version.h and the host's list of events.
 * The linker sets the bounds of sections, and NULL for one there is not.
 */
#define ANNEX_SECTION_BOUND(type, name) \
    extern const type name[] __attribute__((weak, visibility("hidden")))

#define ANNEX_DEFINE_IMAGE()                                            \
    static const AnnexBuild annex_build_record                           \
        ANNEX_IN_SECTION("annex_build") = {                             \
        ANNEX_VERSION, ANNEX_HOST_VERSION, ANNEX_HOST_PACKAGE,          \
        QAPI_EVENT__MAX,                                                \
    };                                                                  \
    ANNEX_SECTION_BOUND(AnnexBuild, __start_annex_build);               \
    ANNEX_SECTION_BOUND(AnnexAbiType, __start_annex_types);             \
    ANNEX_SECTION_BOUND(AnnexAbiType, __stop_annex_types);              \
    ANNEX_SECTION_BOUND(char, __start_annex_symbols);                   \
    ANNEX_SECTION_BOUND(char, __stop_annex_symbols);                    \
    static const AnnexImage annex_image = {                             \
        .build = __start_annex_build,                                   \
        .types = __start_annex_types,                                   \
        .types_end = __stop_annex_types,                                \
        .symbols = __start_annex_symbols,                               \
        .symbols_end = __stop_annex_symbols,                            \
    }

#endif
