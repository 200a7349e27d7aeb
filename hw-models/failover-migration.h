/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover and migration: waits for the guest, and leaves no trace. */
#ifndef ANNEX_FAILOVER_MIGRATION_H
#define ANNEX_FAILOVER_MIGRATION_H

#include <stdbool.h>

/*
 * A migration begins with a request to the guest for each primary.  The host
 * waits in its state wait-unplug, for which we have a section that is never
 * sent, and whose dev_unplug_pending() tells whether a pair has to wait.  A
 * primary is not in the stream, whether it is removed or not.
 *
 * All functions: main thread, under the BQL.
 */

/* Tell the migration thread whether a pair has to wait. */
void failover_migration_update(void);

/* Cancel the migration that waits. */
void failover_migration_abort(void);

/* Once. */
void failover_migration_start(void);

#endif
