/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover slot: is it free, and how to empty it without the guest. */
#include "hw-models/failover-slot.h"
#include "common/host/acpi.h"
#include "common/host/qapi.h"
#include "common/pcie-slot.h"
#include "hw-models/unplug-acpi.h"
#include "hw-models/unplug-pci.h"

typedef struct Search {
    const char *name;
    BusState *found;
} Search;

static int match(BusState *bus, void *opaque)
{
    Search *search = opaque;

    if (!strcmp(bus->name, search->name)) {
        search->found = bus;
    }
    return search->found != NULL;
}

BusState *failover_slot_bus(const char *name)
{
    Search search = { .name = name };

    qbus_walk_children(sysbus_get_default(), NULL, match, NULL, NULL,
                       &search);
    return search.found;
}

/* By its own registers, and not by ACPI. */
static bool is_native(PCIBus *bus)
{
    PCIDevice *port = pci_bridge_get_device(bus);

    return BUS(bus)->hotplug_handler == HOTPLUG_HANDLER(port);
}

PCIDevice *failover_slot_port(const char *name)
{
    BusState *bus = failover_slot_bus(name);

    return bus && is_native(PCI_BUS(bus)) ? pci_bridge_get_device(PCI_BUS(bus))
                                          : NULL;
}

/*
 * A guest switches the power off, waits for a second, and then the indicator
 * (PCI Express Base 6.0, 6.7.1.8; Linux, pciehp_ctrl.c): only then would
 * what it writes not take the next device.  A driver that finds an empty
 * slot with power, when it starts, leaves the indicator as it is.
 */
static FailoverSlotState native_state(PCIDevice *port)
{
    AnnexPcieSlot slot = annex_pcie_slot(port);

    if (!annex_slot_powered(slot) && annex_slot_lit(slot)) {
        return FAILOVER_SLOT_LIT;
    }
    return !annex_slot_powered(slot) && annex_slot_dark(slot)
           ? FAILOVER_SLOT_FREE : FAILOVER_SLOT_BUSY;
}

static AcpiPciHpState *controller(void)
{
    return unplug_acpi_block("acpi-pci-hotplug",
                             offsetof(AcpiPciHpState, io));
}

/* The registers of ACPI hotplug for @bus, or NULL. */
static AcpiPciHpPciStatus *acpi_status(PCIBus *bus)
{
    AcpiPciHpState *s = controller();
    Error *err = NULL;
    uint64_t bsel = object_property_get_uint(OBJECT(bus),
                                             ACPI_PCIHP_PROP_BSEL, &err);

    if (err || !s || bsel >= ARRAY_SIZE(s->acpi_pcihp_pci_status)) {
        error_free(err);
        return NULL;
    }
    return &s->acpi_pcihp_pci_status[bsel];
}

static bool is_acpi_idle(PCIBus *bus)
{
    const AcpiPciHpPciStatus *status = acpi_status(bus);

    return !status || (!(status->up & 1) && !(status->down & 1));
}

FailoverSlotState failover_slot_state(const char *name)
{
    BusState *found = failover_slot_bus(name);
    PCIBus *bus;

    if (!found) {
        return FAILOVER_SLOT_UNKNOWN;
    }
    bus = PCI_BUS(found);
    if (bus->devices[0]) {
        return FAILOVER_SLOT_OCCUPIED;
    }
    if (is_native(bus)) {
        return native_state(pci_bridge_get_device(bus));
    }
    return is_acpi_idle(bus) ? FAILOVER_SLOT_FREE : FAILOVER_SLOT_BUSY;
}

/*
 * As the guest would: the host's own code lets the device go.  Returns what
 * Slot Control was before.
 */
static uint16_t power_off(PCIDevice *port)
{
    uint16_t control = annex_pcie_slot(port).control;

    annex_pcie_slot_write(port, PCI_EXP_SLTCTL, control | PCI_EXP_SLTCTL_PCC |
                          PCI_EXP_SLTCTL_PWR_IND_OFF);
    annex_pcie_slot_write(port, PCI_EXP_SLTSTA, PCI_EXP_SLTSTA_ABP);
    return control;
}

static void remove_by_host(DeviceState *dev)
{
    hotplug_handler_unplug(qdev_get_hotplug_handler(dev), dev, &error_abort);
    object_unparent(OBJECT(dev));
}

static void remove_by_port(PCIDevice *port, DeviceState *dev)
{
    if (annex_slot_present(annex_pcie_slot(port))) {
        /*
         * A guest that finds the slot without power does not look for what
         * has gone from it (Linux: "Already disabled").
         */
        annex_pcie_slot_write(port, PCI_EXP_SLTCTL, power_off(port));
    } else {
        /* The guest has let go of it after a request was taken back. */
        remove_by_host(dev);
    }
}

/*
 * A guest that is at the request that it has read ejects once, and would a
 * second time, with the next device in the slot, if it were told again.  Until
 * then its bit says that the slot is busy; the eject clears it.  A guest that
 * has not read the request is to, so that its driver lets go.
 */
static void remove_by_acpi(AcpiPciHpPciStatus *status, DeviceState *dev,
                           bool was_read)
{
    HotplugHandler *handler = qdev_get_hotplug_handler(dev);

    remove_by_host(dev);
    annex_host_acpi_pci_set_down(status, 0);
    if (!was_read) {
        acpi_send_event(DEVICE(handler), ACPI_PCI_HOTPLUG_STATUS);
    }
}

void failover_slot_remove(DeviceState *dev)
{
    PCIBus *bus = pci_get_bus(PCI_DEVICE(dev));
    PCIDevice *port = pci_bridge_get_device(bus);
    UnplugRecord *r = unplug_find(dev);
    bool was_read = r && r->seen;

    if (r) {
        /* It may be kept from an earlier request that was taken back. */
        unplug_pci_keep(r, false);
    }
    if (is_native(bus)) {
        remove_by_port(port, dev);
    } else {
        remove_by_acpi(acpi_status(bus), dev, was_read);
    }
}

void failover_slot_remove_at_reset(DeviceState *dev)
{
    PCIBus *bus = pci_get_bus(PCI_DEVICE(dev));
    PCIDevice *port = pci_bridge_get_device(bus);
    Error *err = NULL;

    /* For the record: this is no removal by the guest. */
    qdev_unplug(dev, &err);
    error_free(err);
    if (is_native(bus)) {
        power_off(port);
    } else {
        AcpiPciHpPciStatus *acpi = acpi_status(bus);

        remove_by_host(dev);
        annex_host_acpi_pci_clear_slot(acpi, 0);
    }
}
