/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: a migration's source and destination have to agree. */
#ifndef ANNEX_SLOTS_MIGRATION_H
#define ANNEX_SLOTS_MIGRATION_H

#include "common/hooks.h"

/*
 * A section "annex-pci-slots" at the start of migration streams, unless
 * option "migrate" is off, and the check of one that arrives.  Under the
 * BQL, at the start.
 */
bool slots_migration_start(AnnexHookSet *set, Error **errp);

#endif
