/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: pools of PCI Express ports, with one slot each. */
#ifndef ANNEX_SLOTS_PORTS_H
#define ANNEX_SLOTS_PORTS_H

#include "hw-models/slots-bus.h"
#include "hw-models/slots-pools.h"

/*
 * The bus of the port that a device of @klass gets: one that @id has had,
 * or the free one that follows the last in the order of ids.  NULL without
 * an error: there is no pool of ports for it.
 */
PCIBus *slots_ports_choose(ObjectClass *klass, const char *id, Error **errp);

/* The pool that the port of @bus is in, or NULL. */
SlotsPorts *slots_ports_at(const PCIBus *bus);

/* How many ports of it are free. */
unsigned slots_ports_free(const SlotsPorts *ports);

/* A device was placed in @bus: the next one comes after it. */
void slots_ports_placed(SlotsPorts *ports, const PCIBus *bus, bool given);

#endif
