/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ABI gate: is this the QEMU that we were compiled for? */
#ifndef ANNEX_ABI_H
#define ANNEX_ABI_H

#include "common/host/qapi.h"
#include "common/host/qdev.h"
#include "common/image.h"
#include "qapi/qapi-types-control.h"

/* What libannex.so was built for. */
const AnnexBuild *annex_abi_build(void);

/* "MAJOR.MINOR.MICRO" of the host at hand; g_free(). */
char *annex_abi_host_version(const VersionInfo *host);

/*
 * Compare the host with what libannex and a module, of which @image is, were
 * built for, in this order: that both were built for the same; the host's
 * version; that it exports every symbol they refer to; the sizes of the QOM
 * types whose structures they use; the number of its events (the QAPI
 * enumeration that the configuration changes most).
 *
 * No function of the host is called before it is known to be there.  Reads
 * the host, changes nothing.  @image need not stay.
 *
 * On false *@message says why, in one sentence without a full stop.  Another
 * package revision of the same version passes when all else agrees; then
 * *@message is a sentence that says so, else NULL.  g_free() it.
 */
bool annex_abi_check(const AnnexImage *image, char **message);

/* Whether the host has what it takes to report an error its own way. */
bool annex_abi_can_report(void);

#endif
