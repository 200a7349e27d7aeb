/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover in QOM: the pairs, to be read by qom-get. */
#ifndef ANNEX_FAILOVER_QOM_H
#define ANNEX_FAILOVER_QOM_H

#include "hw-models/failover-pair.h"

/*
 * Have /machine/annex/failover/ID for the pair of standby ID, with three
 * objects: "standby", "primary" and "slot".  Each has a property "state";
 * the last two have "id" and "bus".  All are text.
 */
void failover_qom_add(FailoverPair *p);

#endif
