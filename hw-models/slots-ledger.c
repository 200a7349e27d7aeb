/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the ledger goes out, and comes in when it makes sense. */
#include "hw-models/slots-ledger.h"
#include "hw-models/slots-pools.h"

static PciSlotEntry *describe(const SlotsEntry *e)
{
    PciSlotEntry *info = g_new0(PciSlotEntry, 1);

    info->id = g_strdup(e->id);
    info->bus = g_strdup(e->bus);
    info->slot = e->slot;
    info->function = e->function;
    ANNEX_SET_OPT_POINTER(info, pool, g_strdup(e->pool));
    info->live = e->live;
    return info;
}

PciSlotEntryList *slots_ledger_entries(void)
{
    g_autoptr(GPtrArray) sorted = slots_alloc_sorted(slots_pools_alloc());
    PciSlotEntryList *list = NULL, **tail = &list;
    unsigned i;

    for (i = 0; i < sorted->len; i++) {
        QAPI_LIST_APPEND(tail, describe(sorted->pdata[i]));
    }
    return list;
}

static PciSlotsCursorList *cursors(void)
{
    const GPtrArray *pools = slots_pools_alloc()->pools;
    const GPtrArray *port_pools = slots_pools_ports();
    PciSlotsCursorList *list = NULL, **tail = &list;
    PciSlotsCursor *info;
    unsigned i;

    for (i = 0; i < pools->len; i++) {
        const SlotsPool *pool = pools->pdata[i];

        info = g_new0(PciSlotsCursor, 1);
        info->name = g_strdup(pool->name);
        info->has_cursor = true;
        info->cursor = pool->cursor;
        QAPI_LIST_APPEND(tail, info);
    }
    for (i = 0; i < port_pools->len; i++) {
        const SlotsPorts *ports = port_pools->pdata[i];

        info = g_new0(PciSlotsCursor, 1);
        info->name = g_strdup(ports->name);
        ANNEX_SET_OPT_POINTER(info, port, g_strdup(ports->last));
        QAPI_LIST_APPEND(tail, info);
    }
    return list;
}

PciSlotsLedger *slots_ledger_export(void)
{
    PciSlotsLedger *ledger = g_new0(PciSlotsLedger, 1);

    ledger->format = g_strdup(SLOTS_LEDGER_FORMAT);
    ledger->version = SLOTS_LEDGER_VERSION;
    ledger->pools = cursors();
    ledger->entries = slots_ledger_entries();
    return ledger;
}

static bool check_format(const PciSlotsLedger *ledger, Error **errp)
{
    if (strcmp(ledger->format, SLOTS_LEDGER_FORMAT)) {
        error_setg(errp, "it is no ledger of annex-pci-slots, but '%s'",
                   ledger->format);
        return false;
    }
    if (ledger->version != SLOTS_LEDGER_VERSION) {
        error_setg(errp, "it has version %" PRId64 " of the format, and only "
                   "%d is known", ledger->version,
                   SLOTS_LEDGER_VERSION);
        return false;
    }
    return true;
}

/* Whether @e can be where it says, as far as devices that are there go. */
static bool check_entry(const PciSlotEntry *e, Error **errp)
{
    const SlotsAlloc *s = slots_pools_alloc();
    const SlotsEntry *mine = slots_alloc_find(s, e->id);
    const SlotsEntry *other = slots_alloc_find_at(s, e->bus, e->slot,
                                                  e->function);

    if (!*e->id || !*e->bus || e->slot >= SLOTS_PER_BUS ||
        e->function >= SLOTS_FUNCTIONS) {
        error_setg(errp, "device '%s' is nowhere: slot %u.%u of bus '%s'",
                   e->id, e->slot, e->function, e->bus);
        return false;
    }
    if (mine && mine->live && mine != other) {
        error_setg(errp, "device '%s' is in slot %u of bus '%s', and not in "
                   "slot %u of bus '%s'", e->id, mine->slot, mine->bus,
                   e->slot, e->bus);
        return false;
    }
    if (other && other->live && mine != other) {
        error_setg(errp, "device '%s' is in slot %u of bus '%s', which it "
                   "has for '%s'", other->id, e->slot, e->bus, e->id);
        return false;
    }
    return true;
}

/* The entries alone, to see whether they agree with each other. */
static SlotsAlloc *remember(const PciSlotsLedger *ledger, Error **errp)
{
    SlotsAlloc *s = slots_alloc_new();
    const PciSlotEntryList *l;

    for (l = ledger->entries; l; l = l->next) {
        const PciSlotEntry *e = l->value;

        if (!check_entry(e, errp)) {
            slots_alloc_free(s);
            return NULL;
        }
        if (!slots_alloc_remember(s, e->id, e->bus, e->slot, e->function,
                                  e->pool, e->live)) {
            error_setg(errp, "it has device '%s', or its place, twice",
                       e->id);
            slots_alloc_free(s);
            return NULL;
        }
    }
    return s;
}

/* A pool that has other slots now begins anew; one that is gone is gone. */
static void set_cursor(const PciSlotsCursor *c)
{
    SlotsPool *pool = slots_alloc_pool(slots_pools_alloc(), c->name);
    SlotsPorts *ports = slots_pools_ports_named(c->name);

    if (pool && c->has_cursor && c->cursor >= pool->first &&
        c->cursor <= pool->last) {
        pool->cursor = c->cursor;
    }
    if (ports) {
        g_free(ports->last);
        ports->last = g_strdup(c->port);
    }
}

bool slots_ledger_load(const PciSlotsLedger *ledger, Error **errp)
{
    const PciSlotsCursorList *l;
    SlotsAlloc *s = check_format(ledger, errp) ? remember(ledger, errp)
                                               : NULL;

    if (!s) {
        return false;
    }
    slots_alloc_adopt(slots_pools_alloc(), s);
    for (l = ledger->pools; l; l = l->next) {
        set_cursor(l->value);
    }
    return true;
}
