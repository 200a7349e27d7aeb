/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR guards: connectors that a guest may still be about to let go. */
#ifndef ANNEX_PAPR_GUARD_H
#define ANNEX_PAPR_GUARD_H

#include "common/host/spapr.h"

/*
 * A guest that has fetched a request acts on it when it likes, and nothing
 * takes that from its hands.  A guard says what is to become of the
 * connector when the guest isolates it although the request was cancelled.
 */
typedef enum PaprGuard {
    PAPR_GUARD_NONE,
    PAPR_GUARD_REFUSE,          /* fail the call: the guest goes on with it */
    PAPR_GUARD_KEEP,            /* let it, and present the device again */
    PAPR_GUARD_KEPT,            /* let it; the guest was told already */
} PaprGuard;

/* All under the BQL. */
PaprGuard papr_guard_of(SpaprDrc *drc);

/* Whether there is one on any connector. */
bool papr_guard_any(void);

/* Change it; PAPR_GUARD_NONE takes it away. */
void papr_guard_set(SpaprDrc *drc, PaprGuard guard);

#endif
