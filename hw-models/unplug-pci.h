/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI slots: what PCI Express, ACPI and SHPC slots have in common. */
#ifndef ANNEX_UNPLUG_PCI_H
#define ANNEX_UNPLUG_PCI_H

#include "hw-models/unplug-pci-slot.h"

/* All functions: under the BQL. */

/*
 * How long a Linux guest, and the specifications, leave between the press
 * of an attention button and the power-off (PCIe 6.0, 6.7.1.5; SHPC 1.0,
 * 2.5): a second press within it cancels.  We stop half a second before.
 */
#define UNPLUG_PCI_BLINK_MS 5000
#define UNPLUG_PCI_CANCEL_MS 4500

/*
 * Have the host ignore the guest's eject of @r's slot, or not any more, by
 * the flag that its virtio-net failover uses (include/hw/pci/pci.h, 7.2,
 * PCIDevice.partially_hotplugged).  An ejected device that is being kept
 * is not visible in configuration space (hw/pci/pci_host.c).
 */
void unplug_pci_keep(UnplugRecord *r, bool keep);

/*
 * Call @fn for the records of the slots that are being kept.  @fn may end
 * the record.
 */
void unplug_pci_each_kept(void (*fn)(UnplugRecord *r, void *opaque),
                          void *opaque);

/*
 * The guest has let go of a slot that is being kept: in a moment, present
 * its functions to the guest as newly plugged, then end @r as undone.
 */
void unplug_pci_present_again(UnplugRecord *r);

#endif
