/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools beside the other modules, and what else is going on. */
#include <string.h>
#include "failure.h"
#include "slots-vm.h"

#define POOLS SLOTS_NICS "," SLOTS_DISKS

static void stop(TestVm *vm)
{
    slots_vm_check(vm);
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* All that there are for a target, first to last, or the other way round. */
static void load_all(TestVm *vm, const char *const *names, bool turned)
{
    unsigned i, n = g_strv_length((char **)names);

    for (i = 0; i < n; i++) {
        const char *name = names[turned ? n - 1 - i : i];

        test_vm_plugin(vm, name, strcmp(name, "pci-slots") ? NULL : POOLS);
    }
}

static void expect_modules(TestVm *vm, unsigned n)
{
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(
        qmp_ok(vm->qmp, "query-annex", QMP_ANY), "modules")), ==, n);
}

/* annex-unplug takes a request back: the device has its slot all the time. */
static void cancelled(TestVm *vm, const char *id)
{
    unsigned slot = slots_vm_slot(vm, id);

    qmp_ok(vm->qmp, "device_del", "{'id': %s}", id);
    qmp_ok(vm->qmp, "device-unplug-cancel", "{'id': %s}", id);
    g_assert_cmpuint(slots_vm_slot(vm, id), ==, slot);
    g_assert_true(json_object_get_boolean_member(slots_vm_entry(vm, id),
                                                 "live"));
}

static void all_modules(bool turned)
{
    static const char *const names[] = {
        "unplug", "failover", "vhost-user", "pci-slots", NULL
    };
    TestVm *vm = slots_vm_prepare("vm", NULL, "-device " SLOTS_NIC ",id=n0");

    load_all(vm, names, turned);
    test_vm_start(vm);
    expect_modules(vm, 4);
    g_assert_cmpuint(slots_vm_slot(vm, "n0"), ==, 8);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_DISK, "d0"), ==, 16);
    cancelled(vm, "d0");
    slots_vm_del(vm, "n0");
    g_assert_cmpstr(qmp_hmp(vm->qmp, "device_add " SLOTS_NIC ",id=n1"), ==,
                    "");
    g_assert_cmpuint(slots_vm_slot(vm, "n1"), ==, 9);
    stop(vm);
}

static void test_all_modules(void)
{
    all_modules(false);
    all_modules(true);
}

static void all_modules_of_pseries(bool turned)
{
    static const char *const names[] = {
        "unplug", "papr-drc", "failover", "vhost-user", "pci-slots", NULL
    };
    TestVm *vm = test_vm_new_arch("vm", "ppc64");

    test_vm_args(vm, "-machine " TEST_PSERIES " -device " SLOTS_NIC
                 ",id=n0");
    load_all(vm, names, turned);
    test_vm_start(vm);
    expect_modules(vm, 5);
    g_assert_cmpuint(slots_vm_slot(vm, "n0"), ==, 8);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_DISK, "d0"), ==, 16);
    stop(vm);
}

static void test_all_modules_of_pseries(void)
{
    all_modules_of_pseries(false);
    all_modules_of_pseries(true);
}

/* JSON takes any text for an id; the ledger has it as it is. */
static void test_odd_ids(void)
{
    static const char odd[] = "a\"b\\c\n\x7f\xc3\xa4/ ";
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *options = g_strdup_printf(POOLS ",ledger=%s/ledger",
                                               dir);
    unsigned i;

    for (i = 0; i < 2; i++) {
        TestVm *vm = slots_vm_prepare("vm", options, "");
        JsonObject *entry;

        test_vm_arg(vm, "-device", "{\"driver\": \"" SLOTS_NIC "\", \"id\":"
                    " \"a\\\"b\\\\c\\n\x7f\xc3\xa4/ \"}", NULL);
        test_vm_start(vm);
        entry = slots_vm_entry(vm, odd);
        g_assert_nonnull(entry);
        g_assert_cmpint(json_object_get_int_member(entry, "slot"), ==, 8);
        g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n"), ==, 9);
        /* Read again by the second one. */
        test_vm_kill(vm);
        test_vm_free(vm);
    }
    test_remove_folder(dir);
}

/* The host takes no device while it migrates: no trace of it is left. */
static void test_while_migrating(void)
{
    TestVm *vm = slots_vm_new(POOLS, "-m 64M");

    qmp_ok(vm->qmp, "migrate-set-parameters", "{'max-bandwidth': 4096}");
    qmp_ok(vm->qmp, "migrate", "{'uri': 'exec:cat >/dev/null'}");
    g_assert_nonnull(strstr(
        qmp_error(vm->qmp, "device_add", "{'driver': %s, 'id': 'n'}",
                  SLOTS_NIC), "not allowed while migrating"));
    g_assert_null(slots_vm_entry(vm, "n"));
    qmp_ok(vm->qmp, "migrate_cancel", NULL);
    while (strcmp(json_object_get_string_member(
               qmp_ok(vm->qmp, "query-migrate", NULL), "status"),
               "cancelled")) {
        g_usleep(10000);
    }
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "m"), ==, 8);
    stop(vm);
}

/* A snapshot is of one machine: it is loaded where its devices are. */
static void test_snapshot(void)
{
    TestVm *vm = slots_vm_new(POOLS, "-device " SLOTS_DISK ",id=d0");

    test_vm_snapshot_disk(vm);
    g_assert_cmpstr(qmp_hmp(vm->qmp, "savevm one"), ==, "");
    g_assert_cmpstr(qmp_hmp(vm->qmp, "loadvm one"), ==, "");
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_DISK, "d1"), ==, 17);
    stop(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pci-slots-together/all-modules", test_all_modules);
    g_test_add_func("/pci-slots-together/all-modules-of-pseries",
                    test_all_modules_of_pseries);
    g_test_add_func("/pci-slots-together/odd-ids", test_odd_ids);
    g_test_add_func("/pci-slots-together/while-migrating",
                    test_while_migrating);
    g_test_add_func("/pci-slots-together/snapshot", test_snapshot);
    return g_test_run();
}
