/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: the ACPI transports, PCI, CPU and memory. */
#ifndef ANNEX_TEST_FAKE_ACPI_H
#define ANNEX_TEST_FAKE_ACPI_H

#include "fake-guest.h"

extern const FakeGuestOps fake_acpi_pci_q35;
extern const FakeGuestOps fake_acpi_pci_pc;
extern const FakeGuestOps fake_acpi_cpu;
extern const FakeGuestOps fake_acpi_memory;

/*
 * Whether the registers show a removal request for dev0's slot, or an
 * insertion (PCI).  As guests do it: by reading, which clears insertions.
 */
bool fake_acpi_is_requested(FakeGuest *g);
bool fake_acpi_is_inserted(FakeGuest *g);

#endif
