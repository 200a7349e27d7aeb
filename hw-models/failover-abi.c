/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that failover, and its transports, look into. */
#include "common/host/acpi.h"
#include "common/host/pci.h"
#include "common/host/virtio.h"
#include "common/image.h"

ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_BUS, BusState),
    ANNEX_ABI(TYPE_PCI_BUS, PCIBus),
    ANNEX_ABI_CLASS(TYPE_PCI_DEVICE, PCIDeviceClass),
    ANNEX_ABI(TYPE_VIRTIO_DEVICE, VirtIODevice),
    ANNEX_ABI_CLASS(TYPE_VIRTIO_DEVICE, VirtioDeviceClass),
    /* These embed the ACPI controllers, which are no types of their own. */
    ANNEX_ABI(TYPE_ICH9_LPC_DEVICE, ICH9LPCState),
    ANNEX_ABI(TYPE_PIIX4_PM, PIIX4PMState),
};
