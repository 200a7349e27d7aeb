/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug registry: the transports that the loaded modules bring. */
#ifndef ANNEX_UNPLUG_REGISTRY_H
#define ANNEX_UNPLUG_REGISTRY_H

#include "hw-models/unplug-transport.h"

/*
 * Add transports, a NULL-terminated list.  *@timeout_ms is the deadline of
 * their requests, read at each; 0 for none.  Under the BQL.
 *
 * Two modules may bring the same transport, each a copy of its own: the
 * first is used.  One that has no deadline to offer (NULL) leaves that to
 * the other, whichever is loaded first.
 */
void unplug_registry_add(const UnplugTransportOps *const *list,
                         const int64_t *timeout_ms);

/*
 * The transport of a request for @dev that @handler gets: the first that
 * claims it, else the one for UNPLUG_TRANSPORT_OTHER, else NULL.
 */
const UnplugTransportOps *unplug_registry_classify(HotplugHandler *handler,
                                                   DeviceState *dev);

/* The machine was reset: tell all transports. */
void unplug_registry_reset(void);

/* The deadline in force for @transport, in ms; 0 for none. */
int64_t unplug_registry_timeout_ms(const UnplugTransportOps *transport);

#endif
