/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI PCI hotplug (hw/acpi/pcihp.c, docs/specs/acpi_pci_hotplug). */
#include "common/region-tap.h"
#include "hw-models/unplug-acpi.h"
#include "hw-models/unplug-pci.h"
#include "hw-models/unplug-transports.h"

/*
 * The request is a bit for the slot in the DOWN register of its bus, and a
 * general-purpose event.  The guest's firmware code reads the register; the
 * driver, when it has let go, writes the bit to the EJECT register.  There
 * is no way to refuse.
 */
#define PCI_DOWN 4
#define PCI_EJECT 8

static AcpiPciHpState *controller(void)
{
    return unplug_acpi_block("acpi-pci-hotplug",
                             offsetof(AcpiPciHpState, io));
}

/* The number that the guest knows the device's bus by, or -1. */
static int bus_select(DeviceState *dev)
{
    PCIBus *bus = pci_get_bus(PCI_DEVICE(dev));
    Error *err = NULL;
    uint64_t bsel = object_property_get_uint(OBJECT(bus),
                                             ACPI_PCIHP_PROP_BSEL, &err);

    if (err) {
        error_free(err);
        return -1;
    }
    return bsel < ACPI_PCIHP_MAX_HOTPLUG_BUS ? (int)bsel : -1;
}

/*
 * Devices that were asked for, by bus, so that a read by the guest need not
 * go through all records.  Addresses, not to be looked into: a device may
 * have gone since, and its address be another's.
 */
static GHashTable *asked[ACPI_PCIHP_MAX_HOTPLUG_BUS];

static void remember(const UnplugRecord *r)
{
    if (r->t.bus >= 0) {
        if (!asked[r->t.bus]) {
            asked[r->t.bus] = g_hash_table_new(NULL, NULL);
        }
        g_hash_table_add(asked[r->t.bus], r->dev);
    }
}

typedef struct Read {
    int bus;
    uint32_t slots;
} Read;

/* Returns whether to forget @dev. */
static gboolean note_read(gpointer dev, gpointer value, gpointer opaque)
{
    const Read *read = opaque;
    UnplugRecord *r = unplug_find(dev);

    if (!r || r->transport != &unplug_acpi_pci || r->leaving ||
        r->t.bus != read->bus) {
        return true;
    }
    if (read->slots >> r->t.slot & 1) {
        unplug_seen(r);
    }
    return false;
}

static void after_read(const AnnexRegionTap *tap, void *state,
                       hwaddr addr, uint64_t value, unsigned size)
{
    AcpiPciHpState *s = state;
    Read read = { .bus = s->hotplug_select, .slots = value };

    /* The guest may select whatever it likes. */
    if (addr == PCI_DOWN && value &&
        s->hotplug_select < ARRAY_SIZE(asked) && asked[read.bus]) {
        g_hash_table_foreach_remove(asked[read.bus], note_read, &read);
    }
}

/* An eject that the host ignored leaves the device hidden. */
static void present_if_ejected(UnplugRecord *r, void *opaque)
{
    if (r->transport == &unplug_acpi_pci && !r->dev->pending_deleted_event) {
        unplug_pci_present_again(r);
    }
}

static void after_write(const AnnexRegionTap *tap, void *state,
                        hwaddr addr, uint64_t value, unsigned size)
{
    if (addr == PCI_EJECT) {
        unplug_pci_each_kept(present_if_ejected, NULL);
    }
}

static const AnnexRegionTap tap = {
    .after_read = after_read,
    .after_write = after_write,
};

static void attach(AnnexHookSet *hooks, UnplugRecord *r)
{
    AcpiPciHpState *s = controller();

    r->t.slot = PCI_SLOT(PCI_DEVICE(r->dev)->devfn);
    r->t.bus = bus_select(r->dev);
    remember(r);
    if (s) {
        annex_region_tap(hooks, &s->io, &tap);
    }
}

static bool claims(const UnplugTransportOps *ops, HotplugHandler *handler,
                   DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(handler), TYPE_ACPI_DEVICE_IF) &&
           object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE);
}

static bool listening(const UnplugRecord *r)
{
    return unplug_acpi_listening(UNPLUG_GPE_PCI);
}

static UnplugRetry retry(UnplugRecord *r, DeviceState *dev, Error **errp)
{
    if (r->t.presenting) {
        error_setg(errp, "device '%s' is being presented to the guest again",
                   r->path);
        return UNPLUG_RETRY_REFUSE;
    }
    if (r->cancel != UNPLUG_CANCEL_NONE) {
        unplug_pci_keep(r, false);
        return UNPLUG_RETRY_RESUME;
    }
    return r->seen ? unplug_acpi_refuse_repeat(r, errp) : UNPLUG_RETRY_ASK;
}

static UnplugCancelAction cancel(UnplugRecord *r, Error **errp)
{
    AcpiPciHpState *s = controller();

    if (!s || r->t.bus < 0) {
        error_setg(errp, "device '%s' is not in a slot with ACPI hotplug",
                   r->path);
        return UNPLUG_CANCEL_FAILED;
    }
    if (unplug_pci_slot_is_shared(r, errp)) {
        return UNPLUG_CANCEL_FAILED;
    }
    /* Or the next event of any slot would have the guest eject this one. */
    annex_host_acpi_pci_clear_down(s, r->t.bus, r->t.slot);
    if (!r->seen) {
        return UNPLUG_CANCEL_WITHDRAWN;
    }
    unplug_pci_keep(r, true);
    return UNPLUG_CANCEL_KEEP;
}

static void resume_cancel(UnplugRecord *r)
{
    unplug_pci_keep(r, true);
}

/* Whether the guest has read the bit is not in the registers: assume it. */
static bool in_flight(const UnplugTransportOps *ops, HotplugHandler *handler,
                      DeviceState *dev, bool *seen)
{
    AcpiPciHpState *s = controller();
    int bsel = bus_select(dev);
    PCIDevice *pci = PCI_DEVICE(dev);

    *seen = true;
    return s && bsel >= 0 && pci_get_function_0(pci) == pci &&
           (s->acpi_pcihp_pci_status[bsel].down >> PCI_SLOT(pci->devfn) & 1);
}

static void after_reset(UnplugRecord *r)
{
    unplug_pci_keep(r, false);
    r->t.presenting = false;
}

const UnplugTransportOps unplug_acpi_pci = {
    .id = UNPLUG_TRANSPORT_ACPI_PCI,
    .claims = claims,
    .attach = attach,
    .retry = retry,
    .listening = listening,
    .cancel = cancel,
    .resume_cancel = resume_cancel,
    .slot = unplug_pci_slot,
    .slot_mate = unplug_pci_slot_mate,
    .in_flight = in_flight,
    .after_reset = after_reset,
};
