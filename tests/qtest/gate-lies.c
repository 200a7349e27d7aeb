/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules can say of their host that is not true, and the answers. */
#include <string.h>
#include "gate-lies.h"

static char *tell_version(Falsified *module, Falsified *libannex)
{
    AnnexBuild *a = falsify_build(module), *b = falsify_build(libannex);

    strcpy(a->host_version, "7.1.99");
    strcpy(b->host_version, a->host_version);
    return g_strdup_printf("built for QEMU 7.1.99 (%s), but this is QEMU %s",
                           a->host_package, gate_host());
}

/* The files of two builds in one folder. */
static char *tell_mixed(Falsified *module, Falsified *libannex)
{
    AnnexBuild *a = falsify_build(module), *b = falsify_build(libannex);

    strcpy(b->host_version, "7.1.99");
    return g_strdup_printf("of version %s for QEMU %s (%s), but its "
                           "libannex.so is of version %s for QEMU 7.1.99 (%s)",
                           a->annex_version, a->host_version, a->host_package,
                           b->annex_version, b->host_package);
}

static char *tell_instance_size(Falsified *module, Falsified *libannex)
{
    AnnexAbiType *type = falsify_type(module, "ICH9-LPC");
    unsigned true_size = type->instance_size;

    type->instance_size += 8;
    return g_strdup_printf("type 'ICH9-LPC' has %u bytes in this QEMU, not "
                           "the %u that it was built for", true_size,
                           type->instance_size);
}

static char *tell_class_size(Falsified *module, Falsified *libannex)
{
    AnnexAbiType *type = falsify_type(libannex, "hotplug-handler");
    unsigned true_size = type->class_size;

    type->class_size -= 8;
    return g_strdup_printf("the class of type 'hotplug-handler' has %u bytes "
                           "in this QEMU, not the %u that it was built for",
                           true_size, type->class_size);
}

static char *tell_events(Falsified *module, Falsified *libannex)
{
    AnnexBuild *a = falsify_build(module), *b = falsify_build(libannex);
    unsigned true_events = a->events;

    a->events++;
    b->events++;
    return g_strdup_printf("this QEMU knows %u events, not the %u that it was "
                           "built for", true_events, a->events);
}

/* The first symbol of @f that @other has too, or has not. */
static char *first_symbol(Falsified *f, Falsified *other, bool both)
{
    size_t size, i;
    char *names = falsify_symbols(f, &size);

    for (i = 0; i < size; i += strlen(names + i) + 1) {
        if (both == !!falsify_symbol(other, names + i)) {
            return names + i;
        }
    }
    g_assert_not_reached();
}

/* One that the module needs, one that libannex.so needs, one that both do. */
static char *tell_symbols(Falsified *module, Falsified *libannex)
{
    char *a = first_symbol(module, libannex, false);
    char *b = first_symbol(libannex, module, false);
    char *both = first_symbol(module, libannex, true);
    char *both_too = falsify_symbol(libannex, both);

    *a = *b = *both = *both_too = 'X';
    return g_strdup_printf("this QEMU does not export what it was built to "
                           "use: %s, %s, %s", MIN(a, both), MAX(a, both), b);
}

const GateLie gate_lies[] = {
    { "version", tell_version },
    { "mixed", tell_mixed },
    { "instance-size", tell_instance_size },
    { "class-size", tell_class_size },
    { "events", tell_events },
    { "symbols", tell_symbols },
    {}
};

static char *tell_package(Falsified *module, Falsified *libannex)
{
    strcpy(falsify_build(module)->host_package, "Elsewhere 1:1");
    strcpy(falsify_build(libannex)->host_package, "Elsewhere 1:1");
    return g_strdup_printf("built for package 'Elsewhere 1:1', running on "
                           "'%s': version and structures agree",
                           gate_host_package());
}

const GateLie gate_lie_package = { "package", tell_package };

char *gate_tell(TestVm *vm, const GateLie *lie, const char **path)
{
    const char *true_path = test_host_plugin("unplug");
    g_autofree char *dir = g_path_get_dirname(true_path);
    g_autofree char *beside = g_build_filename(dir, "libannex.so", NULL);
    g_autoptr(Falsified) module = falsify_load(true_path);
    g_autoptr(Falsified) libannex = falsify_load(beside);
    char *message = lie->tell(module, libannex);
    g_autofree char *saved = falsify_save(module, vm->dir, "annex-unplug.so");

    g_free(falsify_save(libannex, vm->dir, "libannex.so"));
    *path = g_intern_string(saved);
    return message;
}
