/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy tap: hears of migration events as a monitor does. */
#ifndef ANNEX_POSTCOPY_TAP_H
#define ANNEX_POSTCOPY_TAP_H

#include "common/host/qapi.h"

/*
 * Have postcopy_live_wake() called in the very thread that sends an event
 * MIGRATION.  The host sends them where its capability ``events`` is on, which
 * we do not change: other monitors would show events that nobody asked for.
 *
 * Main thread, when monitors can be made; once.
 */
bool postcopy_tap_start(Error **errp);

/* Register what it takes.  Once, before that. */
void postcopy_tap_register(void);

#endif
