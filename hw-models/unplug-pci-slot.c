/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI functions: which of them go together. */
#include "hw-models/unplug-pci-slot.h"
#include "qapi/error.h"

int unplug_pci_slot(const DeviceState *dev)
{
    return PCI_SLOT(PCI_DEVICE(dev)->devfn);
}

UnplugRecord *unplug_pci_slot_mate(const DeviceState *dev)
{
    const PCIDevice *pci = PCI_DEVICE(dev);
    PCIBus *bus = pci_get_bus(pci);
    int i;

    for (i = 0; i < PCI_FUNC_MAX; i++) {
        PCIDevice *f = bus->devices[PCI_DEVFN(PCI_SLOT(pci->devfn), i)];
        UnplugRecord *r = f && f != pci ? unplug_find(f) : NULL;

        if (r && !r->leaving) {
            return r;
        }
    }
    return NULL;
}

bool unplug_pci_slot_is_shared(const UnplugRecord *r, Error **errp)
{
    const UnplugRecord *mate = unplug_pci_slot_mate(r->dev);

    if (mate) {
        error_setg(errp, "the slot of device '%s' is also being emptied for "
                   "device '%s'", r->path, mate->path);
    }
    return mate;
}
