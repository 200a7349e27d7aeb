/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ABI gate: compares what was compiled in with what the host says. */
#include "common/abi.h"
#include "common/host/memory.h"
#include "common/version.h"
#include "qapi/qapi-commands-control.h"
#include "qapi/qapi-emit-events.h"

/* What libannex itself looks into. */
static const AnnexAbiType own_types[] = {
    ANNEX_ABI(TYPE_DEVICE, DeviceState),
    ANNEX_ABI(TYPE_BUS, BusState),
    ANNEX_ABI(TYPE_MACHINE, MachineState),
    ANNEX_ABI(TYPE_MEMORY_REGION, MemoryRegion),
    {}
};

VersionInfo *annex_abi_host(void)
{
    return qmp_query_version(&error_abort);
}

static bool check_version(const VersionInfo *host, Error **errp)
{
    g_autofree char *found =
        g_strdup_printf("%" PRId64 ".%" PRId64 ".%" PRId64,
                        host->qemu->major, host->qemu->minor,
                        host->qemu->micro);

    if (strcmp(found, ANNEX_HOST_VERSION)) {
        error_setg(errp, "built for QEMU %s (%s), but this is QEMU %s (%s)",
                   ANNEX_HOST_VERSION, ANNEX_HOST_PACKAGE, found,
                   host->package);
        return false;
    }
    return true;
}

static bool check_sizes(const AnnexAbiType *types, Error **errp)
{
    for (; types && types->type; types++) {
        size_t size;

        /* Another target's binary need not have every type. */
        if (!object_class_by_name(types->type)) {
            continue;
        }
        size = object_type_get_instance_size(types->type);
        if (size != types->size) {
            error_setg(errp, "type '%s' has %zu bytes in this QEMU, not the "
                       "%zu that it was built for", types->type, size,
                       types->size);
            return false;
        }
    }
    return true;
}

/*
 * The values of QAPI enumerations move with the distribution's configure
 * options; the event list is the one that grows and shrinks most.
 */
static bool check_events(Error **errp)
{
    if (QAPIEvent_lookup.size != QAPI_EVENT__MAX) {
        error_setg(errp, "this QEMU knows %d events, not the %d that it was "
                   "built for", QAPIEvent_lookup.size, QAPI_EVENT__MAX);
        return false;
    }
    return true;
}

bool annex_abi_check(const AnnexAbiType *types, char **note, Error **errp)
{
    g_autoptr(VersionInfo) host = annex_abi_host();

    *note = NULL;
    if (!check_version(host, errp) || !check_sizes(own_types, errp) ||
        !check_sizes(types, errp) || !check_events(errp)) {
        return false;
    }
    if (strcmp(host->package, ANNEX_HOST_PACKAGE)) {
        *note = g_strdup_printf("built for package '%s', running on '%s': "
                                "version and structures agree",
                                ANNEX_HOST_PACKAGE, host->package);
    }
    return true;
}
