/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-check says of true and false modules what QEMU then does with them. */
#include <string.h>
#include <glib/gstdio.h>
#include "../qtest/gate-lies.h"
#include "check-run.h"
#include "failure.h"

static const char *const modules[] = {
    "failover", "papr-drc", "pci-slots", "postcopy", "unplug", "vhost-user"
};

/* QEMU, too, must refuse the module at @path, and in the same words. */
static void expect_agreed_refusal(const char *path)
{
    g_autoptr(JsonObject) verdict =
        check_verdict(test_host_qemu("x86_64"), path);
    TestVm *vm = gate_vm();

    g_assert_false(json_object_get_boolean_member(verdict, "loads"));
    gate_load(vm, path, NULL);
    gate_expect_refused(vm, json_object_get_string_member(verdict, "reason"));
    test_vm_free(vm);
}

static void true_module(gconstpointer data)
{
    const char *path = test_host_plugin(data);
    const char *arch = strcmp(data, "papr-drc") ? "x86_64" : "ppc64";
    g_autoptr(JsonObject) verdict =
        check_verdict(test_host_qemu(arch), path);
    TestVm *vm = test_vm_new_arch("check", arch);

    g_assert_true(json_object_get_boolean_member(verdict, "loads"));
    /* All types that the module names are in the file, and were compared. */
    g_assert_cmpint(json_object_get_int_member(verdict, "types-absent"), ==,
                    0);
    test_vm_args(vm, "-machine %s", strcmp(arch, "ppc64") ? "q35" : "pseries");
    gate_load(vm, path, NULL);
    test_vm_start(vm);
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void lie(gconstpointer data)
{
    const GateLie *gate_lie = data;
    TestVm *vm = gate_vm();
    const char *path;

    g_free(gate_tell(vm, gate_lie, &path));
    expect_agreed_refusal(path);
    test_vm_free(vm);
}

static void package(void)
{
    TestVm *vm = gate_vm();
    const char *path;
    g_autofree char *note = gate_tell(vm, &gate_lie_package, &path);

    check_expect_loads(test_host_qemu("x86_64"), path, note);
    gate_load(vm, path, NULL);
    gate_expect_runs(vm, "info: ", note, true);
    test_vm_free(vm);
}

static void no_libannex(void)
{
    TestVm *vm = gate_vm();
    const char *path;
    g_autofree char *libannex = g_build_filename(vm->dir, "libannex.so", NULL);
    g_autofree char *text = NULL;

    g_free(gate_tell(vm, &gate_lie_package, &path));
    g_remove(libannex);
    check_expect_refused(test_host_qemu("x86_64"), path,
                         "there is no libannex.so beside it");
    gate_load(vm, path, NULL);
    text = test_vm_start_expect_failure(vm);
    g_assert_nonnull(strstr(text, "libannex.so: cannot open shared object"));
    test_vm_free(vm);
}

/* ----------------------------------------------- QEMU without exports */

/* gate-test tells that QEMU itself refuses these with the same words. */
static void expect_refused_without(const char *const *names,
                                   const char *reason)
{
    char *folder = check_folder_new();
    g_autoptr(Falsified) qemu = falsify_load(test_host_qemu("x86_64"));
    g_autofree char *copy = NULL;

    falsify_hide_exports(qemu, names);
    copy = falsify_save(qemu, folder, "qemu-system-x86_64");
    check_expect_refused(copy, test_host_plugin("unplug"), reason);
    check_folder_remove(folder);
}

static void no_exports(void)
{
    static const char *const names[] = {
        "object_unref", "qmp_query_version", NULL
    };

    expect_refused_without(names, "this QEMU does not export what it was "
                           "built to use: object_unref, qmp_query_version");
    expect_refused_without(NULL, "this QEMU exports no function to modules: "
                           "it was built without --enable-modules");
}

/* ------------------------------------------------------ other modules */

static void other_hosts(void)
{
    g_auto(GStrv) dirs = g_strsplit(g_getenv("ANNEX_OTHER_PLUGIN_DIRS") ?: "",
                                    ":", 0);
    unsigned i;

    if (!dirs[0]) {
        g_test_skip("no modules for other hosts: ANNEX_OTHER_PLUGIN_DIRS "
                    "is not set");
    }
    for (i = 0; dirs[i]; i++) {
        g_autofree char *path = g_build_filename(dirs[i], "annex-unplug.so",
                                                 NULL);

        expect_agreed_refusal(path);
    }
}

/* ------------------------------------------------------- other binaries */

static const char *const others[] = {
    "qemu-system-ppc64", "qemu-system-ppc", "qemu-system-aarch64",
    "qemu-system-x86_64-microvm", "/usr/libexec/qemu-system-i386",
    "/usr/libexec/xen-qemu-system-i386",
};

/* So that the harness can start the one with @arch "check_0" and so on. */
static void set_others(void)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *name = g_strdup_printf("ANNEX_QEMU_CHECK_%u", i);

        g_setenv(name, others[i], true);
    }
}

/* Start the QEMU at @qemu; it does what annex-check says that it will. */
static void expect_agreement(const char *qemu, const char *arch)
{
    const char *module = test_host_plugin("unplug");
    g_autoptr(JsonObject) verdict = check_verdict(qemu, module);
    TestVm *vm = test_vm_new_arch("check", arch);

    test_vm_args(vm, "-machine none");
    gate_load(vm, module, NULL);
    if (json_object_get_boolean_member(verdict, "loads")) {
        g_test_message("%s: loads", qemu);
        test_vm_start(vm);
        test_vm_quit(vm);
    } else {
        g_test_message("%s: %s", qemu,
                       json_object_get_string_member(verdict, "reason"));
        g_free(test_vm_start_expect_failure(vm));
    }
    test_vm_free(vm);
}

static void other_binaries(void)
{
    unsigned i, found = 0;

    for (i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *qemu = g_find_program_in_path(others[i]);
        g_autofree char *arch = g_strdup_printf("check_%u", i);

        if (qemu) {
            expect_agreement(qemu, arch);
            found++;
        }
    }
    if (!found) {
        g_test_skip("no QEMU for other targets");
    }
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    check_init(argc, argv);
    set_others();
    for (i = 0; i < G_N_ELEMENTS(modules); i++) {
        g_autofree char *path = g_strdup_printf("/check/true/%s", modules[i]);

        g_test_add_data_func(path, modules[i], true_module);
    }
    for (i = 0; gate_lies[i].name; i++) {
        g_autofree char *path = g_strdup_printf("/check/false/%s",
                                                gate_lies[i].name);

        g_test_add_data_func(path, &gate_lies[i], lie);
    }
    g_test_add_func("/check/package", package);
    g_test_add_func("/check/no-libannex", no_libannex);
    g_test_add_func("/check/no-exports", no_exports);
    g_test_add_func("/check/other-hosts", other_hosts);
    g_test_add_func("/check/other-binaries", other_binaries);
    return g_test_run();
}
