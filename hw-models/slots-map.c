/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: compares where devices are with where they were. */
#include "hw-models/slots-map.h"
#include "common/host/pci.h"
#include "hw-models/slots-place.h"

static PciSlotsDevice *describe(DeviceState *dev)
{
    PCIDevice *pci = PCI_DEVICE(dev);
    PciSlotsDevice *d = g_new0(PciSlotsDevice, 1);

    ANNEX_SET_OPT_POINTER(d, id, g_strdup(dev->id));
    d->type = g_strdup(object_get_typename(OBJECT(dev)));
    d->path = qdev_get_dev_path(dev);
    d->bus = g_strdup(pci_get_bus(pci)->qbus.name);
    d->slot = PCI_SLOT(pci->devfn);
    d->function = PCI_FUNC(pci->devfn);
    return d;
}

static int look_at(DeviceState *dev, void *opaque)
{
    PciSlotsDeviceList ***tail = opaque;

    if (object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE) &&
        slots_place_is_users(dev) && !dev->allow_unplug_during_migration) {
        QAPI_LIST_APPEND(*tail, describe(dev));
    }
    return 0;
}

PciSlotsDeviceList *slots_map_devices(void)
{
    PciSlotsDeviceList *list = NULL, **tail = &list;

    qbus_walk_children(sysbus_get_default(), look_at, NULL, NULL, NULL,
                       &tail);
    return list;
}

/* Those without an id are the same if they are the same in the same place. */
static bool is_same(const PciSlotsDevice *a, const PciSlotsDevice *b)
{
    if (a->id || b->id) {
        return !g_strcmp0(a->id, b->id);
    }
    return !strcmp(a->type, b->type) && !strcmp(a->path, b->path);
}

static const PciSlotsDevice *find(const PciSlotsDeviceList *list,
                                  const PciSlotsDevice *d)
{
    for (; list; list = list->next) {
        if (is_same(list->value, d)) {
            return list->value;
        }
    }
    return NULL;
}

static char *name_of(const PciSlotsDevice *d)
{
    return d->id ? g_strdup_printf("device '%s'", d->id)
                 : g_strdup_printf("a device '%s' without an id", d->type);
}

static char *place_of(const PciSlotsDevice *d)
{
    return d->function
           ? g_strdup_printf("slot %u, function %u, of bus '%s'", d->slot,
                             d->function, d->bus)
           : g_strdup_printf("slot %u of bus '%s'", d->slot, d->bus);
}

/* How their @d is not what is here, or NULL. */
static char *difference(const PciSlotsDevice *d,
                        const PciSlotsDeviceList *ours)
{
    const PciSlotsDevice *mine = find(ours, d);
    g_autofree char *name = name_of(d);
    g_autofree char *there = place_of(d);
    g_autofree char *here = mine ? place_of(mine) : NULL;

    if (!mine) {
        return g_strdup_printf("%s, in %s at the source, is not here", name,
                               there);
    }
    if (strcmp(mine->path, d->path)) {
        return g_strdup_printf("%s is in %s here, and in %s at the source",
                               name, here, there);
    }
    if (strcmp(mine->type, d->type)) {
        return g_strdup_printf("%s is a '%s' here, and a '%s' at the source",
                               name, mine->type, d->type);
    }
    return NULL;
}

GPtrArray *slots_map_compare(PciSlotsDeviceList *theirs)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    PciSlotsDeviceList *ours = slots_map_devices();
    const PciSlotsDeviceList *l;

    for (l = theirs; l; l = l->next) {
        char *text = difference(l->value, ours);

        if (text) {
            g_ptr_array_add(all, text);
        }
    }
    for (l = ours; l; l = l->next) {
        if (!find(theirs, l->value)) {
            g_autofree char *name = name_of(l->value);
            g_autofree char *here = place_of(l->value);

            g_ptr_array_add(all, g_strdup_printf(
                "%s, in %s here, is not at the source", name, here));
        }
    }
    qapi_free_PciSlotsDeviceList(ours);
    return all;
}
