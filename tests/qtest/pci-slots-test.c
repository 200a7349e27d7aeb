/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: who gets which slot, however a device is asked for. */
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

static const char *try_to_add(TestVm *vm, const char *driver, const char *id)
{
    return qmp_error(vm->qmp, "device_add", "{'driver': %s, 'id': %s}",
                     driver, id);
}

/* By -device with keys and values, and in JSON, by QMP and by HMP. */
static void test_all_ways(void)
{
    TestVm *vm = slots_vm_new(POOLS, "-device " SLOTS_NIC ",id=n0 -device "
        "'{\"driver\": \"" SLOTS_NIC "\", \"id\": \"n1\"}' "
        "-device " SLOTS_DISK ",id=d0 -device virtio-rng-pci,id=r0 "
        "-device " SLOTS_DISK);

    g_assert_cmpuint(slots_vm_slot(vm, "n0"), ==, 8);
    g_assert_cmpuint(slots_vm_slot(vm, "n1"), ==, 9);
    g_assert_cmpuint(slots_vm_slot(vm, "d0"), ==, 16);
    g_assert_cmpuint(slots_vm_slot(vm, "r0"), ==, 2);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n2"), ==, 10);
    /* The one without an id has a slot too. */
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_DISK, "d1"), ==, 18);
    g_assert_cmpstr(qmp_hmp(vm->qmp, "device_add " SLOTS_NIC ",id=n3"), ==,
                    "");
    g_assert_cmpuint(slots_vm_slot(vm, "n3"), ==, 11);
    g_assert_cmpuint(slots_vm_add(vm, "virtio-rng-pci", "r1"), ==, 3);
    g_assert_cmpstr(json_object_get_string_member(slots_vm_entry(vm, "n2"),
                                                  "pool"), ==, "nics");
    g_assert_false(json_object_has_member(slots_vm_entry(vm, "r1"), "pool"));
    stop(vm);
}

/* What has no slot in the automatic range does not get one of a pool. */
static void test_automatic_range(void)
{
    TestVm *vm = slots_vm_new("pool=all:pci.0:4-31:" SLOTS_NIC, "");

    g_assert_cmpuint(slots_vm_add(vm, "virtio-rng-pci", "r0"), ==, 2);
    g_assert_cmpuint(slots_vm_add(vm, "virtio-rng-pci", "r1"), ==, 3);
    g_assert_nonnull(strstr(try_to_add(vm, "virtio-rng-pci", "r2"),
                            "no slot/function available"));
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n0"), ==, 4);
    stop(vm);
}

/* A hole waits until all slots were used; an id gets its own back. */
static void test_wraps(void)
{
    TestVm *vm = slots_vm_new("pool=n:pci.0:8-11:network", "");

    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "a"), ==, 8);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "b"), ==, 9);
    slots_vm_del(vm, "a");
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "c"), ==, 10);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "a"), ==, 8);
    slots_vm_del(vm, "a");
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "d"), ==, 11);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "e"), ==, 8);
    g_assert_null(slots_vm_entry(vm, "a"));
    stop(vm);
}

static void test_full(void)
{
    TestVm *vm = slots_vm_new("pool=n:pci.0:8-10:network", "");
    const char *error;

    slots_vm_add(vm, SLOTS_NIC, "a");
    qmp_expect_no_event(vm->qmp, "PCI_SLOT_POOL_LOW", 0, NULL);
    slots_vm_add(vm, SLOTS_NIC, "b");
    qmp_wait_event(vm->qmp, "PCI_SLOT_POOL_LOW", 0,
                   "{'pool': 'n', 'free': 1}");
    slots_vm_add(vm, SLOTS_NIC, "c");
    error = try_to_add(vm, SLOTS_NIC, "d");
    g_assert_cmpstr(error, ==, "annex-pci-slots: pool 'n' has no free slot "
                    "(slots 8 to 10 of bus 'pci.0')");
    g_assert_false(qmp_has_device(vm->qmp, "d"));
    g_assert_null(slots_vm_entry(vm, "d"));
    g_assert_cmpint(json_object_get_int_member(slots_vm_pool(vm, "n"),
                                               "free"), ==, 0);
    slots_vm_del(vm, "b");
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "d"), ==, 9);
    qmp_expect_no_event(vm->qmp, "PCI_SLOT_POOL_LOW", 0, NULL);
    stop(vm);
}

