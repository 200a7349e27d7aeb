/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI functions: which of them go together. */
#ifndef ANNEX_UNPLUG_PCI_SLOT_H
#define ANNEX_UNPLUG_PCI_SLOT_H

#include "common/host/pci.h"
#include "hw-models/unplug-transport.h"

/*
 * Guests remove whole slots; a request names one function.  All functions:
 * under the BQL.
 */

/* The slot of @dev. */
int unplug_pci_slot(const DeviceState *dev);

/* The record of another function in the slot of @dev, or NULL. */
UnplugRecord *unplug_pci_slot_mate(const DeviceState *dev);

/*
 * Whether another function of @r's slot has a request of its own, in which
 * case taking one back would take back both.  Sets @errp.
 */
bool unplug_pci_slot_is_shared(const UnplugRecord *r, Error **errp);

#endif
