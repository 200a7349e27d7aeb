/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR events: requests that wait in the host for the guest to fetch them. */
#ifndef ANNEX_PAPR_EVENTS_H
#define ANNEX_PAPR_EVENTS_H

#include "common/host/spapr.h"

/*
 * The host queues an event for each request, and the guest fetches it by
 * check-exception (LoPAR 7.3.3; hw/ppc/spapr_events.c, 7.2 and 10.0).  A
 * DIMM's is queued for the connector of its first LMB.  Under the BQL.
 */

/* How many requests to remove what is at @drc the guest has not fetched. */
unsigned papr_events_count(SpaprDrc *drc);

/*
 * Take them back; returns how many.  They stay in the queue as events about
 * nothing (a hotplug type that LoPAR does not have), since the interrupt is
 * raised: Linux (arch/powerpc/platforms/pseries/ras.c, 6.1 and
 * 6.12, ras_hotplug_interrupt()) does not look at whether it got an event, and
 * acts on the one before once more when it got none.
 */
unsigned papr_events_disarm(SpaprDrc *drc);

#endif
