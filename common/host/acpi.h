/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: registers of the ACPI hotplug controllers. */
#ifndef ANNEX_HOST_ACPI_H
#define ANNEX_HOST_ACPI_H

#include "common/host/pci.h"
#include "hw/acpi/acpi_dev_interface.h"
#include "hw/acpi/cpu.h"
#include "hw/acpi/memory_hotplug.h"
#include "hw/acpi/pcihp.h"
#include "hw/acpi/piix4.h"
#include "hw/mem/pc-dimm.h"

#if HOST_SERIES < 801
#include "hw/i386/ich9.h"
#else
#include "hw/southbridge/ich9.h"
#endif

/* Take back an eject request for @slot that the guest has not read. */
static inline void annex_host_acpi_pci_clear_down(AcpiPciHpState *state,
                                                  int bsel, int slot)
{
    state->acpi_pcihp_pci_status[bsel].down &= ~(1u << slot);
}

/* Leave an eject request for @slot pending, device or no device. */
static inline void annex_host_acpi_pci_set_down(AcpiPciHpPciStatus *status,
                                                int slot)
{
    status->down |= 1u << slot;
}

/* Forget all requests for @slot. */
static inline void annex_host_acpi_pci_clear_slot(AcpiPciHpPciStatus *status,
                                                  int slot)
{
    status->up &= ~(1u << slot);
    status->down &= ~(1u << slot);
}

static inline void annex_host_acpi_cpu_clear_removing(CPUHotplugState *state,
                                                      int slot)
{
    state->devs[slot].is_removing = false;
}

static inline void annex_host_acpi_memory_clear_removing(MemHotplugState *state,
                                                         int slot)
{
    state->devs[slot].is_removing = false;
}

#endif
