/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: what there is, and the ledger in and out. */
#include "hw-models/slots-commands.h"
#include "annex-pci-slots-qapi-commands.h"
#include "annex-pci-slots-qapi-init-commands.h"
#include "annex-pci-slots-qapi-introspect.h"
#include "common/qmp.h"
#include "hw-models/slots-ledger.h"
#include "hw-models/slots-ports.h"

static PciSlotPool *describe_pool(const SlotsPool *pool)
{
    PciSlotPool *info = g_new0(PciSlotPool, 1);
    const PCIBus *bus = slots_bus_find(pool->bus);

    info->name = g_strdup(pool->name);
    info->bus = g_strdup(pool->bus);
    info->first = pool->first;
    info->last = pool->last;
    info->match = g_strdup(slots_pools_match(pool));
    info->cursor = pool->cursor;
    info->free = bus ? slots_alloc_free_slots(pool, slots_bus_busy(bus)) : 0;
    return info;
}

static PciSlotPoolList *describe_pools(void)
{
    const GPtrArray *pools = slots_pools_alloc()->pools;
    PciSlotPoolList *list = NULL, **tail = &list;
    unsigned i;

    for (i = 0; i < pools->len; i++) {
        QAPI_LIST_APPEND(tail, describe_pool(pools->pdata[i]));
    }
    return list;
}

static PciPortPoolList *describe_port_pools(void)
{
    const GPtrArray *all = slots_pools_ports();
    PciPortPoolList *list = NULL, **tail = &list;
    unsigned i;

    for (i = 0; i < all->len; i++) {
        const SlotsPorts *ports = all->pdata[i];
        PciPortPool *info = g_new0(PciPortPool, 1);

        info->name = g_strdup(ports->name);
        info->ports = g_strdup(ports->glob);
        info->match = g_strdup(ports->match);
        ANNEX_SET_OPT_POINTER(info, port, g_strdup(ports->last));
        info->free = slots_ports_free(ports);
        QAPI_LIST_APPEND(tail, info);
    }
    return list;
}

PciSlotsInfo *qmp_query_pci_slots(Error **errp)
{
    PciSlotsInfo *info = g_new0(PciSlotsInfo, 1);

    info->pools = describe_pools();
    info->port_pools = describe_port_pools();
    info->entries = slots_ledger_entries();
    ANNEX_SET_OPT_POINTER(info, ledger, g_strdup(slots_options.ledger));
    ANNEX_SET_OPT_POINTER(info, ledger_error,
                          g_strdup(slots_ledger_error()));
    return info;
}

PciSlotsLedger *qmp_pci_slots_export(Error **errp)
{
    return slots_ledger_export();
}

void qmp_pci_slots_load(PciSlotsLedger *ledger, Error **errp)
{
    Error *err = NULL;

    if (slots_ledger_load(ledger, &err)) {
        slots_ledger_changed();
    } else {
        error_propagate_prepend(errp, err, "cannot load the ledger: ");
    }
}

bool slots_commands_start(AnnexHookSet *set, Error **errp)
{
    return annex_qmp_add(set, annex_pci_slots_qmp_init_marshal,
                         &annex_pci_slots_qmp_schema_qlit, errp);
}
