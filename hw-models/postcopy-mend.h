/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy mend: a recovery that fails, in a host that crashes of it. */
#ifndef ANNEX_POSTCOPY_MEND_H
#define ANNEX_POSTCOPY_MEND_H

#include "common/host/postcopy.h"
#include "common/hooks.h"

/*
 * Whether an incoming migration with this status only looks as if it went
 * on: on its way from a failed recovery to the next pause.  Any thread.
 */
bool postcopy_mend_is_under_way(MigrationStatus status);

/* Once.  Does nothing in a host that needs none. */
bool postcopy_mend_start(AnnexHookSet *set, Error **errp);

#endif
