/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR cancel: requests that are taken back, and what guests do after that. */
#ifndef ANNEX_PAPR_CANCEL_H
#define ANNEX_PAPR_CANCEL_H

#include "hw-models/papr-guard.h"
#include "hw-models/papr-request.h"

/*
 * A request that the guest has not fetched is made one about nothing.  Of
 * one that it has, nobody can tell whether the guest is at it, or has given
 * up, until it isolates the connector:
 *
 * - a core's then fails with a hardware error (LoPAR 7.2.8), on which the
 *   guest goes on with the core;
 * - all others get their way, since Linux does not look at what the call
 *   returns for an LMB.  But the resource stays attached, and the guest is
 *   told of it as of a new one.
 *
 * A guest that does neither within the request's deadline has given up.  All
 * under the BQL.
 */

/* UnplugTransportOps.cancel and .resume_cancel. */
UnplugCancelAction papr_cancel(UnplugRecord *r, Error **errp);
void papr_cancel_resume(UnplugRecord *r);

/*
 * The request for @dev is over, but the guest may still act on it: put the
 * guards up.
 */
void papr_cancel_guard(DeviceState *dev);

/* @dev is asked for (again): the guards on it are no more. */
void papr_cancel_forget(DeviceState *dev);

/* The machine was reset: no guest is about to do anything. */
void papr_cancel_forget_all(void);

/*
 * The guest isolates @drc, whose removal is not asked for.  @next: the host's
 * method.  Returns what the RTAS call does.
 */
uint32_t papr_cancel_isolate(SpaprDrc *drc, uint32_t (*next)(SpaprDrc *drc));

/*
 * The guest keeps the device of @r, a cancel of which waits: it says so, or
 * it has had all the time that it has.
 */
void papr_cancel_agreed(UnplugRecord *r);

#endif
