/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ABI gate: is this the QEMU that we were compiled for? */
#ifndef ANNEX_ABI_H
#define ANNEX_ABI_H

#include "common/host/qapi.h"
#include "common/host/qdev.h"
#include "qapi/qapi-types-control.h"

/*
 * A QOM type whose structure a module looks into, and the size that it was
 * compiled with.  A table of them ends with an entry without a type.
 */
typedef struct AnnexAbiType {
    const char *type;
    size_t size;
} AnnexAbiType;

#define ANNEX_ABI(type_name, Struct) { (type_name), sizeof(Struct) }

/* The host at hand, as query-version tells it.  The caller frees. */
VersionInfo *annex_abi_host(void);

/*
 * Compare the host's version, the sizes of the types that libannex and the
 * module use, and the number of its events (the QAPI enumeration that the
 * configuration changes most), with those compiled in.  Reads the host,
 * changes nothing.
 *
 * Another package revision of the same version passes when all else
 * agrees; *@note is then one sentence that says so (g_free()), else NULL.
 */
bool annex_abi_check(const AnnexAbiType *types, char **note, Error **errp);

#endif
