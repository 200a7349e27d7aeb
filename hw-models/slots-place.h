/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: gives devices their slots when they are realized. */
#ifndef ANNEX_SLOTS_PLACE_H
#define ANNEX_SLOTS_PLACE_H

#include "common/hooks.h"

/* Interpose on all PCI devices.  Under the BQL, at the start. */
bool slots_place_start(AnnexHookSet *set, Error **errp);

/* Whether a user has made @dev, and not the machine or another device. */
bool slots_place_is_users(DeviceState *dev);

#endif
