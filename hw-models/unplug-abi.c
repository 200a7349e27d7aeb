/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that the unplug transports look into. */
#include "hw-models/unplug-abi.h"
#include "common/host/acpi.h"
#include "common/host/pci.h"

const AnnexAbiType unplug_abi_types[] = {
    ANNEX_ABI(TYPE_PCI_DEVICE, PCIDevice),
    ANNEX_ABI(TYPE_PCI_BRIDGE, PCIBridge),
    ANNEX_ABI(TYPE_PCI_BUS, PCIBus),
    ANNEX_ABI(TYPE_PCIE_SLOT, PCIESlot),
    ANNEX_ABI(TYPE_PC_DIMM, PCDIMMDevice),
    {}
};
