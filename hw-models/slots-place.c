/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: what the host would choose by itself, the pools choose. */
#include "hw-models/slots-place.h"
#include "common/claims.h"
#include "common/host/qapi.h"
#include "hw-models/slots-add.h"
#include "hw-models/slots-ledger.h"
#include "hw-models/slots-ports.h"
#include "hw-models/slots-report.h"

/* How a device is to be placed. */
typedef struct Placement {
    PCIDevice *pci;
    PCIBus *bus;
    const char *bus_name;
    SlotsPool *pool;            /* that it is placed in, or NULL */
    SlotsPorts *ports;          /* that its port is in, or NULL */
    bool port_chosen;           /* by us, and not by the user */
    bool moved;                 /* to that port, from the host's choice */
    int slot;                   /* that was chosen, or -1 */
} Placement;

bool slots_place_is_users(DeviceState *dev)
{
    Object *parent = OBJECT(dev)->parent;

    return parent == object_resolve_path("/machine/peripheral", NULL) ||
           parent == object_resolve_path("/machine/peripheral-anon", NULL);
}

static bool full(const Placement *p, Error **errp)
{
    error_setg(errp, "annex-pci-slots: pool '%s' has no free slot (slots %u "
               "to %u of bus '%s')", p->pool->name, p->pool->first,
               p->pool->last, p->bus_name);
    return false;
}

/* The slots that the host may not choose for a device without a pool. */
static uint32_t kept_from_host(const Placement *p)
{
    const SlotsAlloc *s = slots_pools_alloc();
    uint32_t busy = slots_bus_busy(p->bus);
    uint32_t kept = slots_alloc_mask(s, p->bus_name) |
                    slots_bus_unusable(p->bus);
    uint32_t expected = slots_alloc_expected(s, p->bus_name);

    return busy == UINT32_MAX || ~(busy | kept | expected) ? kept | expected
                                                           : kept;
}

/*
 * What the host would choose.  10.0 cannot, for a device that is plugged, when
 * there is one in slot 31 (hw/pci/pci.c, do_pci_register_device()).
 */
static int first_free(const Placement *p)
{
    uint32_t kept = p->bus->slot_reserved_mask | kept_from_host(p);
    unsigned devfn;

    for (devfn = p->bus->devfn_min; devfn < ARRAY_SIZE(p->bus->devices);
         devfn += SLOTS_FUNCTIONS) {
        if (!p->bus->devices[devfn] && !(kept & (1u << PCI_SLOT(devfn)))) {
            return PCI_SLOT(devfn);
        }
    }
    return -1;
}

/*
 * On the command line: a bus of ours instead of the one that the host found
 * first.
 */
static bool choose_port(Placement *p, Error **errp)
{
    DeviceState *dev = DEVICE(p->pci);
    Error *err = NULL;
    PCIBus *bus;

    if (phase_check(PHASE_MACHINE_READY) || !slots_add_is_anywhere()) {
        return true;
    }
    bus = slots_ports_choose(object_get_class(OBJECT(dev)), dev->id, &err);
    if (bus && slots_add_move(dev, bus, &err)) {
        p->bus = bus;
        p->bus_name = bus->qbus.name;
        p->moved = true;
    }
    error_propagate(errp, err);
    return !err;
}

static bool choose_slot(Placement *p, Error **errp)
{
    DeviceState *dev = DEVICE(p->pci);
    const SlotsAlloc *s = slots_pools_alloc();
    uint32_t busy = slots_bus_busy(p->bus);

    p->pool = slots_pools_for(p->bus_name, object_get_class(OBJECT(dev)));
    if (p->pool) {
        p->slot = slots_alloc_choose(s, p->pool, dev->id, busy);
        if (p->slot < 0) {
            return full(p, errp);
        }
    } else if (dev->id) {
        p->slot = slots_alloc_choose_old(s, p->bus_name, dev->id, busy);
    }
    if (p->slot < 0) {
        p->slot = first_free(p);
    }
    if (p->slot >= 0) {
        p->pci->devfn = PCI_DEVFN(p->slot, 0);
    }
    return true;
}

static bool is_old_place(const Placement *p, unsigned slot)
{
    const char *id = DEVICE(p->pci)->id;
    const SlotsEntry *e = id ? slots_alloc_find(slots_pools_alloc(), id)
                             : NULL;

    return e && e->slot == slot && !strcmp(e->bus, p->bus_name);
}

/* An address that the user gave: whether it may be that one. */
static bool check_given(const Placement *p, Error **errp)
{
    unsigned slot = p->pci->devfn < 0 ? 0 : PCI_SLOT(p->pci->devfn);
    const SlotsPool *pool = slots_alloc_pool_at(slots_pools_alloc(),
                                                p->bus_name, slot);

    if (slots_options.given == SLOTS_EXPLICIT_ALLOW ||
        is_old_place(p, slot) ||
        annex_claims_has(p->bus_name, DEVICE(p->pci)->id)) {
        return true;
    }
    if (p->ports && !p->port_chosen) {
        error_setg(errp, "annex-pci-slots: port '%s' is pool '%s''s to hand "
                   "out: device '%s' cannot have it by 'bus'", p->bus_name,
                   p->ports->name, DEVICE(p->pci)->id ?: p->pci->name);
        return false;
    }
    if (pool && p->pci->devfn >= 0) {
        error_setg(errp, "annex-pci-slots: slot %u of bus '%s' is pool "
                   "'%s''s to hand out: device '%s' cannot have it by "
                   "'addr'", slot, p->bus_name, pool->name,
                   DEVICE(p->pci)->id ?: p->pci->name);
        return false;
    }
    return true;
}

