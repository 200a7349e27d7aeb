/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the QEMU under test, the modules and the guest images. */
#include <stdio.h>
#include <string.h>
#include "failure.h"
#include "host.h"

static const char *need_env(const char *name)
{
    const char *value = g_getenv(name);

    if (!value || !*value) {
        test_fail("environment variable %s is not set", name);
    }
    return value;
}

const char *test_host_name(void)
{
    return need_env("ANNEX_HOST");
}

unsigned test_host_series(void)
{
    unsigned major, minor;

    if (sscanf(test_host_name(), "%u.%u", &major, &minor) != 2) {
        test_fail("ANNEX_HOST: '%s' is no version", test_host_name());
    }
    return major * 100 + minor;
}

const char *test_host_qemu(const char *arch)
{
    g_autofree char *upper = g_ascii_strup(arch, -1);
    g_autofree char *variable = g_strconcat("ANNEX_QEMU_", upper, NULL);
    g_autofree char *program = g_strconcat("qemu-system-", arch, NULL);
    g_autofree char *path = NULL;
    const char *value = g_getenv(variable);

    path = g_find_program_in_path(value && *value ? value : program);
    if (!path) {
        test_fail("no %s: set %s", program, variable);
    }
    return g_intern_string(path);
}

static char *plugin_path(const char *dir, const char *name)
{
    return g_strdup_printf("%s/annex-%s.so", dir, name);
}

static const char *find_plugin(const char *dir, const char *name)
{
    g_autofree char *path = plugin_path(dir, name);

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        test_fail("no module %s", path);
    }
    return g_intern_string(path);
}

const char *test_host_plugin(const char *name)
{
    return find_plugin(need_env("ANNEX_PLUGIN_DIR"), name);
}

const char *test_host_test_module(const char *name)
{
    g_autofree char *built = g_build_filename(need_env("ANNEX_PLUGIN_DIR"),
                                              "..", "tests", "modules", NULL);
    const char *dir = g_getenv("ANNEX_TEST_MODULE_DIR");

    return find_plugin(dir ? dir : built, name);
}

bool test_host_has_plugin(const char *name)
{
    const char *dir = g_getenv("ANNEX_PLUGIN_DIR");
    g_autofree char *path = dir ? plugin_path(dir, name) : NULL;

    return path && g_file_test(path, G_FILE_TEST_EXISTS);
}

static const char *guest_variable(const char *arch)
{
    return strcmp(arch, "ppc64") == 0 ? "ANNEX_GUEST_DIR_PPC64"
                                      : "ANNEX_GUEST_DIR";
}

const char *test_host_guest_dir(const char *arch)
{
    return need_env(guest_variable(arch));
}

bool test_host_has_guest(const char *arch)
{
    const char *value = g_getenv(guest_variable(arch));

    return value && *value;
}
