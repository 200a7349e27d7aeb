/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug adoption: requests in flight in a VM that has just arrived. */
#ifndef ANNEX_UNPLUG_ADOPT_H
#define ANNEX_UNPLUG_ADOPT_H

/*
 * After an incoming migration, or a loaded snapshot, and before the vCPUs
 * run, look for requests in flight: in the device registers, and in the
 * state that the source has sent (unplug-vmstate.h).  Under the BQL.
 */
void unplug_adopt_start(void);

/* The devices are about to get the state of a snapshot. */
void unplug_adopt_expect(void);

#endif
