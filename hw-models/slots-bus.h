/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: what is in the slots of a bus. */
#ifndef ANNEX_SLOTS_BUS_H
#define ANNEX_SLOTS_BUS_H

#include "common/host/pci.h"

/*
 * The slots of @bus where no device can be put now, one bit for each: those
 * with any function in them, those that the host keeps, and on the bus of a
 * bridge with SHPC the first, which has no place in its registers.
 */
uint32_t slots_bus_busy(const PCIBus *bus);

/* The slots of that bus which the host must not choose by itself. */
uint32_t slots_bus_unusable(const PCIBus *bus);

/* The PCI bus of that name, or NULL. */
PCIBus *slots_bus_find(const char *name);

#endif
