/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: what the file of a QEMU has in it, for who has no host headers. */
#ifndef ANNEX_HOST_TYPE_INFO_H
#define ANNEX_HOST_TYPE_INFO_H

#include <stddef.h>
#include <stdint.h>

/*
 * Mirrors for annex-check (tools/), which reads them in files of any host:
 * every pointer and every size_t is 64 bits wide.  qom.h asserts that they
 * agree with the headers of the host that the modules are built for.
 */

/* struct TypeInfo (include/qom/object.h, 7.2 and 10.0). */
typedef struct AnnexHostTypeInfo {
    uint64_t name;
    uint64_t parent;
    uint64_t instance_size;
    uint64_t instance_align;
    uint64_t instance_init;
    uint64_t instance_post_init;
    uint64_t instance_finalize;
    uint8_t abstract;
    uint8_t padding[7];
    uint64_t class_size;
    uint64_t class_init;
    uint64_t class_base_init;
    uint64_t class_data;
    uint64_t interfaces;
} AnnexHostTypeInfo;

/* What a type without a parent has for a class (qom/object.c). */
#define ANNEX_HOST_OBJECT_CLASS_SIZE 96

/* struct QEnumLookup (include/qapi/util.h, 7.2 and 10.0). */
typedef struct AnnexHostEnumLookup {
    uint64_t array;
    uint64_t features;
    int32_t size;
} AnnexHostEnumLookup;

#endif
