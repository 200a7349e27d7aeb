/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug commands: query-unplug-requests, device-unplug and its cancel. */
#ifndef ANNEX_UNPLUG_COMMANDS_H
#define ANNEX_UNPLUG_COMMANDS_H

#include "common/hooks.h"

/* Add the commands to QMP.  @set owns the hook on introspection. */
bool unplug_commands_start(AnnexHookSet *set, Error **errp);

#endif
