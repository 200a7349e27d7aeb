/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the map at the start of a migration stream. */
#include "hw-models/slots-migration.h"
#include "annex-pci-slots-qapi-visit.h"
#include "common/host/migration-head.h"
#include "common/host/migration.h"
#include "hw-models/slots-ledger.h"
#include "hw-models/slots-map.h"
#include "hw-models/slots-pools.h"
#include "hw-models/slots-return-path.h"

/* So many differences are told, of a destination that is another VM's. */
#define TOLD_MAX 8

static PciSlotsMap *new_map(void)
{
    PciSlotsMap *map = g_new0(PciSlotsMap, 1);

    map->devices = slots_map_devices();
    ANNEX_SET_OPT_POINTER(map, ledger,
                          slots_options.migrate == SLOTS_MIGRATE_LEDGER
                          ? slots_ledger_export() : NULL);
    return map;
}

static char *to_text(PciSlotsMap *map)
{
    QObject *obj = NULL;
    Visitor *v = qobject_output_visitor_new(&obj);
    GString *text;

    visit_type_PciSlotsMap(v, NULL, &map, &error_abort);
    visit_complete(v, &obj);
    visit_free(v);
    text = qobject_to_json(obj);
    qobject_unref(obj);
    return g_string_free(text, false);
}

static PciSlotsMap *from_text(const char *text, Error **errp)
{
    QObject *obj = qobject_from_json(text, errp);
    PciSlotsMap *map = NULL;
    Visitor *v;

    if (!obj) {
        return NULL;
    }
    v = qobject_input_visitor_new(obj);
    visit_type_PciSlotsMap(v, NULL, &map, errp);
    visit_free(v);
    qobject_unref(obj);
    return map;
}

static bool agrees(const PciSlotsMap *map)
{
    g_autoptr(GPtrArray) all = slots_map_compare(map->devices);
    unsigned i;

    for (i = 0; i < all->len && i < TOLD_MAX; i++) {
        error_report("annex-pci-slots: migration refused: %s",
                     (char *)all->pdata[i]);
    }
    return !all->len;
}

static bool adopt(const PciSlotsMap *map, Error **errp)
{
    if (!map->ledger) {
        return true;
    }
    if (!slots_ledger_load(map->ledger, errp)) {
        return false;
    }
    slots_ledger_changed();
    return true;
}

/* Of what a stream has, nothing is believed. */
static bool load(const char *text)
{
    Error *err = NULL;
    PciSlotsMap *map = from_text(text, &err);
    bool ok = map && agrees(map) && adopt(map, &err);

    if (err) {
        error_reportf_err(err, "annex-pci-slots: migration refused: ");
    }
    qapi_free_PciSlotsMap(map);
    return ok;
}

static AnnexMigrationHead head = { .load = load };

/*
 * Ids have no bound.  A destination does with less than it could get: without
 * the ledger, or without a map, as from a source that does not have us.
 */
static char *to_text_that_fits(PciSlotsMap *map)
{
    char *text = to_text(map);

    if (!annex_host_head_fits(text) && map->ledger) {
        warn_report("annex-pci-slots: the ledger is too long for a migration "
                    "stream, which goes without it");
        qapi_free_PciSlotsLedger(map->ledger);
        ANNEX_SET_OPT_POINTER(map, ledger, NULL);
        g_free(text);
        text = to_text(map);
    }
    if (!annex_host_head_fits(text)) {
        warn_report("annex-pci-slots: the map is too long for a migration "
                    "stream: the destination will not check it");
        g_free(text);
        text = NULL;
    }
    return text;
}

static void on_migration(AnnexMigrationEvent event)
{
    PciSlotsMap *map;

    switch (event) {
    case ANNEX_MIGRATION_BEGINS:
        if (slots_options.migrate != SLOTS_MIGRATE_OFF) {
            map = new_map();
            annex_host_head_set(&head, to_text_that_fits(map));
            qapi_free_PciSlotsMap(map);
        }
        break;
    case ANNEX_MIGRATION_FAILED:
    case ANNEX_MIGRATION_DONE:
        annex_host_head_set(&head, NULL);
        slots_return_path_restore();
        break;
    }
}

bool slots_migration_start(AnnexHookSet *set, Error **errp)
{
    static AnnexMigrationObserver observer = { .fn = on_migration };

    if (!slots_return_path_start(set, errp)) {
        return false;
    }
    annex_host_migration_add_head("annex-pci-slots", &head);
    annex_host_migration_observe(&observer);
    return true;
}
