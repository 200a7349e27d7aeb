/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: PCI Express ports, with one slot each. */
#include <string.h>
#include "failure.h"
#include "slots-vm.h"

#define PORT(n) "-device pcie-root-port,id=rp" n ",chassis=" n " "
#define PORTS PORT("10") PORT("9") PORT("1") PORT("2")
#define POOL "ports=nics:rp*:network"
#define NIC_JSON(id) "-device '{\"driver\": \"" SLOTS_NIC "\", \"id\": \"" \
                     id "\"}' "

static TestVm *prepare(const char *args)
{
    TestVm *vm = test_vm_new("vm");

    test_vm_args(vm, "-machine q35 %s", args);
    test_vm_halt_rom(vm);
    test_vm_qtest(vm);
    return vm;
}

static TestVm *start(const char *options, const char *args)
{
    TestVm *vm = prepare(args);

    test_vm_plugin(vm, "pci-slots", options);
    test_vm_start(vm);
    return vm;
}

static void stop(TestVm *vm)
{
    slots_vm_check(vm);
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* The bus that the host says the device is on. */
static void expect_bus(TestVm *vm, const char *id, const char *port)
{
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);
    g_autofree char *bus = g_strconcat("/machine/peripheral/", port, "/",
                                       port, NULL);
    const QmpReply *r = qmp_execute(vm->qmp, "qom-get", "{'path': %s,"
                                    " 'property': 'parent_bus'}", path);

    g_assert_nonnull(r->ret);
    g_assert_cmpstr(json_node_get_string(r->ret), ==, bus);
    g_assert_cmpstr(json_object_get_string_member(slots_vm_entry(vm, id),
                                                  "bus"), ==, port);
}

static int free_ports(TestVm *vm)
{
    return json_object_get_int_member(slots_vm_pool(vm, "nics"), "free");
}

static void test_all_ways(void)
{
    TestVm *vm = start(POOL, PORTS "-device " SLOTS_NIC ",id=a "
                       NIC_JSON("b"));

    expect_bus(vm, "a", "rp1");
    expect_bus(vm, "b", "rp2");
    g_assert_cmpint(free_ports(vm), ==, 2);
    slots_vm_add(vm, SLOTS_NIC, "c");
    expect_bus(vm, "c", "rp9");
    qmp_wait_event(vm->qmp, "PCI_SLOT_POOL_LOW", 0,
                   "{'pool': 'nics', 'free': 1}");
    g_assert_cmpstr(qmp_hmp(vm->qmp, "device_add virtio-net,id=d"), ==, "");
    expect_bus(vm, "d", "rp10");
    g_assert_cmpstr(json_object_get_string_member(slots_vm_entry(vm, "d"),
                                                  "pool"), ==, "nics");
    g_assert_cmpstr(
        qmp_error(vm->qmp, "device_add", "{'driver': %s, 'id': 'e'}",
                  SLOTS_NIC), ==,
        "annex-pci-slots: pool 'nics' has no free port (4 ports with an id "
        "'rp*')");
    g_assert_cmpstr(qmp_hmp(vm->qmp, "device_add virtio-net,id=d2"), ==,
                    "Error: annex-pci-slots: pool 'nics' has no free port "
                    "(4 ports with an id 'rp*')\r\n");
    stop(vm);
}

/* Slot Status of all ports (PCI Express 4.0, 7.5.3.11): is there a card? */
static char *slot_status(TestVm *vm)
{
    GString *all = g_string_new(NULL);
    QtestPci pci = { .q = vm->qtest };
    uint8_t cap;

    for (pci.dev = 0; pci.dev < 32; pci.dev++) {
        if (qtest_pci_readw(&pci, 0) == 0xffff) {
            continue;
        }
        cap = qtest_pci_find_cap(&pci, 0x10);
        if (cap) {
            g_string_append_printf(all, "%u: %04x ", pci.dev,
                                   qtest_pci_readw(&pci, cap + 0x1a));
        }
    }
    return g_string_free(all, FALSE);
}

static void same_as_given(const char *args)
{
    g_autofree char *pools = g_strconcat(PORTS "-device " SLOTS_NIC ",id=a "
        NIC_JSON("c") "-device e1000e,id=b,acpi-index=5 ", args, NULL);
    g_autofree char *buses = g_strconcat(PORTS "-device " SLOTS_NIC ",id=a,"
        "bus=rp1 -device " SLOTS_NIC ",id=c,bus=rp9 "
        "-device e1000e,id=b,bus=rp2,acpi-index=5 ", args, NULL);
    TestVm *pool = start(POOL, pools);
    TestVm *given = start(NULL, buses);
    g_autofree char *status = slot_status(pool);
    g_autofree char *expected = slot_status(given);

    g_assert_cmpstr(qmp_hmp(pool->qmp, "info pci"), ==,
                    qmp_hmp(given->qmp, "info pci"));
    g_assert_cmpstr(status, ==, expected);
    stop(pool);
    stop(given);
}

