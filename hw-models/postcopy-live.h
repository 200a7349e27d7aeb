/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy live: the core, tied to the VM and its migration. */
#ifndef ANNEX_POSTCOPY_LIVE_H
#define ANNEX_POSTCOPY_LIVE_H

#include "common/host/postcopy.h"
#include "common/hooks.h"
#include "hw-models/postcopy-core.h"

/* Changed by an option, and under the BQL: a PostcopyPolicy. */
extern int postcopy_policy;

/* Changed by an option: spare devices wherever a vCPU waits for memory. */
extern int postcopy_quiet;

/*
 * Something may have changed: look at it.  If the connection is lost vCPUs
 * are asked to stop here and now.  Any thread, with any lock but RCU's held:
 * waits for nothing, sends no event.
 */
void postcopy_live_wake(void);

/* How far the incoming migration is.  Any thread. */
PostcopyPhase postcopy_live_phase(void);

/* That of the migration with this status. */
PostcopyPhase postcopy_live_phase_of(MigrationStatus status);

/* To read.  Any thread, which sees each field by itself. */
const PostcopyCore *postcopy_live_core(void);

/* These do at once what follows.  Main thread, under the BQL. */
void postcopy_live_set_policy(PostcopyPolicy policy);
bool postcopy_live_user_stop(void);
PostcopyCont postcopy_live_user_cont(void);

/* Once. */
void postcopy_live_start(void);

#endif
