/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the QMP commands. */
#ifndef ANNEX_SLOTS_COMMANDS_H
#define ANNEX_SLOTS_COMMANDS_H

#include "common/hooks.h"

/* Add them to the host's.  Under the BQL, at the start. */
bool slots_commands_start(AnnexHookSet *set, Error **errp);

#endif
