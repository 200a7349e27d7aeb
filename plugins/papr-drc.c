/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-papr-drc: supervised hot-unplug on pseries, by PAPR connectors. */
#include "common/host/spapr.h"
#include "common/module.h"
#include "hw-models/papr-check.h"
#include "hw-models/papr-commands.h"
#include "hw-models/papr-methods.h"
#include "hw-models/papr-transport.h"
#include "hw-models/papr-vio.h"
#include "hw-models/unplug-registry.h"
#include "hw-models/unplug-supervisor.h"

static int64_t timeout_ms;
static bool migrate;
static int64_t vio_slots;

static const AnnexOption options[] = {
    { .name = "timeout", .type = ANNEX_OPTION_SECONDS, .def = "15",
      .max = UNPLUG_TIMEOUT_MAX, .value = &timeout_ms },
    { .name = "migrate", .type = ANNEX_OPTION_BOOL, .def = "off",
      .value = &migrate },
    { .name = "debug", .type = ANNEX_OPTION_BOOL, .def = "off",
      .value = &papr_check_enabled },
    { .name = "vio-slots", .type = ANNEX_OPTION_NUMBER, .def = "0",
      .max = PAPR_VIO_SLOTS_MAX, .value = &vio_slots },
    {}
};

static const UnplugTransportOps *const transports[] = {
    &papr_transport, NULL
};

static bool start(Error **errp)
{
    if (!unplug_supervisor_start("papr-drc", errp) ||
        !papr_methods_start(errp) || !papr_commands_start(errp) ||
        !papr_vio_start(vio_slots, errp)) {
        return false;
    }
    papr_transport_start();
    unplug_registry_add(transports, &timeout_ms);
    if (!strcmp(current_accel_name(), "tcg")) {
        warn_report("annex-papr-drc: " ANNEX_HOST_SPAPR_TCG_BUGS);
    }
    if (migrate) {
        unplug_vmstate_start();
    }
    return true;
}

ANNEX_MODULE(.name = "papr-drc", .options = options, .start = start)
