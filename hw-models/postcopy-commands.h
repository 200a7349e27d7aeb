/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy commands: our own, and stop and cont. */
#ifndef ANNEX_POSTCOPY_COMMANDS_H
#define ANNEX_POSTCOPY_COMMANDS_H

#include "common/hooks.h"

/* Once.  Returns false with nothing changed and an error. */
bool postcopy_commands_start(AnnexHookSet *set, Error **errp);

#endif