/* Until the guest has ejected it, a device has its slot. */
static void test_pending_unplug(void)
{
    TestVm *vm = slots_vm_new("pool=n:pci.0:8-9:network", "");

    slots_vm_add(vm, SLOTS_NIC, "a");
    qmp_ok(vm->qmp, "device_del", "{'id': 'a'}");
    g_assert_nonnull(strstr(try_to_add(vm, SLOTS_NIC, "a"), "Duplicate"));
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "b"), ==, 9);
    g_assert_nonnull(strstr(try_to_add(vm, SLOTS_NIC, "c"), "pool 'n'"));
    g_assert_true(json_object_get_boolean_member(slots_vm_entry(vm, "a"),
                                                 "live"));
    slots_vm_eject(vm, 8);
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': 'a'}");
    g_assert_false(json_object_get_boolean_member(slots_vm_entry(vm, "a"),
                                                  "live"));
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "c"), ==, 8);
    stop(vm);
}

static void test_explicit_allow(void)
{
    TestVm *vm = slots_vm_new(POOLS, "-device " SLOTS_NIC ",id=n0,addr=8 "
                              "-device " SLOTS_NIC ",id=n1,addr=9 "
                              "-device " SLOTS_DISK ",id=d0,addr=0xa");

    slots_vm_del(vm, "n1");
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n2"), ==, 11);
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'n3', 'addr': '9'}",
           SLOTS_NIC);
    g_assert_nonnull(strstr(
        qmp_error(vm->qmp, "device_add", "{'driver': %s, 'addr': '9'}",
                  SLOTS_NIC), "in use by"));
    g_assert_false(json_object_has_member(slots_vm_entry(vm, "n3"), "pool"));
    stop(vm);
}

static void test_explicit_refuse(void)
{
    TestVm *vm = slots_vm_new(POOLS ",explicit=refuse",
                              "-device virtio-rng-pci,id=r0,addr=5");
    const char *error;

    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n0"), ==, 8);
    error = qmp_error(vm->qmp, "device_add",
                      "{'driver': %s, 'id': 'n1', 'addr': '9'}", SLOTS_NIC);
    g_assert_cmpstr(error, ==, "annex-pci-slots: slot 9 of bus 'pci.0' is "
                    "pool 'nics''s to hand out: device 'n1' cannot have it "
                    "by 'addr'");
    /* Outside of the pools, and where the device has been, it can. */
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'n1', 'addr': '6'}",
           SLOTS_NIC);
    slots_vm_del(vm, "n0");
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'n0', 'addr': '8'}",
           SLOTS_NIC);
    stop(vm);
}

/* The functions of one device; a slot with any of them is no free slot. */
static void test_functions(void)
{
    TestVm *vm = slots_vm_new("pool=n:pci.0:8-10:network", "");

    slots_vm_add(vm, SLOTS_NIC, "a");
    slots_vm_add(vm, SLOTS_NIC, "b");
    slots_vm_add(vm, SLOTS_NIC, "c");
    slots_vm_del(vm, "a");
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'f1', 'addr': '8.1'}",
           SLOTS_NIC);
    g_assert_nonnull(strstr(try_to_add(vm, SLOTS_NIC, "d"), "pool 'n'"));
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'f0', 'addr': '8',"
           " 'multifunction': true}", SLOTS_NIC);
    g_assert_nonnull(strstr(try_to_add(vm, SLOTS_NIC, "d"), "pool 'n'"));
    slots_vm_check(vm);
    slots_vm_del(vm, "f0");
    g_assert_false(qmp_has_device(vm->qmp, "f1"));
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "d"), ==, 8);
    g_assert_null(slots_vm_entry(vm, "f1"));
    stop(vm);
}

/* A device that cannot be made leaves no trace. */
static void test_failed(void)
{
    TestVm *vm = slots_vm_new(POOLS, "");

    qmp_error(vm->qmp, "device_add", "{'driver': 'e1000', 'id': 'a',"
              " 'romfile': '/nonexistent'}");
    g_assert_null(slots_vm_entry(vm, "a"));
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "b"), ==, 8);
    stop(vm);
}

