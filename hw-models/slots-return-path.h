/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: has the source of a migration wait for an answer. */
#ifndef ANNEX_SLOTS_RETURN_PATH_H
#define ANNEX_SLOTS_RETURN_PATH_H

#include "common/hooks.h"

/*
 * Without the host's capability "return-path" a source has completed when
 * all is sent, whatever becomes of it.  It is switched on for migrations to
 * a socket, the only kind that has a way back, until they end.  Nothing is
 * done with option "migrate" off.  Under the BQL.
 */
bool slots_return_path_start(AnnexHookSet *set, Error **errp);

/* A migration has ended. */
void slots_return_path_restore(void);

#endif
