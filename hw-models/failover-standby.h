/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover standby: offers VIRTIO_NET_F_STANDBY, and sees it accepted. */
#ifndef ANNEX_FAILOVER_STANDBY_H
#define ANNEX_FAILOVER_STANDBY_H

#include "common/hooks.h"
#include "hw-models/failover-pair.h"

/*
 * Look for the standby of a new pair among the devices that there are.
 * Returns false with an error if a device of its id is there, and not one
 * that can be a standby.
 */
bool failover_standby_look(const char *id, Error **errp);

/* Make the device that there is the standby of @p. */
void failover_standby_adopt(FailoverPair *p);

/* Once.  Returns false with nothing changed and an error. */
bool failover_standby_start(AnnexHookSet *set, Error **errp);

#endif
