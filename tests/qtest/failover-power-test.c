/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover primaries hidden until the guest powers their slot on. */
#include <string.h>
#include "failure.h"
#include "fake-pair.h"
#include "fake-slots.h"

#define PAIR FAKE_STANDBY " " FAKE_PRIMARY
#define ABSENT "-device vfio-pci,id=absent,bus=rp0,host=ffff:1f:1f.7," \
               "standby=net1 "

/* PCI Express capability, PCIe 6.0, 7.5.3. */
#define LNKSTA 0x12
#define LNKSTA_DLLLA 0x2000
#define SLTSTA 0x1a
#define SLTSTA_ABP 0x0001
#define SLTSTA_PDC 0x0008
#define SLTSTA_PDS 0x0040
#define SLTSTA_PRESS (SLTSTA_ABP | SLTSTA_PDC)

static uint16_t slot_register(FakePair *f, unsigned reg)
{
    return qtest_pci_readw(&f->slot.pci, f->slot.cap + reg);
}

static void expect_status(FakePair *f, uint16_t bits)
{
    g_assert_cmphex(slot_register(f, SLTSTA) & (SLTSTA_PDS | SLTSTA_PRESS),
                    ==, bits);
}

static FakePair *power_pair(const char *options, const char *devices)
{
    g_autofree char *all = g_strconcat("hidden-until=slot-power", options,
                                       NULL);

    return fake_pair_new("pcie", all, devices);
}

static void expect_presented(FakePair *f)
{
    const QmpReply *r = qmp_execute(
        f->vm->qmp, "qom-get",
        "{'path': '/machine/annex/failover/net1/slot',"
        " 'property': 'state'}");

    g_assert_cmpstr(json_node_get_string(r->ret), ==, "presented");
    g_assert_false(qmp_has_device(f->vm->qmp, "prim0"));
    expect_status(f, SLTSTA_PDS | SLTSTA_PRESS);
}

/* The guest knows of a card in the slot, and there is none. */
static FakePair *presented(const char *options, const char *devices)
{
    FakePair *f = power_pair(options, devices);

    fake_pair_start(f);
    expect_status(f, 0);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugging", "negotiated");
    expect_presented(f);
    return f;
}

static void power_on(FakePair *f)
{
    qtest_pci_writew(&f->slot.pci, f->slot.cap + SLTSTA, SLTSTA_PRESS);
    fake_slot_power_on(&f->slot);
}

static void test_plugged(void)
{
    FakePair *f = presented("", PAIR);

    g_assert_cmphex(slot_register(f, LNKSTA) & LNKSTA_DLLLA, ==, 0);
    power_on(f);
    fake_pair_wait(f, "plugged", "negotiated");
    /* A second press of the button would have the guest switch it off. */
    expect_status(f, SLTSTA_PDS);
    g_assert_cmphex(slot_register(f, LNKSTA) & LNKSTA_DLLLA, !=, 0);
    g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));

    /* From here on it is a primary like any other. */
    qmp_ok(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
    fake_pair_wait(f, "unplugging", "user");
    fake_pair_release(f);
    fake_pair_wait(f, "hidden", "unplugged");
    fake_pair_stop(f);
}

static void test_not_taken(void)
{
    FakePair *f = presented(",unplug-timeout=1", PAIR);
    const QmpEvent *e = fake_pair_wait(f, "failed", "plug-failed");

    g_assert_cmpstr(json_object_get_string_member(e->data, "message"), ==,
                    "the guest has not switched the slot on");
    /* Taken out of it, and with the next attempt in it again. */
    fake_pair_wait(f, "plugging", "retry");
    expect_presented(f);
    power_on(f);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);
}

/* What cannot be created is taken out of the slot, and the next one's turn. */
static void test_absent(void)
{
    FakePair *f = presented(",settle=0", FAKE_STANDBY " " ABSENT
                            FAKE_PRIMARY);

    power_on(f);
    fake_pair_wait(f, "plugging", "plug-failed");
    expect_status(f, SLTSTA_PDC);
    fake_pair_wait(f, "slot-busy", "slot-busy");
    f->slot.ops->let_go(&f->slot);
    fake_pair_wait(f, "plugging", "retry");
    expect_presented(f);
    power_on(f);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);
}

