/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-failover: primaries hidden until the guest knows of the standby. */
#include "common/module.h"
#include "hw-models/failover-commands.h"
#include "hw-models/failover-hide.h"
#include "hw-models/failover-migration.h"
#include "hw-models/failover-primary.h"
#include "hw-models/failover-standby.h"
#include "hw-models/unplug-registry.h"
#include "hw-models/unplug-supervisor.h"
#include "hw-models/unplug-transports.h"

/* In the order of what FailoverPolicy has for them. */
static const char *const actions[] = { "abort", "remove", NULL };
static const char *const moments[] = { "negotiated", "slot-power", NULL };

static const AnnexOption options[] = {
    { .name = "hidden-until", .type = ANNEX_OPTION_CHOICE,
      .def = "negotiated", .choices = moments,
      .value = &failover_policy.at_slot_power },
    { .name = "unplug-timeout", .type = ANNEX_OPTION_SECONDS, .def = "10",
      .min = 1, .max = 3600, .value = &failover_policy.unplug_timeout_ms },
    { .name = "on-timeout", .type = ANNEX_OPTION_CHOICE, .def = "abort",
      .choices = actions, .value = &failover_policy.on_timeout },
    { .name = "retries", .type = ANNEX_OPTION_COUNT, .def = "forever",
      .max = 1000000, .value = &failover_policy.retries },
    { .name = "settle", .type = ANNEX_OPTION_SECONDS, .def = "2",
      .max = 60, .value = &failover_policy.settle_ms },
    {}
};

/* Of what a primary can be in: PCI Express slots. */
static const UnplugTransportOps *const transports[] = {
    &unplug_pcie, &unplug_acpi_pci, NULL
};

static bool start(Error **errp)
{
    AnnexHookSet *set;

    if (!unplug_supervisor_start("failover", errp)) {
        return false;
    }
    set = annex_hooks_new("failover");
    if (!failover_standby_start(set, errp) ||
        !failover_commands_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    unplug_registry_add(transports, NULL);
    failover_pair_start();
    failover_primary_start(set);
    failover_migration_start();
    failover_hide_start();
    return true;
}

ANNEX_MODULE(.name = "failover", .options = options, .start = start)
