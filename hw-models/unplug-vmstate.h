/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug migration state: what the registers do not tell of a request. */
#ifndef ANNEX_UNPLUG_VMSTATE_H
#define ANNEX_UNPLUG_VMSTATE_H

#include "common/host/qdev.h"

/* Longest QOM path that is carried; a longer one is left behind. */
#define UNPLUG_SAVED_PATH_MAX 1024

typedef struct UnplugSaved {
    uint8_t path[UNPLUG_SAVED_PATH_MAX];    /* text, zero-terminated */
    uint32_t attempt;
    bool seen;
    bool timed_out;
    uint8_t cancel;             /* UnplugCancel */
    uint64_t elapsed_ms;        /* since the first attempt */
    uint64_t asked_ms;          /* since the last one */
    uint64_t timeout_ms;        /* 0: none */
} UnplugSaved;

/*
 * Register a section "annex-unplug" with the host's migration.  It is sent
 * only while there are requests in flight; a destination without it then
 * fails the migration by QEMU's own rule.  Under the BQL.
 */
void unplug_vmstate_start(void);

/* What the source has told about @dev, or NULL. */
const UnplugSaved *unplug_vmstate_find(DeviceState *dev);

/* Forget what the source has told. */
void unplug_vmstate_clear(void);

#endif
