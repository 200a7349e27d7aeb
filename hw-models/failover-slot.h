/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover slot: is it free, and how to empty it without the guest. */
#ifndef ANNEX_FAILOVER_SLOT_H
#define ANNEX_FAILOVER_SLOT_H

#include "common/host/pci.h"

typedef enum FailoverSlotState {
    FAILOVER_SLOT_UNKNOWN,      /* there is no such bus */
    FAILOVER_SLOT_FREE,
    FAILOVER_SLOT_BUSY,         /* empty, and the guest not finished with it */
    FAILOVER_SLOT_LIT,          /* so it seems, or its driver has come late */
    FAILOVER_SLOT_OCCUPIED,
} FailoverSlotState;

/* The bus named @name, or NULL. */
BusState *failover_slot_bus(const char *name);

/* The port of bus @name, if that is a slot without ACPI, or NULL. */
PCIDevice *failover_slot_port(const char *name);

/* What there is to say about the slot of bus @name. */
FailoverSlotState failover_slot_state(const char *name);

/*
 * Take @dev, which the guest was asked for, from it by surprise.  The guest
 * learns of it as it would from hardware: PCI Express Base 6.0, 6.7.3;
 * by ACPI from the request that is left pending.  Main thread, BQL.
 */
void failover_slot_remove(DeviceState *dev);

/*
 * Empty the slot of @dev after a reset of the machine, as if it had been
 * empty at power-on.
 */
void failover_slot_remove_at_reset(DeviceState *dev);

#endif
