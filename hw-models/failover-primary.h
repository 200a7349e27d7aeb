/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover primary: its device, from the plug to the end. */
#ifndef ANNEX_FAILOVER_PRIMARY_H
#define ANNEX_FAILOVER_PRIMARY_H

#include "common/hooks.h"
#include "hw-models/failover-pair.h"

/* The core's actions; main thread, under the BQL. */
void failover_primary_plug(FailoverPair *p);
void failover_primary_present(FailoverPair *p);
void failover_primary_ask(FailoverPair *p);
void failover_primary_withdraw(FailoverPair *p);
void failover_primary_remove(FailoverPair *p, bool at_reset);

/* What the guest has done about the request for the primary. */
FailoverUnplugReason failover_primary_blame(const FailoverPair *p);

/* Whether the primary is there, and has netdev @name. */
bool failover_primary_has_netdev(const FailoverPair *p, const char *name);

/* Whether a candidate is being created right now. */
bool failover_primary_is_plugging(void);

/* Once. */
void failover_primary_start(AnnexHookSet *set);

#endif
