/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a QEMU would take a module: the ABI gate's answer, without it. */
#ifndef ANNEX_VERDICT_H
#define ANNEX_VERDICT_H

#include "host-file.h"
#include "module-file.h"

typedef struct Verdict {
    const HostFile *host;
    const ModuleFile *module;
    bool loads;
    char *reason;               /* why it does not */
    char *note;                 /* what the gate says although it does */
    GPtrArray *missing;         /* symbols that @host does not export */
    unsigned absent;            /* types not found, and not compared */
} Verdict;

/*
 * The same checks in the same order, and the same words, as
 * annex_abi_check() (common/abi.c); before them, what QEMU's loader and the
 * dynamic linker need.  What the file does not tell is a refusal.
 * @host and @module have to stay.
 */
Verdict *verdict_new(const HostFile *host, const ModuleFile *module);
void verdict_free(Verdict *verdict);

#endif