/* Stock takes slot 0, and says that there is no such slot. */
static void test_shpc(void)
{
    TestVm *vm = slots_vm_prepare("vm", "pool=n:br0:0-15:network",
        "-global PIIX4_PM.acpi-pci-hotplug-with-bridge-support=off "
        "-device pci-bridge,id=br0,chassis_nr=1,shpc=on");

    test_vm_start(vm);
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'n', 'bus': 'br0'}",
           SLOTS_NIC);
    g_assert_cmpuint(slots_vm_slot(vm, "n"), ==, 1);
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'd', 'bus': 'br0'}",
           SLOTS_DISK);
    g_assert_cmpuint(slots_vm_slot(vm, "d"), ==, 16);
    qmp_ok(vm->qmp, "device_add", "{'driver': 'virtio-rng-pci', 'id': 'r',"
           " 'bus': 'br0'}");
    g_assert_cmpuint(slots_vm_slot(vm, "r"), ==, 17);
    stop(vm);
}

/* The bus of a pool may come later, by hotplug. */
static void test_bridge(void)
{
    TestVm *vm = slots_vm_new("pool=n:br0:20-22:network",
                              "-device pci-bridge,id=br0,chassis_nr=1,"
                              "shpc=off");

    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'n0', 'bus': 'br0'}",
           SLOTS_NIC);
    g_assert_cmpuint(slots_vm_slot(vm, "n0"), ==, 20);
    g_assert_cmpstr(json_object_get_string_member(slots_vm_entry(vm, "n0"),
                                                  "bus"), ==, "br0");
    g_assert_cmpint(json_object_get_int_member(slots_vm_pool(vm, "n"),
                                               "free"), ==, 2);
    stop(vm);
}

/* A bridge that was plugged has SHPC, and its pool is there already. */
static void test_hot_bridge(void)
{
    TestVm *vm = slots_vm_new("pool=n:br1:0-2:network", "");

    g_assert_cmpint(json_object_get_int_member(slots_vm_pool(vm, "n"),
                                               "free"), ==, 0);
    qmp_ok(vm->qmp, "device_add", "{'driver': 'pci-bridge', 'id': 'br1',"
           " 'chassis_nr': 2, 'shpc': true}");
    g_assert_cmpint(json_object_get_int_member(slots_vm_pool(vm, "n"),
                                               "free"), ==, 2);
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': 'n0', 'bus': 'br1'}",
           SLOTS_NIC);
    g_assert_cmpuint(slots_vm_slot(vm, "n0"), ==, 1);
    slots_vm_del(vm, "br1");
    g_assert_false(json_object_get_boolean_member(slots_vm_entry(vm, "n0"),
                                                  "live"));
    stop(vm);
}

/* What nobody has asked to be placed is where stock has it. */
static void test_defaults(void)
{
    const char *args = "-vga std -nic user -usb "
        "-drive if=virtio,driver=null-co,read-zeroes=on "
        "-device virtio-rng-pci -device " SLOTS_NIC ",id=n0 "
        "-device virtio-balloon-pci,addr=0x1e";
    TestVm *stock = slots_vm_new(NULL, args);
    TestVm *none = slots_vm_new("", args);
    TestVm *other = slots_vm_new("pool=p:pci.0:20-30:sound", args);

    g_assert_cmpstr(qmp_hmp(none->qmp, "info pci"), ==,
                    qmp_hmp(stock->qmp, "info pci"));
    g_assert_cmpstr(qmp_hmp(other->qmp, "info pci"), ==,
                    qmp_hmp(stock->qmp, "info pci"));
    g_assert_cmpuint(slots_vm_add(none, SLOTS_NIC, "n1"), ==,
                     slots_vm_add(stock, SLOTS_NIC, "n1"));
    stop(none);
    stop(other);
    test_vm_quit(stock);
    test_vm_free(stock);
}

/* 10.0 mistakes what it has yet to choose for slot 31. */
static void test_last_slot(void)
{
    TestVm *vm = slots_vm_new("", "-device virtio-rng-pci,addr=0x1f");
    TestVm *stock = slots_vm_new(NULL, "-device virtio-rng-pci,addr=0x1f");

    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n"), ==, 2);
    if (test_host_series() == 1000) {
        g_assert_nonnull(strstr(try_to_add(stock, SLOTS_NIC, "n"),
                                "slot 31 function 0 already occupied"));
    } else {
        g_assert_cmpuint(slots_vm_add(stock, SLOTS_NIC, "n"), ==, 2);
    }
    stop(vm);
    test_vm_quit(stock);
    test_vm_free(stock);
}

