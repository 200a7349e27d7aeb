/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover commands: query-failover, failover-plug, failover-unplug. */
#ifndef ANNEX_FAILOVER_COMMANDS_H
#define ANNEX_FAILOVER_COMMANDS_H

#include "common/hooks.h"

/* Once.  Returns false with nothing changed and an error. */
bool failover_commands_start(AnnexHookSet *set, Error **errp);

#endif
