/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that the unplug transports look into. */
#include "common/host/acpi.h"
#include "common/host/pci.h"
#include "common/image.h"

ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_PCI_BUS, PCIBus),
    /* These embed the ACPI controllers, which are no types of their own. */
    ANNEX_ABI(TYPE_ICH9_LPC_DEVICE, ICH9LPCState),
    ANNEX_ABI(TYPE_PIIX4_PM, PIIX4PMState),
};
