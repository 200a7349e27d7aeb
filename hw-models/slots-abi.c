/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that PCI slot pools look into. */
#include "common/host/pci.h"
#include "common/image.h"

ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_OBJECT, Object),
    ANNEX_ABI(TYPE_BUS, BusState),
    ANNEX_ABI(TYPE_PCI_BUS, PCIBus),
    ANNEX_ABI_CLASS(TYPE_DEVICE, DeviceClass),
};
