/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unplug transports of module annex-unplug, one file each. */
#ifndef ANNEX_UNPLUG_TRANSPORTS_H
#define ANNEX_UNPLUG_TRANSPORTS_H

#include "hw-models/unplug-transport.h"

extern const UnplugTransportOps unplug_pcie;
extern const UnplugTransportOps unplug_acpi_pci;
extern const UnplugTransportOps unplug_shpc;
extern const UnplugTransportOps unplug_acpi_cpu;
extern const UnplugTransportOps unplug_acpi_memory;
extern const UnplugTransportOps unplug_other;

#endif
