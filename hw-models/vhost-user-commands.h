/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user command: what there is of channels. */
#ifndef ANNEX_VHOST_USER_COMMANDS_H
#define ANNEX_VHOST_USER_COMMANDS_H

#include "common/hooks.h"

/* Add query-vhost-user.  Under the BQL. */
bool vhost_user_commands_start(AnnexHookSet *set, Error **errp);

#endif