static void test_reset(void)
{
    FakePair *f = presented("", PAIR);

    qmp_ok(f->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(f->vm->qmp, "RESET", 0, QMP_ANY);
    fake_pair_wait(f, "hidden", "system-reset");
    g_assert_cmphex(slot_register(f, SLTSTA) & SLTSTA_PDS, ==, 0);
    fake_pair_stop(f);
}

static void test_driver_reset(void)
{
    FakePair *f = presented("", PAIR);

    fake_pair_reset(f);
    fake_pair_wait(f, "hidden", "driver-reset");
    expect_status(f, SLTSTA_PDC);
    fake_pair_stop(f);
}

/* A VM that is stopped may be saved. */
static void test_stop(void)
{
    FakePair *f = presented("", PAIR);

    qmp_ok(f->vm->qmp, "stop", QMP_ANY);
    expect_status(f, SLTSTA_PDC);
    qmp_ok(f->vm->qmp, "cont", QMP_ANY);
    qmp_sync(f->vm->qmp);
    qmp_sync(f->vm->qmp);
    expect_presented(f);
    power_on(f);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);
}

/* Somebody's card in the slot is not taken for what seemed to be there. */
static void test_occupied(void)
{
    FakePair *f = presented(",unplug-timeout=1", PAIR);

    qmp_ok(f->vm->qmp, "device_add",
           "{'driver': 'e1000e', 'id': 'mine', 'bus': 'rp0'}");
    power_on(f);
    fake_pair_wait(f, "failed", "plug-failed");
    g_assert_true(qmp_has_device(f->vm->qmp, "mine"));
    g_assert_cmphex(slot_register(f, SLTSTA) & SLTSTA_PDS, !=, 0);
    g_assert_cmphex(slot_register(f, LNKSTA) & LNKSTA_DLLLA, !=, 0);
    fake_pair_stop(f);
}

static void test_forgotten(void)
{
    FakePair *f = presented("", PAIR);

    qmp_ok(f->vm->qmp, "device_del", "{'id': 'prim0'}");
    fake_pair_wait(f, "hidden", "user");
    expect_status(f, SLTSTA_PDC);
    fake_pair_stop(f);
}

/* The port goes while the guest thinks about what is in it. */
static void test_migrates(void)
{
    FakePair *from = presented("", PAIR);
    FakePair *to = power_pair("", PAIR);
    g_autofree char *uri = NULL;

    test_vm_args(to->vm, "-incoming defer");
    test_vm_start(to->vm);
    uri = g_strdup_printf("unix:%s/migration", to->vm->dir);
    qmp_ok(to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->vm->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(from->vm->qmp, "MIGRATION", 0,
                   "{'status': 'completed'}");
    expect_status(from, SLTSTA_PDC);
    fake_pair_wait(to, "plugging", "negotiated");
    to->slot.pci = (QtestPci){ to->vm->qtest, 0, 3, 0 };
    to->slot.cap = from->slot.cap;
    expect_presented(to);
    power_on(to);
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

/* ACPI has no such step. */
static void test_acpi(void)
{
    FakePair *f = fake_pair_new("acpi-pci", "hidden-until=slot-power",
                                FAKE_STANDBY);
    const char *error;

    fake_pair_start(f);
    error = qmp_error(f->vm->qmp, "device_add", "{'driver': 'e1000e',"
                      " 'id': 'prim0', 'bus': 'rp0', 'standby': 'net1'}");
    g_assert_nonnull(strstr(error, "'rp0'"));
    g_assert_nonnull(strstr(error, "hidden-until=slot-power"));
    fake_pair_stop(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/failover/pcie/slot-power/plugged", test_plugged);
    g_test_add_func("/failover/pcie/slot-power/not-taken", test_not_taken);
    g_test_add_func("/failover/pcie/slot-power/absent", test_absent);
    g_test_add_func("/failover/pcie/slot-power/reset", test_reset);
    g_test_add_func("/failover/pcie/slot-power/driver-reset",
                    test_driver_reset);
    g_test_add_func("/failover/pcie/slot-power/stop", test_stop);
    g_test_add_func("/failover/pcie/slot-power/occupied", test_occupied);
    g_test_add_func("/failover/pcie/slot-power/forgotten", test_forgotten);
    g_test_add_func("/failover/pcie/slot-power/migrates", test_migrates);
    g_test_add_func("/failover/acpi-pci/slot-power-refused", test_acpi);
    return g_test_run();
}
