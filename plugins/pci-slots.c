/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-pci-slots: pools of PCI slots, and a ledger of who is where. */
#include "common/module.h"
#include "hw-models/slots-add.h"
#include "hw-models/slots-commands.h"
#include "hw-models/slots-ledger.h"
#include "hw-models/slots-migration.h"
#include "hw-models/slots-place.h"
#include "hw-models/slots-pools.h"
#include "hw-models/slots-syntax.h"

/* In the order of the enumerations of slots-pools.h. */
static const char *const presets[] = { "none", "ganeti", NULL };
static const char *const given[] = { "allow", "refuse", NULL };
static const char *const migrate[] = { "off", "check", "ledger", NULL };

static const AnnexOption options[] = {
    { .name = "pool", .type = ANNEX_OPTION_LIST,
      .syntax = "NAME:BUS:FIRST-LAST:MATCH, with slots from 0 to 31",
      .check = slots_syntax_is_pool, .value = &slots_options.pools },
    { .name = "ports", .type = ANNEX_OPTION_LIST,
      .syntax = "NAME:ID-PATTERN:MATCH",
      .check = slots_syntax_is_ports, .value = &slots_options.ports },
    { .name = "preset", .type = ANNEX_OPTION_CHOICE, .def = "none",
      .choices = presets, .value = &slots_options.preset },
    { .name = "explicit", .type = ANNEX_OPTION_CHOICE, .def = "allow",
      .choices = given, .value = &slots_options.given },
    { .name = "migrate", .type = ANNEX_OPTION_CHOICE, .def = "check",
      .choices = migrate, .value = &slots_options.migrate },
    { .name = "ledger", .type = ANNEX_OPTION_TEXT,
      .value = &slots_options.ledger },
    { .name = "ledger-sync", .type = ANNEX_OPTION_BOOL, .def = "on",
      .value = &slots_options.flush },
    {}
};

static bool start(Error **errp)
{
    AnnexHookSet *set;

    if (!slots_pools_start(errp) || !slots_ledger_start(errp)) {
        return false;
    }
    set = annex_hooks_new("pci-slots");
    if (!slots_commands_start(set, errp) || !slots_add_start(set, errp) ||
        !slots_place_start(set, errp) ||
        !slots_migration_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    return true;
}

ANNEX_MODULE(.name = "pci-slots", .options = options, .start = start)