/* A device on the command line is in its port as if it had been told to. */
static void test_same_as_given(void)
{
    same_as_given("");
    same_as_given("-global "
                  "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off");
}

static void test_given(void)
{
    TestVm *vm = start(POOL ",explicit=refuse", PORTS);
    const char *error;

    error = qmp_error(vm->qmp, "device_add", "{'driver': %s, 'id': 'a',"
                      " 'bus': 'rp1'}", SLOTS_NIC);
    g_assert_cmpstr(error, ==, "annex-pci-slots: port 'rp1' is pool 'nics''s "
                    "to hand out: device 'a' cannot have it by 'bus'");
    slots_vm_add(vm, SLOTS_NIC, "a");
    expect_bus(vm, "a", "rp1");
    stop(vm);
    vm = start(POOL, PORTS "-device " SLOTS_NIC ",id=x,bus=rp2");
    slots_vm_add(vm, SLOTS_NIC, "a");
    expect_bus(vm, "a", "rp9");
    g_assert_false(json_object_has_member(slots_vm_entry(vm, "x"), "pool"));
    stop(vm);
}

/* Disks are no NICs: the host refuses them as it always has. */
static void test_not_matched(void)
{
    TestVm *vm = start(POOL, PORTS "-device " SLOTS_DISK ",id=d0");

    g_assert_cmpuint(slots_vm_slot(vm, "d0"), >, 0);
    g_assert_nonnull(strstr(
        qmp_error(vm->qmp, "device_add", "{'driver': %s, 'id': 'd1'}",
                  SLOTS_DISK), "does not support hotplugging"));
    g_assert_cmpint(free_ports(vm), ==, 4);
    stop(vm);
}

/* What a device takes is told while there is no port for it, too. */
static void test_help(void)
{
    TestVm *vm = start("ports=n:rp1:network", PORT("1"));

    g_assert_nonnull(strstr(qmp_hmp(vm->qmp, "device_add help"), SLOTS_NIC));
    slots_vm_add(vm, SLOTS_NIC, "a");
    g_assert_nonnull(strstr(qmp_hmp(vm->qmp, "device_add " SLOTS_NIC
                                    ",help"), "mac=<str>"));
    g_assert_nonnull(strstr(qmp_hmp(vm->qmp, "device_add " SLOTS_NIC ",?"),
                            "mac=<str>"));
    g_assert_nonnull(strstr(qmp_hmp(vm->qmp, "device_add " SLOTS_NIC),
                            "no free port"));
    stop(vm);
}

#define PRIMARY(id, bus) "-device e1000e,id=" id ",bus=" bus ",standby=net1 "

/*
 * The port of a primary that annex-failover hides is kept for it, in any
 * order of the modules.
 */
static void hidden_primary(const char *first, const char *second)
{
    TestVm *vm = prepare(PORTS PRIMARY("prim0", "rp1") PRIMARY("prim1", "rp9")
                         "-device " SLOTS_NIC ",id=net1");

    test_vm_plugin(vm, first, strcmp(first, "failover") ? POOL : NULL);
    test_vm_plugin(vm, second, strcmp(second, "failover") ? POOL : NULL);
    test_vm_start(vm);
    expect_bus(vm, "net1", "rp2");
    g_assert_cmpint(free_ports(vm), ==, 1);
    slots_vm_add(vm, SLOTS_NIC, "a");
    expect_bus(vm, "a", "rp10");
    g_assert_nonnull(strstr(
        qmp_error(vm->qmp, "device_add", "{'driver': %s, 'id': 'b'}",
                  SLOTS_NIC), "no free port"));
    /* Given up by its user, it is free. */
    qmp_ok(vm->qmp, "device_del", "{'id': 'prim1'}");
    slots_vm_add(vm, SLOTS_NIC, "b");
    expect_bus(vm, "b", "rp9");
    stop(vm);
}

static void test_hidden_primary(void)
{
    hidden_primary("failover", "pci-slots");
    hidden_primary("pci-slots", "failover");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pci-slots-ports/all-ways", test_all_ways);
    g_test_add_func("/pci-slots-ports/same-as-given", test_same_as_given);
    g_test_add_func("/pci-slots-ports/given", test_given);
    g_test_add_func("/pci-slots-ports/not-matched", test_not_matched);
    g_test_add_func("/pci-slots-ports/help", test_help);
    g_test_add_func("/pci-slots-ports/hidden-primary", test_hidden_primary);
    return g_test_run();
}
