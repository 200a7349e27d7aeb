/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: which slots of a bus are free. */
#include "hw-models/slots-bus.h"

uint32_t slots_bus_unusable(const PCIBus *bus)
{
    const PCIDevice *bridge = bus->parent_dev;

    /*
     * PCI SHPC 1.0, 4.9: slots are numbered from 1, and the host has no
     * others (hw/pci/shpc.c, shpc_device_plug_common()).
     */
    return bridge && bridge->shpc &&
           bus->qbus.hotplug_handler == HOTPLUG_HANDLER(bridge);
}

uint32_t slots_bus_busy(const PCIBus *bus)
{
    uint32_t busy = bus->slot_reserved_mask | slots_bus_unusable(bus);
    unsigned devfn;

    for (devfn = 0; devfn < ARRAY_SIZE(bus->devices); devfn++) {
        if (bus->devices[devfn]) {
            busy |= 1u << PCI_SLOT(devfn);
        }
    }
    return busy;
}

static int look_at(BusState *bus, void *opaque)
{
    struct { const char *name; PCIBus *found; } *search = opaque;

    if (!search->found && !strcmp(bus->name, search->name)) {
        search->found = (PCIBus *)object_dynamic_cast(OBJECT(bus),
                                                      TYPE_PCI_BUS);
    }
    return search->found != NULL;
}

PCIBus *slots_bus_find(const char *name)
{
    struct { const char *name; PCIBus *found; } search = { name, NULL };

    qbus_walk_children(sysbus_get_default(), NULL, look_at, NULL, NULL,
                       &search);
    return search.found;
}
