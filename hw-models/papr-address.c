/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR addresses: the connector at the place of a device. */
#include "hw-models/papr-address.h"
#include "common/host/pci.h"
#include "hw-models/papr-vio-drc.h"
#include "qapi/error.h"

static bool is_a(const DeviceState *dev, const char *type)
{
    return object_dynamic_cast(OBJECT(dev), type);
}

/* The number of the first thread of a core, as KVM counts them. */
static SpaprDrc *core(SpaprMachineState *spapr, DeviceState *dev)
{
    unsigned threads = MACHINE(spapr)->smp.threads;
    int core_id = CPU_CORE(dev)->core_id;

    return spapr_drc_by_id(TYPE_SPAPR_DRC_CPU,
                           core_id / threads * spapr->vsmt +
                           core_id % threads);
}

/* Bridges of one host bridge have different ones (spapr_pci.c). */
static uint32_t chassis_of(PCIBus *bus)
{
    return pci_bus_is_root(bus)
           ? 0 : object_property_get_uint(OBJECT(pci_bridge_get_device(bus)),
                                          "chassis_nr", NULL) & 0xff;
}

static SpaprDrc *function(DeviceState *dev)
{
    PCIDevice *pci = PCI_DEVICE(dev);
    PCIBus *bus = pci_get_bus(pci), *root = bus;
    Object *bridge;

    while (!pci_bus_is_root(root)) {
        root = pci_get_bus(pci_bridge_get_device(root));
    }
    bridge = object_dynamic_cast(OBJECT(BUS(root)->parent),
                                 TYPE_SPAPR_PCI_HOST_BRIDGE);
    return bridge ? spapr_drc_by_id(TYPE_SPAPR_DRC_PCI,
                        SPAPR_PCI_HOST_BRIDGE(bridge)->index << 16 |
                        chassis_of(bus) << 8 | pci->devfn)
                  : NULL;
}

SpaprDrc *papr_address_find(DeviceState *dev)
{
    Object *machine = object_dynamic_cast(qdev_get_machine(),
                                          TYPE_SPAPR_MACHINE);

    if (!machine) {
        return NULL;
    }
    if (is_a(dev, TYPE_CPU_CORE)) {
        return core(SPAPR_MACHINE(machine), dev);
    }
    if (is_a(dev, TYPE_PCI_DEVICE)) {
        return function(dev);
    }
    if (is_a(dev, TYPE_SPAPR_PCI_HOST_BRIDGE)) {
        return spapr_drc_by_id(TYPE_SPAPR_DRC_PHB,
                               SPAPR_PCI_HOST_BRIDGE(dev)->index);
    }
    if (is_a(dev, TYPE_VIO_SPAPR_DEVICE)) {
        return papr_vio_drc_at(VIO_SPAPR_DEVICE(dev)->reg);
    }
    if (is_a(dev, TYPE_NVDIMM)) {
        return spapr_drc_by_id(TYPE_SPAPR_DRC_PMEM,
                               object_property_get_int(OBJECT(dev),
                                                       PC_DIMM_SLOT_PROP,
                                                       &error_abort));
    }
    return NULL;
}
