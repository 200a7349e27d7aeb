/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ABI gate: what does not fit is refused, or skipped, in one line. */
#include <string.h>
#include "failure.h"
#include "gate-lies.h"

static void refused(gconstpointer data)
{
    const GateLie *lie = data;
    TestVm *vm = gate_vm();
    const char *path;
    g_autofree char *message = gate_tell(vm, lie, &path);

    gate_load(vm, path, NULL);
    gate_expect_refused(vm, message);
    test_vm_free(vm);
}

static void skipped(gconstpointer data)
{
    const GateLie *lie = data;
    TestVm *vm = gate_vm();
    const char *path;
    g_autofree char *message = gate_tell(vm, lie, &path);
    g_autofree char *inert = g_strconcat("inert: ", message, NULL);

    gate_load(vm, path, "on-mismatch=skip");
    gate_expect_runs(vm, "warning: ", inert, false);
    test_vm_free(vm);
}

/* Another revision of the package: a word about it, and all works. */
static void package(void)
{
    TestVm *vm = gate_vm();
    const char *path;
    g_autofree char *message = gate_tell(vm, &gate_lie_package, &path);

    gate_load(vm, path, NULL);
    gate_expect_runs(vm, "info: ", message, true);
    test_vm_free(vm);
}

/* ------------------------------------------------- QEMU without exports */

#define NO_EXPORTS "this QEMU exports no function to modules: it was built " \
                   "without --enable-modules"

/* A true module, in a copy of QEMU that lacks @names, or everything. */
static void expect_refused_without(const char *const *names,
                                   const char *message)
{
    static const char variable[] = "ANNEX_QEMU_X86_64";
    g_autofree char *old = g_strdup(g_getenv(variable));
    g_autoptr(Falsified) qemu = falsify_load(test_host_qemu("x86_64"));
    g_autofree char *copy = NULL;
    TestVm *vm = gate_vm();

    falsify_hide_exports(qemu, names);
    copy = falsify_save(qemu, vm->dir, "qemu-system-x86_64");
    test_vm_plugin(vm, "unplug", NULL);
    g_setenv(variable, copy, true);
    gate_expect_refused(vm, message);
    if (old) {
        g_setenv(variable, old, true);
    } else {
        g_unsetenv(variable);
    }
    test_vm_free(vm);
}

/* Among them what the gate itself would ask for the version. */
static void no_symbols(void)
{
    static const char *const names[] = {
        "object_unref", "qmp_query_version", NULL
    };

    expect_refused_without(names, "this QEMU does not export what it was "
                           "built to use: object_unref, qmp_query_version");
}

static void no_exports(void)
{
    expect_refused_without(NULL, NO_EXPORTS);
}

/*
 * That copy gets no further where TCG is a module of QEMU's own, as in
 * Debian 12: it finds no function either.  So this is QEMU itself, which
 * loses its exports once TCG is there.
 */
static void no_exports_skipped(void)
{
    TestVm *vm = gate_vm();

    gate_load_test_module(vm, "no-exports", NULL);
    test_vm_plugin(vm, "unplug", "on-mismatch=skip");
    gate_expect_runs(vm, "warning: ", "inert: " NO_EXPORTS, false);
    test_vm_free(vm);
}

/* -------------------------------------------------- other hosts' modules */

static void other_host(void)
{
    const char *variable = g_getenv("ANNEX_OTHER_PLUGIN_DIRS");
    g_auto(GStrv) dirs = g_strsplit(variable ? variable : "", ":", 0);
    unsigned i;

    if (!dirs[0]) {
        g_test_skip("no modules for other hosts: ANNEX_OTHER_PLUGIN_DIRS "
                    "is not set");
    }
    for (i = 0; dirs[i]; i++) {
        TestVm *vm = gate_vm(), *vm2 = gate_vm();
        g_autofree char *path = g_build_filename(dirs[i], "annex-unplug.so",
                                                 NULL);
        g_autoptr(Falsified) module = falsify_load(path);
        g_autofree char *inert = g_strdup_printf(
            "inert: built for QEMU %s (%s), but this is QEMU %s",
            falsify_build(module)->host_version,
            falsify_build(module)->host_package, gate_host());

        gate_load(vm, path, NULL);
        gate_expect_refused(vm, inert + strlen("inert: "));
        test_vm_free(vm);
        gate_load(vm2, path, "on-mismatch=skip");
        gate_expect_runs(vm2, "warning: ", inert, false);
        test_vm_free(vm2);
    }
}

