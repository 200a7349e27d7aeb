/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI slots: what PCI Express, ACPI and SHPC slots have in common. */
#include "hw-models/unplug-pci.h"
#include "common/host/qapi.h"
#include "common/host/run.h"

/* The guest is to have finished with the slot before it changes again. */
#define SETTLE_MS 300

/* Function 0 last: it is the one that makes the guest look at the slot. */
static void each_function(DeviceState *dev,
                          void (*fn)(PCIDevice *f, void *opaque),
                          void *opaque)
{
    PCIDevice *pci = PCI_DEVICE(dev);
    PCIBus *bus = pci_get_bus(pci);
    int i;

    for (i = PCI_FUNC_MAX - 1; i >= 0; i--) {
        PCIDevice *f = bus->devices[PCI_DEVFN(PCI_SLOT(pci->devfn), i)];

        if (f) {
            fn(f, opaque);
        }
    }
}

static void keep_function(PCIDevice *f, void *opaque)
{
    bool keep = *(bool *)opaque;
    DeviceState *dev = DEVICE(f);

    f->partially_hotplugged = keep;
    annex_host_set_pending_delete(dev, keep || unplug_find(dev));
}

/* Devices (not records, which may end) that were asked for and are kept. */
static GHashTable *kept;

void unplug_pci_keep(UnplugRecord *r, bool keep)
{
    if (!kept) {
        kept = g_hash_table_new(NULL, NULL);
    }
    if (keep) {
        g_hash_table_add(kept, r->dev);
    } else {
        g_hash_table_remove(kept, r->dev);
    }
    each_function(r->dev, keep_function, &keep);
}

void unplug_pci_each_kept(void (*fn)(UnplugRecord *r, void *opaque),
                          void *opaque)
{
    g_autoptr(GList) devices = kept ? g_hash_table_get_keys(kept) : NULL;
    GList *l;

    for (l = devices; l; l = l->next) {
        UnplugRecord *r = unplug_find(l->data);

        if (r) {
            fn(r, opaque);
        } else {
            g_hash_table_remove(kept, l->data);
        }
    }
}

/* As at a hot-plug: reset, visible, and announced by the slot's handler. */
static void present_function(PCIDevice *f, void *opaque)
{
    DeviceState *dev = DEVICE(f);
    bool hotplugged = dev->hotplugged;
    Error *err = NULL;

    f->partially_hotplugged = false;
    annex_host_set_pending_delete(dev, false);
    pci_device_reset(f);
    dev->hotplugged = true;
    hotplug_handler_plug(opaque, dev, &err);
    dev->hotplugged = hotplugged;
    if (err) {
        warn_reportf_err(err, "annex-unplug: '%s' is not back in its slot: ",
                         dev->canonical_path);
    }
}

typedef struct Presentation {
    DeviceState *dev;           /* we hold a reference */
    QEMUTimer *timer;
} Presentation;

static void present(void *opaque)
{
    Presentation *p = opaque;
    UnplugRecord *r = unplug_find(p->dev);

    /* A reset, or the end of the bus, may have come first. */
    if (r && !r->leaving && r->t.presenting) {
        g_hash_table_remove(kept, p->dev);
        each_function(p->dev, present_function, r->handler);
        unplug_cancelled(r, UNPLUG_OUTCOME_UNDONE);
    }
    timer_free(p->timer);
    object_unref(OBJECT(p->dev));
    g_free(p);
}

void unplug_pci_present_again(UnplugRecord *r)
{
    Presentation *p;

    if (r->t.presenting) {
        return;
    }
    r->t.presenting = true;
    p = g_new0(Presentation, 1);
    p->dev = r->dev;
    object_ref(OBJECT(p->dev));
    p->timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, present, p);
    timer_mod(p->timer, unplug_now_ms() + SETTLE_MS);
}
