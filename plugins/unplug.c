/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-unplug: supervised hot-unplug on PCI, ACPI CPU and ACPI memory. */
#include "common/module.h"
#include "hw-models/unplug-registry.h"
#include "hw-models/unplug-supervisor.h"
#include "hw-models/unplug-transports.h"

static int64_t timeout_ms;
static bool migrate;

static const AnnexOption options[] = {
    { .name = "timeout", .type = ANNEX_OPTION_SECONDS, .def = "15",
      .max = UNPLUG_TIMEOUT_MAX, .value = &timeout_ms },
    { .name = "migrate", .type = ANNEX_OPTION_BOOL, .def = "off",
      .value = &migrate },
    {}
};

static const UnplugTransportOps *const transports[] = {
    &unplug_pcie, &unplug_acpi_pci, &unplug_shpc, &unplug_acpi_cpu,
    &unplug_acpi_memory, &unplug_other, NULL
};

static bool start(Error **errp)
{
    if (!unplug_supervisor_start("unplug", errp)) {
        return false;
    }
    unplug_registry_add(transports, &timeout_ms);
    if (migrate) {
        unplug_vmstate_start();
    }
    return true;
}

ANNEX_MODULE(.name = "unplug", .options = options, .start = start)