/* ------------------------------------------------------ what is changed */

/* Have annex-witness.so load the module at @path. */
static void load_watched(TestVm *vm, const char *path, const char *options)
{
    g_autofree char *value = g_strdup_printf("module=%s,%s", path, options);

    gate_load_test_module(vm, "witness", value);
}

/* The true module does change QEMU: the witness sees it in all it watches. */
static void witness(void)
{
    static const char *const changes[] = {
        " of variables changed, at", " qmp_commands+",
        " of classes changed, at", "::hotplug-handler+",
        " of commands changed, at", " query-qmp-schema+",
    };
    TestVm *vm = gate_vm();
    g_autofree char *text = NULL;
    unsigned i;

    load_watched(vm, test_host_plugin("unplug"), "timeout=3");
    text = test_vm_start_expect_failure(vm);
    for (i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (!strstr(text, changes[i])) {
            test_fail("expected '%s', got '%s'", changes[i], text);
        }
    }
    test_vm_free(vm);
}

static void expect_untouched(const GateLie *lie, const char *options,
                             int result)
{
    TestVm *vm = gate_vm();
    const char *path;
    g_autofree char *message = gate_tell(vm, lie, &path);
    g_autofree char *end = g_strdup_printf("witness: install returned %d, of ",
                                           result);
    g_autofree char *text = NULL;

    load_watched(vm, path, options);
    test_vm_start(vm);
    text = test_vm_stderr(vm);
    if (!strstr(text, message) || !strstr(text, end) ||
        !strstr(text, " bytes none has changed\n")) {
        test_fail("expected '%s' and '%s', got '%s'", message, end, text);
    }
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void untouched(gconstpointer lie)
{
    expect_untouched(lie, "on-mismatch=refuse", -1);
    expect_untouched(lie, "on-mismatch=skip", 0);
}

/* -------------------------------------------------------- other targets */

/* The types of x86's hotplug are not in this QEMU; all others fit. */
static void ppc64(void)
{
    const char *name = g_getenv("ANNEX_QEMU_PPC64");
    g_autofree char *found =
        g_find_program_in_path(name && *name ? name : "qemu-system-ppc64");
    TestVm *vm;
    JsonObject *annex, *module;

    if (!found) {
        g_test_skip("no qemu-system-ppc64");
        return;
    }
    vm = test_vm_new_arch("gate-ppc64", "ppc64");
    test_vm_args(vm, "-machine pseries -S -bios %s",
                 test_vm_disk(vm, "firmware", 1));
    test_vm_plugin(vm, "unplug", NULL);
    test_vm_start(vm);
    annex = qmp_ok(vm->qmp, "query-annex", QMP_ANY);
    module = json_array_get_object_element(
        json_object_get_array_member(annex, "modules"), 0);
    g_assert_cmpstr(json_object_get_string_member(module, "state"), ==,
                    "active");
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void add_lie(const GateLie *lie)
{
    g_autofree char *a = g_strdup_printf("/gate/%s", lie->name);
    g_autofree char *b = g_strdup_printf("/gate/%s-skipped", lie->name);
    g_autofree char *c = g_strdup_printf("/gate/untouched/%s", lie->name);

    g_test_add_data_func(a, lie, refused);
    g_test_add_data_func(b, lie, skipped);
    g_test_add_data_func(c, lie, untouched);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; gate_lies[i].name; i++) {
        add_lie(&gate_lies[i]);
    }
    g_test_add_func("/gate/package", package);
    g_test_add_func("/gate/no-symbols", no_symbols);
    g_test_add_func("/gate/no-exports", no_exports);
    g_test_add_func("/gate/no-exports-skipped", no_exports_skipped);
    g_test_add_func("/gate/other-host", other_host);
    g_test_add_func("/gate/untouched/witness", witness);
    g_test_add_func("/gate/ppc64", ppc64);
    return g_test_run();
}