static void test_board_in_pool(void)
{
    TestVm *vm = slots_vm_new("pool=all:pci.0:1-4:any", "-vga std -nic user");
    g_autofree char *text = test_vm_stderr(vm);

    g_assert_nonnull(strstr(text, "warning: annex-pci-slots: slot 2 of pool "
                            "'all' has a device of the machine: VGA"));
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n"), ==, 4);
    stop(vm);
}

/* A type of a module of the host, which comes with its first device. */
static void test_module(void)
{
    TestVm *vm = slots_vm_new("pool=d:pci.0:20-21:display",
                              "-device virtio-gpu-pci,id=g0");

    g_assert_cmpuint(slots_vm_slot(vm, "g0"), ==, 20);
    stop(vm);
}

static void test_pseries(void)
{
    TestVm *vm = test_vm_new_arch("vm", "ppc64");

    test_vm_args(vm, "-machine " TEST_PSERIES " -device " SLOTS_NIC ",id=a");
    test_vm_plugin(vm, "pci-slots", POOLS);
    test_vm_start(vm);
    g_assert_cmpuint(slots_vm_slot(vm, "a"), ==, 8);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_DISK, "b"), ==, 16);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "c"), ==, 9);
    stop(vm);
}

static char *map_of(TestVm *vm, unsigned n)
{
    JsonArray *all = json_object_get_array_member(
        qmp_ok(vm->qmp, "query-pci-slots", NULL), "entries");
    GString *map = g_string_new(NULL);
    unsigned slot, i;

    for (slot = 3; slot < n; slot++) {
        g_string_append_c(map, '_');
    }
    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *o = json_array_get_object_element(all, i);
        unsigned at = json_object_get_int_member(o, "slot");

        if (at >= 3 && at < n && json_object_get_boolean_member(o, "live")) {
            map->str[at - 3] = *json_object_get_string_member(o, "id");
        }
    }
    return g_string_free(map, FALSE);
}

/* Three slots of the machine's; then nothing that comes is before others. */
static void test_ganeti_story(void)
{
    TestVm *vm = slots_vm_new("pool=hot:pci.0:3-31:any", "");
    g_autofree char *map = NULL;

    slots_vm_add(vm, SLOTS_NIC, "N0");
    slots_vm_add(vm, SLOTS_DISK, "D0");
    slots_vm_add(vm, SLOTS_DISK, "D1");
    slots_vm_del(vm, "D0");
    slots_vm_add(vm, SLOTS_DISK, "d2");
    map = map_of(vm, 8);
    g_assert_cmpstr(map, ==, "N_Dd_");
    stop(vm);
}

static void test_ganeti_preset(void)
{
    TestVm *vm = slots_vm_new("preset=ganeti", "-vga std -nic user");

    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "n"), ==, 8);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_DISK, "d"), ==, 16);
    g_assert_cmpuint(slots_vm_add(vm, "virtio-balloon-pci", "b"), ==, 4);
    stop(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pci-slots/all-ways", test_all_ways);
    g_test_add_func("/pci-slots/automatic-range", test_automatic_range);
    g_test_add_func("/pci-slots/wraps", test_wraps);
    g_test_add_func("/pci-slots/full", test_full);
    g_test_add_func("/pci-slots/pending-unplug", test_pending_unplug);
    g_test_add_func("/pci-slots/explicit-allow", test_explicit_allow);
    g_test_add_func("/pci-slots/explicit-refuse", test_explicit_refuse);
    g_test_add_func("/pci-slots/functions", test_functions);
    g_test_add_func("/pci-slots/failed", test_failed);
    g_test_add_func("/pci-slots/bridge-shpc", test_shpc);
    g_test_add_func("/pci-slots/bridge", test_bridge);
    g_test_add_func("/pci-slots/hot-bridge", test_hot_bridge);
    g_test_add_func("/pci-slots/defaults", test_defaults);
    g_test_add_func("/pci-slots/last-slot", test_last_slot);
    g_test_add_func("/pci-slots/board-in-pool", test_board_in_pool);
    g_test_add_func("/pci-slots/module", test_module);
    g_test_add_func("/pci-slots/pseries", test_pseries);
    g_test_add_func("/pci-slots/ganeti-story", test_ganeti_story);
    g_test_add_func("/pci-slots/ganeti-preset", test_ganeti_preset);
    return g_test_run();
}