static bool choose(Placement *p, Error **errp)
{
    if (!choose_port(p, errp)) {
        return false;
    }
    p->ports = slots_ports_at(p->bus);
    p->port_chosen = p->ports && slots_add_has_chosen(p->bus);
    return check_given(p, errp) &&
           (p->pci->devfn >= 0 || choose_slot(p, errp));
}

/* The pool that has chosen the place, or NULL. */
static const char *chosen_by(const Placement *p)
{
    if (p->port_chosen) {
        return p->ports->name;
    }
    return p->pool ? p->pool->name : NULL;
}

static void report(const Placement *p, unsigned slot)
{
    const SlotsPool *pool = slots_alloc_pool_at(slots_pools_alloc(),
                                                p->bus_name, slot);

    if (pool) {
        slots_report_placed(pool->name,
                            slots_alloc_free_slots(pool,
                                                   slots_bus_busy(p->bus)));
    } else if (p->ports) {
        slots_report_placed(p->ports->name, slots_ports_free(p->ports));
    }
}

static void note(const Placement *p)
{
    DeviceState *dev = DEVICE(p->pci);
    unsigned slot = PCI_SLOT(p->pci->devfn);
    bool comes_back = is_old_place(p, slot);

    slots_alloc_placed(slots_pools_alloc(), dev->id, p->bus_name, slot,
                       PCI_FUNC(p->pci->devfn), chosen_by(p));
    if (p->ports && !comes_back) {
        slots_ports_placed(p->ports, p->bus, !p->port_chosen);
    }
    report(p, slot);
    slots_ledger_changed();
}

/* The host's own method, with slots of pools kept from its choice. */
static bool realize(const Placement *p, Error **errp)
{
    DeviceState *dev = DEVICE(p->pci);
    DeviceClass *klass = DEVICE_GET_CLASS(dev);
    uint32_t mask = p->bus->slot_reserved_mask;
    bool hosts = p->pci->devfn < 0;
    Error *err = NULL;

    if (hosts) {
        p->bus->slot_reserved_mask |= kept_from_host(p);
    }
    ANNEX_NEXT(klass, realize)(dev, &err);
    if (hosts) {
        p->bus->slot_reserved_mask = mask;
    }
    if (!err && p->moved && !slots_add_moved(dev, &err)) {
        klass->unrealize(dev);
    }
    if (err && p->slot >= 0) {
        p->pci->devfn = -1;
    }
    error_propagate(errp, err);
    return !err;
}

/* Warns where the machine has put a device into a pool. */
static void realize_boards(Placement *p, Error **errp)
{
    DeviceClass *klass = DEVICE_GET_CLASS(p->pci);
    const SlotsPool *pool;
    Error *err = NULL;

    ANNEX_NEXT(klass, realize)(DEVICE(p->pci), &err);
    pool = err ? NULL : slots_alloc_pool_at(slots_pools_alloc(), p->bus_name,
                                            PCI_SLOT(p->pci->devfn));
    if (pool) {
        warn_report("annex-pci-slots: slot %u of pool '%s' has a device of "
                    "the machine: %s", PCI_SLOT(p->pci->devfn), pool->name,
                    p->pci->name);
    }
    error_propagate(errp, err);
}

/* In the main thread, or the vCPU's for a virtual function; with the BQL. */
static void on_realize(DeviceState *dev, Error **errp)
{
    DeviceClass *klass = DEVICE_GET_CLASS(dev);
    Placement p = {
        .pci = PCI_DEVICE(dev), .bus = pci_get_bus(PCI_DEVICE(dev)),
        .slot = -1,
    };

    p.bus_name = p.bus->qbus.name;
    if (pci_is_vf(p.pci)) {
        ANNEX_NEXT(klass, realize)(dev, errp);
    } else if (!phase_check(PHASE_MACHINE_INITIALIZED)) {
        realize_boards(&p, errp);
    } else if (!slots_place_is_users(dev)) {
        realize(&p, errp);
    } else if (choose(&p, errp) && realize(&p, errp)) {
        note(&p);
    }
}

/* The same.  Also when the host gives up on a device after its realize. */
static void on_unrealize(DeviceState *dev)
{
    DeviceClass *klass = DEVICE_GET_CLASS(dev);
    PCIDevice *pci = PCI_DEVICE(dev);
    const SlotsEntry *e = dev->id
                          ? slots_alloc_find(slots_pools_alloc(), dev->id)
                          : NULL;
    bool known = e && e->live && e->slot == PCI_SLOT(pci->devfn) &&
                 e->function == PCI_FUNC(pci->devfn) &&
                 !strcmp(e->bus, pci_get_bus(pci)->qbus.name);

    ANNEX_NEXT(klass, unrealize)(dev);
    if (known) {
        slots_alloc_gone(slots_pools_alloc(), dev->id);
        slots_ledger_changed();
    }
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_PCI_DEVICE, DeviceClass, realize, on_realize),
    ANNEX_METHOD(TYPE_PCI_DEVICE, DeviceClass, unrealize, on_unrealize),
    {}
};

bool slots_place_start(AnnexHookSet *set, Error **errp)
{
    return annex_hooks_add_methods(set, methods, errp);
}
