/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that the PAPR transport looks into. */
#include "common/host/pci.h"
#include "common/host/spapr-vio.h"
#include "common/image.h"

ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_SPAPR_MACHINE, SpaprMachineState),
    ANNEX_ABI(TYPE_SPAPR_DR_CONNECTOR, SpaprDrc),
    ANNEX_ABI_CLASS(TYPE_SPAPR_DR_CONNECTOR, SpaprDrcClass),
    ANNEX_ABI_CLASS(TYPE_MEMORY_DEVICE, MemoryDeviceClass),
    ANNEX_ABI(TYPE_MACHINE, MachineState),
    ANNEX_ABI(TYPE_CPU_CORE, CPUCore),
    ANNEX_ABI(TYPE_BUS, BusState),
    ANNEX_ABI(TYPE_PCI_BUS, PCIBus),
    ANNEX_ABI(TYPE_SPAPR_PCI_HOST_BRIDGE, SpaprPhbState),
    ANNEX_ABI(TYPE_VIO_SPAPR_DEVICE, SpaprVioDevice),
    ANNEX_ABI_CLASS(TYPE_VIO_SPAPR_DEVICE, SpaprVioDeviceClass),
    ANNEX_ABI(ANNEX_HOST_TYPE_VLAN, AnnexHostVlan),
    ANNEX_ABI_CLASS(TYPE_DEVICE, DeviceClass),
};
