/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug handlers: the hooks on every hotplug handler of the host. */
#ifndef ANNEX_UNPLUG_HANDLERS_H
#define ANNEX_UNPLUG_HANDLERS_H

#include "common/hooks.h"

/*
 * Interpose unplug_request() and unplug() of every class that implements
 * TYPE_HOTPLUG_HANDLER, and tell the supervisor.  Under the BQL.
 */
bool unplug_handlers_start(AnnexHookSet *set, Error **errp);

/*
 * Have @handler ask for @dev, which has a record: the same attempt, made
 * again.
 */
void unplug_handlers_ask(HotplugHandler *handler, DeviceState *dev);

#endif
