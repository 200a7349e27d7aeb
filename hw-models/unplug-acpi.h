/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI: what PCI, CPU and memory hotplug controllers share. */
#ifndef ANNEX_UNPLUG_ACPI_H
#define ANNEX_UNPLUG_ACPI_H

#include "common/host/acpi.h"
#include "hw-models/unplug-transport.h"

/*
 * Bits of the first general-purpose event register (hw/acpi/
 * acpi_dev_interface.h, AcpiEventStatusBits).
 */
#define UNPLUG_GPE_PCI 1
#define UNPLUG_GPE_CPU 2
#define UNPLUG_GPE_MEMORY 3

/*
 * The register block @name of the machine's ACPI device, as its structure:
 * one that embeds the region at @offset and is the region's opaque pointer.
 * NULL when the machine has none of that kind; the legacy CPU hotplug block
 * has the name of the modern one, and is not taken for it.
 */
void *unplug_acpi_block(const char *name, size_t offset);

/* Whether the guest has enabled ACPI and general-purpose event @bit. */
bool unplug_acpi_listening(unsigned bit);

/*
 * Refuse to ask again for the device of @r, which the guest has taken the
 * request for: it could queue the two, and eject whatever has come into the
 * slot by the time of the second.
 */
UnplugRetry unplug_acpi_refuse_repeat(const UnplugRecord *r, Error **errp);

/*
 * The guest has evaluated _OST for the slot of @r (or NULL) with @source
 * and @status (ACPI 6.5, 6.3.5).  _OST names a slot, not a request: it
 * counts only if the guest has taken the current attempt.  Ends @r when that
 * was a refusal.
 */
void unplug_acpi_answered(UnplugRecord *r, uint32_t source, uint32_t status);

#endif
