/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: next-fit among ports, in the order of their ids. */
#include "hw-models/slots-ports.h"
#include "common/claims.h"
#include "common/host/qapi.h"
#include "hw-models/slots-syntax.h"

/* The buses of all ports of @ports, in the order of ids. */
typedef struct Search {
    const SlotsPorts *ports;
    GPtrArray *buses;           /* of PCIBus */
} Search;

static bool is_port(const PCIBus *bus)
{
    return bus->parent_dev &&
           object_dynamic_cast(OBJECT(bus->parent_dev), TYPE_PCIE_SLOT);
}

static bool is_of(const SlotsPorts *ports, const PCIBus *bus)
{
    return is_port(bus) && bus->parent_dev->qdev.id &&
           g_pattern_match_simple(ports->glob, bus->parent_dev->qdev.id);
}

static int look_at(BusState *bus, void *opaque)
{
    Search *search = opaque;

    if (object_dynamic_cast(OBJECT(bus), TYPE_PCI_BUS) &&
        is_of(search->ports, PCI_BUS(bus))) {
        g_ptr_array_add(search->buses, bus);
    }
    return 0;
}

static int compare(gconstpointer left, gconstpointer right)
{
    const PCIBus *a = *(PCIBus *const *)left, *b = *(PCIBus *const *)right;

    return slots_syntax_compare(a->parent_dev->qdev.id,
                                b->parent_dev->qdev.id);
}

static GPtrArray *buses_of(const SlotsPorts *ports)
{
    Search search = { ports, g_ptr_array_new() };

    qbus_walk_children(sysbus_get_default(), NULL, look_at, NULL, NULL,
                       &search);
    g_ptr_array_sort(search.buses, compare);
    return search.buses;
}

/* For device @id, which may be NULL. */
static bool is_free(PCIBus *bus, const char *id)
{
    return !(slots_bus_busy(bus) & 1) &&
           !annex_claims_has_other(bus->qbus.name, id) &&
           (!phase_check(PHASE_MACHINE_READY) ||
            qbus_is_hotpluggable(BUS(bus)));
}

unsigned slots_ports_free(const SlotsPorts *ports)
{
    g_autoptr(GPtrArray) buses = buses_of(ports);
    unsigned i, n = 0;

    for (i = 0; i < buses->len; i++) {
        n += is_free(buses->pdata[i], NULL);
    }
    return n;
}

/* The one that @id has had, if it is free. */
static PCIBus *choose_old(const GPtrArray *buses, const char *id)
{
    const SlotsEntry *e = slots_alloc_find(slots_pools_alloc(), id);
    unsigned i;

    for (i = 0; e && i < buses->len; i++) {
        PCIBus *bus = buses->pdata[i];

        if (!strcmp(bus->qbus.name, e->bus)) {
            return is_free(bus, id) ? bus : NULL;
        }
    }
    return NULL;
}

static bool is_expected(const PCIBus *bus)
{
    return slots_alloc_expected(slots_pools_alloc(), bus->qbus.name) & 1;
}

static PCIBus *next_fit(const SlotsPorts *ports, const GPtrArray *buses,
                        const char *id, bool with_expected)
{
    unsigned first, i;

    for (first = 0; ports->last && first < buses->len; first++) {
        const PCIBus *bus = buses->pdata[first];

        if (slots_syntax_compare(bus->parent_dev->qdev.id,
                                 ports->last) > 0) {
            break;
        }
    }
    for (i = 0; i < buses->len; i++) {
        PCIBus *bus = buses->pdata[(first + i) % buses->len];

        if (is_free(bus, id) && (with_expected || !is_expected(bus))) {
            return bus;
        }
    }
    return NULL;
}

PCIBus *slots_ports_choose(ObjectClass *klass, const char *id, Error **errp)
{
    /* Ports and bridges are what the others are behind. */
    const SlotsPorts *ports =
        object_class_dynamic_cast(klass, TYPE_PCI_BRIDGE)
        ? NULL : slots_pools_ports_for(klass);
    g_autoptr(GPtrArray) buses = ports ? buses_of(ports) : NULL;
    PCIBus *bus = ports && id ? choose_old(buses, id) : NULL;

    if (!ports) {
        return NULL;
    }
    if (!bus) {
        bus = next_fit(ports, buses, id, false);
    }
    if (!bus) {
        bus = next_fit(ports, buses, id, true);
    }
    if (!bus) {
        error_setg(errp, "annex-pci-slots: pool '%s' has no free port (%u "
                   "ports with an id '%s')", ports->name, buses->len,
                   ports->glob);
    }
    return bus;
}

SlotsPorts *slots_ports_at(const PCIBus *bus)
{
    const GPtrArray *all = slots_pools_ports();
    unsigned i;

    for (i = 0; i < all->len; i++) {
        if (is_of(all->pdata[i], bus)) {
            return all->pdata[i];
        }
    }
    return NULL;
}

void slots_ports_placed(SlotsPorts *ports, const PCIBus *bus, bool given)
{
    const char *id = bus->parent_dev->qdev.id;

    if (!given || !ports->last || slots_syntax_compare(id, ports->last) > 0) {
        g_free(ports->last);
        ports->last = g_strdup(id);
    }
}
