/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR commands: query-papr-connectors. */
#ifndef ANNEX_PAPR_COMMANDS_H
#define ANNEX_PAPR_COMMANDS_H

#include "qapi/error.h"

/*
 * Add the command.  Returns false with nothing changed, and an error, where
 * the host has one of that name.  Main thread.
 */
bool papr_commands_start(Error **errp);

#endif
