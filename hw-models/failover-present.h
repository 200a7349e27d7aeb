/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover presence: a slot that looks occupied until the guest wants it. */
#ifndef ANNEX_FAILOVER_PRESENT_H
#define ANNEX_FAILOVER_PRESENT_H

#include "common/hooks.h"
#include "hw-models/failover-pair.h"

/* All functions: main thread, under the BQL. */

/*
 * Have the slot of @bus look occupied.  When the guest switches its power on,
 * the core is told, and the pair is kicked.  Returns false when @bus has no
 * slot with registers of its own.
 */
bool failover_present(FailoverPair *p, const char *bus);

/* Undo that. */
void failover_present_retract(FailoverPair *p);

/*
 * The device is there, and the guest, which has begun to power the slot on,
 * is not to take the host's word of it for another press of the button.
 */
void failover_present_done(FailoverPair *p);

/* A VM that stops may be saved: not with a slot that only looks occupied. */
void failover_present_run_state(bool running);

/* Once. */
void failover_present_start(AnnexHookSet *set);

#endif
