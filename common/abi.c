/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ABI gate: compares what was compiled in with what the host says. */
#include "common/abi.h"
#include "common/host/memory.h"
#include "common/host/pci.h"
#include "common/host/qom.h"
#include "common/host/symbols.h"
#include "common/version.h"
#include "qapi/qapi-commands-control.h"
#include "qapi/qapi-emit-events.h"

ANNEX_DEFINE_IMAGE();

/* What libannex itself looks into. */
ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_DEVICE, DeviceState),
    ANNEX_ABI(TYPE_MEMORY_REGION, MemoryRegion),
    ANNEX_ABI(TYPE_PCI_DEVICE, PCIDevice),
    ANNEX_ABI_CLASS(TYPE_HOTPLUG_HANDLER, HotplugHandlerClass),
    ANNEX_ABI_CLASS(TYPE_MACHINE, MachineClass),
};

/* What the version is asked with, and what errors are reported with. */
static const char *const version_symbols[] = {
    "qmp_query_version", "qapi_free_VersionInfo", "error_abort", NULL
};
static const char *const report_symbols[] = {
    "error_report", "warn_report", "info_report", NULL
};

const AnnexBuild *annex_abi_build(void)
{
    return annex_image.build;
}

char *annex_abi_host_version(const VersionInfo *host)
{
    return g_strdup_printf("%" PRId64 ".%" PRId64 ".%" PRId64,
                           host->qemu->major, host->qemu->minor,
                           host->qemu->micro);
}

static bool host_has_all(const char *const *names)
{
    while (*names && annex_host_has_symbol(*names)) {
        names++;
    }
    return !*names;
}

bool annex_abi_can_report(void)
{
    return host_has_all(report_symbols);
}

/* Somebody mixed the files of two builds. */
static bool check_build(const AnnexBuild *module, char **message)
{
    const AnnexBuild *own = annex_image.build;

    if (!memcmp(module, own, sizeof(*own))) {
        return true;
    }
    *message = g_strdup_printf("of version %s for QEMU %s (%s), but its "
                               "libannex.so is of version %s for QEMU %s (%s)",
                               module->annex_version, module->host_version,
                               module->host_package, own->annex_version,
                               own->host_version, own->host_package);
    return false;
}

static bool check_version(char **message)
{
    const AnnexBuild *own = annex_image.build;
    g_autoptr(VersionInfo) host = qmp_query_version(&error_abort);
    g_autofree char *found = annex_abi_host_version(host);

    if (!strcmp(found, own->host_version)) {
        return true;
    }
    *message = g_strdup_printf("built for QEMU %s (%s), but this is QEMU %s "
                               "(%s)", own->host_version, own->host_package,
                               found, host->package);
    return false;
}

/* Names that the host lacks are added to @missing; returns how many it has. */
static unsigned find_symbols(const AnnexImage *image, GPtrArray *missing)
{
    const char *name;
    unsigned found = 0;

    for (name = image->symbols; name < image->symbols_end;
         name += strlen(name) + 1) {
        if (annex_host_has_symbol(name)) {
            found++;
        } else if (!g_ptr_array_find_with_equal_func(missing, name,
                                                     g_str_equal, NULL)) {
            g_ptr_array_add(missing, (void *)name);
        }
    }
    return found;
}

static bool check_symbols(const AnnexImage *image, char **message)
{
    g_autoptr(GPtrArray) missing = g_ptr_array_new();
    g_autofree char *names = NULL;
    unsigned found;

    found = find_symbols(image, missing) + find_symbols(&annex_image, missing);
    if (!missing->len) {
        return true;
    }
    if (!found) {
        *message = g_strdup("this QEMU exports no function to modules: it was "
                            "built without --enable-modules");
        return false;
    }
    g_ptr_array_add(missing, NULL);
    names = g_strjoinv(", ", (char **)missing->pdata);
    *message = g_strdup_printf("this QEMU does not export what it was built "
                               "to use: %s", names);
    return false;
}

static bool check_size(const AnnexAbiType *type, const char *what,
                       size_t found, size_t expected, char **message)
{
    if (!expected || found == expected) {
        return true;
    }
    *message = g_strdup_printf("%s '%s' has %zu bytes in this QEMU, not the "
                               "%zu that it was built for", what, type->type,
                               found, expected);
    return false;
}

static bool check_sizes(const AnnexImage *image, char **message)
{
    const AnnexAbiType *type;

    if (!annex_host_types_are_known()) {
        *message = g_strdup("the types of this QEMU cannot be measured");
        return false;
    }
    for (type = image->types; type < image->types_end; type++) {
        const AnnexHostTypeImpl *found = annex_host_type(type->type);

        /* Another target's binary need not have every type. */
        if (found &&
            (!check_size(type, "type", found->instance_size,
                         type->instance_size, message) ||
             !check_size(type, "the class of type", found->class_size,
                         type->class_size, message))) {
            return false;
        }
    }
    return true;
}

/*
 * The values of QAPI enumerations move with the distribution's configure
 * options; the event list is the one that grows and shrinks most.
 */
static bool check_events(char **message)
{
    if (QAPIEvent_lookup.size == (int)annex_image.build->events) {
        return true;
    }
    *message = g_strdup_printf("this QEMU knows %d events, not the %" PRIu32
                               " that it was built for",
                               QAPIEvent_lookup.size,
                               annex_image.build->events);
    return false;
}

/* The same version in another package: worth a word, if all else agrees. */
static char *package_note(void)
{
    g_autoptr(VersionInfo) host = qmp_query_version(&error_abort);
    const AnnexBuild *own = annex_image.build;

    if (!strcmp(host->package, own->host_package)) {
        return NULL;
    }
    return g_strdup_printf("built for package '%s', running on '%s': version "
                           "and structures agree", own->host_package,
                           host->package);
}

bool annex_abi_check(const AnnexImage *image, char **message)
{
    *message = NULL;
    if (!check_build(image->build, message) ||
        (host_has_all(version_symbols) && !check_version(message)) ||
        !check_symbols(image, message) ||
        !check_sizes(&annex_image, message) ||
        !check_sizes(image, message) || !check_events(message)) {
        return false;
    }
    *message = package_note();
    return true;
}
