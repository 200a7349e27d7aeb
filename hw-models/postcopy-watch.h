/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy watch: a thread that works while the main loop does not. */
#ifndef ANNEX_POSTCOPY_WATCH_H
#define ANNEX_POSTCOPY_WATCH_H

#include "qemu/osdep.h"

/* How long the main loop may be silent before that is told; 0: for ever. */
extern int64_t postcopy_watchdog_ms;

/* How long it has been silent.  Any thread. */
int64_t postcopy_watch_silent_ms(void);

/*
 * Start the thread, for the time of an incoming migration.  It notices
 * changes of state that no event tells of, and a main loop that is blocked.
 * Once.
 */
void postcopy_watch_start(void);

#endif
