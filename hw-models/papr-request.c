/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR requests: which connectors one is about, and how it is taken back. */
#include "hw-models/papr-request.h"
#include "common/host/pci.h"

/* The function of @pci's slot with number @n, or NULL. */
static PCIDevice *function(const PCIDevice *pci, int n)
{
    return pci_get_bus(pci)->devices[PCI_DEVFN(PCI_SLOT(pci->devfn), n)];
}

static PCIDevice *as_pci(const DeviceState *dev)
{
    return (PCIDevice *)object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE);
}

UnplugRecord *papr_request_of(const SpaprDrc *drc)
{
    UnplugRecord *r = drc->dev ? unplug_find(drc->dev) : NULL;
    PCIDevice *pci = !r && drc->dev ? as_pci(drc->dev) : NULL;

    return pci ? unplug_find(function(pci, 0)) : r;
}

bool papr_request_any(DeviceState *dev, PaprConnectorFn *fn, void *opaque)
{
    PCIDevice *pci = as_pci(dev);
    int i;

    if (papr_connectors_any(dev, fn, opaque)) {
        return true;
    }
    for (i = 1; pci && !PCI_FUNC(pci->devfn) && i < PCI_FUNC_MAX; i++) {
        PCIDevice *f = function(pci, i);

        /* One with a request of its own is another request's. */
        if (f && !unplug_find(f) &&
            papr_connectors_any(DEVICE(f), fn, opaque)) {
            return true;
        }
    }
    return false;
}

/* Only a DIMM's connectors can be without the device. */
typedef struct Withdrawal {
    DeviceState *dev;
    bool reattached;
} Withdrawal;

static bool withdraw(SpaprDrc *drc, void *opaque)
{
    Withdrawal *w = opaque;

    drc->unplug_requested = false;
    if (!drc->dev) {
        spapr_drc_attach(drc, w->dev);
        w->reattached = true;
    }
    return false;
}

bool papr_request_withdraw(DeviceState *dev)
{
    Withdrawal w = { .dev = dev };

    papr_request_any(dev, withdraw, &w);
    annex_host_spapr_dimm_forget(dev);
    return w.reattached;
}

static bool present(SpaprDrc *drc, void *opaque)
{
    annex_host_spapr_tell(drc, true);
    return false;
}

void papr_request_present(DeviceState *dev)
{
    SpaprDrc *first = papr_connectors_first(dev);

    /* The host asserts that a guest that is told so has asked for it. */
    if (spapr_drc_type(first) == SPAPR_DR_CONNECTOR_TYPE_LMB &&
        spapr_memory_hot_unplug_supported(SPAPR_MACHINE(qdev_get_machine()))) {
        spapr_hotplug_req_add_by_count_indexed(SPAPR_DR_CONNECTOR_TYPE_LMB,
                                               papr_connectors_count(dev),
                                               spapr_drc_index(first));
    } else {
        papr_request_any(dev, present, NULL);
    }
}
