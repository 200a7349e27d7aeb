/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI Express slots: their registers, and who watches them. */
#ifndef ANNEX_PCIE_SLOT_H
#define ANNEX_PCIE_SLOT_H

#include "common/host/pci.h"
#include "common/hooks.h"

/*
 * Slot Control and Slot Status of a port; PCI Express Base 6.0, 7.5.3.10 and
 * 7.5.3.11.  QEMU's side is hw/pci/pcie.c (7.2 and 10.0).
 */
typedef struct AnnexPcieSlot {
    uint16_t control;
    uint16_t status;
} AnnexPcieSlot;

/* The registers of @port, which has a slot.  Under the BQL. */
AnnexPcieSlot annex_pcie_slot(PCIDevice *port);

static inline bool annex_slot_pressed(AnnexPcieSlot s)
{
    return s.status & PCI_EXP_SLTSTA_ABP;
}

static inline bool annex_slot_present(AnnexPcieSlot s)
{
    return s.status & PCI_EXP_SLTSTA_PDS;
}

static inline bool annex_slot_powered(AnnexPcieSlot s)
{
    return !(s.control & PCI_EXP_SLTCTL_PCC);
}

/* The power indicator. */
static inline bool annex_slot_blinking(AnnexPcieSlot s)
{
    return (s.control & PCI_EXP_SLTCTL_PIC) == PCI_EXP_SLTCTL_PWR_IND_BLINK;
}

static inline bool annex_slot_dark(AnnexPcieSlot s)
{
    return (s.control & PCI_EXP_SLTCTL_PIC) == PCI_EXP_SLTCTL_PWR_IND_OFF;
}

static inline bool annex_slot_lit(AnnexPcieSlot s)
{
    return (s.control & PCI_EXP_SLTCTL_PIC) == PCI_EXP_SLTCTL_PWR_IND_ON;
}

/*
 * Write register @reg (PCI_EXP_SLTCTL, PCI_EXP_SLTSTA) of @port as a guest
 * would.  Bits of Slot Status are cleared by ones.  Under the BQL.
 */
void annex_pcie_slot_write(PCIDevice *port, unsigned reg, uint16_t value);

/*
 * Have the slot of @port look as if a card had been put in, or taken out, and
 * tell the guest of it as QEMU does for a device (pcie_cap_slot_plug_cb(),
 * pcie_cap_slot_do_unplug()).  Nothing but Slot Status is changed: there is
 * no link, and nothing to read behind the port.  Main thread, BQL.
 */
void annex_pcie_slot_present(PCIDevice *port);
void annex_pcie_slot_retract(PCIDevice *port);

/*
 * Who watches a port.  Called in the vCPU thread of the access, under the
 * BQL, and not to make or free devices there.
 */
typedef struct AnnexPcieSlotObserver {
    /* A write to the configuration space of @port has changed them. */
    void (*changed)(PCIDevice *port, AnnexPcieSlot old, AnnexPcieSlot now);
    /* Or NULL: the guest reads Slot Status, and the button is pressed. */
    void (*peeked)(PCIDevice *port);
} AnnexPcieSlotObserver;

/*
 * Watch @port until it is finalized.  The same observer once more makes no
 * difference.  @set is the hook set of the module.  Under the BQL.
 */
void annex_pcie_slot_watch(AnnexHookSet *set, PCIDevice *port,
                           const AnnexPcieSlotObserver *observer);

#endif
