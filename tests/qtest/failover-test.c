/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs, the guest played by qtest: hide, plug, let go. */
#include <string.h>
#include "failure.h"
#include "fake-pair.h"
#include "json-format.h"

/* All ways, and orders, to give a pair. */
static void test_syntax(gconstpointer data)
{
    static const char *const devices[] = {
        FAKE_STANDBY " " FAKE_PRIMARY,
        FAKE_PRIMARY " " FAKE_STANDBY,
        FAKE_STANDBY " -device '{\"driver\": \"e1000e\", \"id\": \"prim0\","
        " \"bus\": \"rp0\", \"standby\": \"net1\"}'",
        "-device '{\"driver\": \"e1000e\", \"id\": \"prim0\","
        " \"bus\": \"rp0\", \"standby\": \"net1\"}' " FAKE_STANDBY,
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(devices); i++) {
        FakePair *f = fake_pair_new(data, NULL, devices[i]);

        fake_pair_start(f);
        fake_pair_expect(f, "hidden");
        g_assert_false(qmp_has_device(f->vm->qmp, "prim0"));
        fake_pair_drive(f, true);
        fake_pair_wait(f, "plugged", "negotiated");
        g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));
        fake_pair_stop(f);
    }
}

static void add_standby(FakePair *f)
{
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'virtio-net-pci',"
           " 'id': 'net1', 'bus': 'rp1'}");
}

static void add_primary(FakePair *f, const char *id)
{
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': %s,"
           " 'bus': 'rp0', 'standby': 'net1'}", id);
}

/* With the standby there, or not there yet, or both plugged. */
static void test_device_add(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY);

    fake_pair_start(f);
    add_primary(f, "prim0");
    fake_pair_expect(f, "hidden");
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);

    f = fake_pair_new(data, NULL, "");
    fake_pair_start(f);
    add_primary(f, "prim0");
    g_assert_true(json_object_has_member(fake_pair_query(f), "error"));
    add_standby(f);
    g_assert_false(json_object_has_member(fake_pair_query(f), "error"));
    fake_pair_expect(f, "hidden");
    fake_pair_stop(f);
}

/* What cannot work is refused when it is given, by name. */
static const char *const refused[][2] = {
    { "{'driver': 'e1000e', 'bus': 'rp0', 'standby': 'net1'}",
      "needs an id" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0', 'standby': ''}",
      "needs the id of a virtio-net device" },
    { "{'driver': 'e1000e', 'id': 'prim0', 'bus': 'rp0',"
      " 'standby': 'net1'}", "there is a device 'prim0' already" },
    { "{'driver': 'e1000e', 'id': 'net1', 'bus': 'rp0',"
      " 'standby': 'other'}", "there is a device 'net1' already" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0', 'standby': 'p'}",
      "its own standby" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp9',"
      " 'standby': 'net1'}", "'rp9'" },
    { "{'driver': 'e1000e', 'id': 'p', 'standby': 'net1'}",
      "needs a bus" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'pcie.0',"
      " 'standby': 'net1'}", "'pcie.0'" },
    { "{'driver': 'nothing', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'net1'}", "'nothing'" },
    { "{'driver': 'virtio-blk-pci', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'net1'}", "'virtio-blk-pci'" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'net1', 'mca': '52:54:00:11:22:33'}", "mca" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'net1', 'mac': 'no'}", "mac" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'net1', 'netdev': 'no'}", "netdev" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0', 'rombar': 0,"
      " 'standby': 'net1', 'romfile': 'efi-e1000e.rom'}", "ROM BAR" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'rp0'}", "'rp0' is not a virtio-net device" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'own'}", "'own' has 'failover=on'" },
    { "{'driver': 'e1000e', 'id': 'p', 'bus': 'rp0',"
      " 'standby': 'net1', 'failover_pair_id': 'x'}",
      "both 'standby' and 'failover_pair_id'" },
    { "{'driver': 'e1000e', 'id': 'prim0', 'bus': 'rp0'}",
      "'prim0' is the id of a failover primary" },
};

static void test_refused(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY " " FAKE_PRIMARY
                                " -device virtio-net-pci,id=own,addr=9,"
                                "failover=on");
    unsigned i;

    fake_pair_start(f);
    for (i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(refused[i][0]), "'", '"');
        JsonNode *arguments = test_json_parse(text);
        const char *error = qmp_error(f->vm->qmp, "device_add", "%p",
                                      arguments);

        json_node_unref(arguments);
        if (!strstr(error, refused[i][1])) {
            test_fail("'%s' is not in '%s'", refused[i][1], error);
        }
        g_assert_cmpuint(json_array_get_length(
            json_object_get_array_member(fake_pair_query(f), "candidates")),
            ==, 1);
    }
    fake_pair_stop(f);
}

/* The same on the command line ends QEMU. */
static void test_refused_at_start(gconstpointer data)
{
    static const char *const cases[][2] = {
        { "-device e1000e,bus=rp0,standby=net1", "needs an id" },
        { "-device e1000e,id=p,bus=rp0,standby=net1,mca=x", "mca" },
        { "-device e1000e,id=p,standby=net1", "needs a bus" },
        { FAKE_PRIMARY " -device '{\"driver\": \"e1000e\","
          " \"id\": \"prim0\", \"bus\": \"rp0\", \"standby\": \"net1\"}'",
          "already" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        FakePair *f = fake_pair_new(data, NULL, cases[i][0]);
        g_autofree char *text = test_vm_start_expect_failure(f->vm);

        g_assert_nonnull(strstr(text, cases[i][1]));
        test_vm_free(f->vm);
        g_free(f);
    }
}

/* A driver that does not know of it. */
static void test_no_standby_driver(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY " " FAKE_PRIMARY);

    fake_pair_start(f);
    fake_pair_drive(f, false);
    qmp_sync(f->vm->qmp);
    fake_pair_expect(f, "hidden");
    g_assert_false(json_object_get_boolean_member(fake_pair_query(f),
                                                  "negotiated"));
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    g_assert_true(json_object_get_boolean_member(fake_pair_query(f),
                                                 "negotiated"));
    /* The host's own failover has not noticed. */
    g_assert_cmpint(qmp_count_events(f->vm->qmp, "FAILOVER_NEGOTIATED",
                                     QMP_ANY), ==, 0);
    fake_pair_stop(f);
}

/* The driver lets go, and comes back. */
static void test_driver_reset(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "settle=0.2");

    fake_pair_reset(f);
    fake_pair_wait(f, "unplugging", "driver-reset");
    fake_pair_release(f);
    fake_pair_wait(f, "hidden", "unplugged");
    g_assert_false(qmp_has_device(f->vm->qmp, "prim0"));
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);
}

static void test_system_reset(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "settle=0.2");
    int i;

    for (i = 0; i < 3; i++) {
        qmp_ok(f->vm->qmp, "system_reset", QMP_ANY);
        fake_pair_wait(f, "hidden", "unplugged");
        g_assert_false(qmp_has_device(f->vm->qmp, "prim0"));
        f->slot.ops->set_up(&f->slot);
        f->slot.ops->listen(&f->slot);
        fake_pair_drive(f, true);
        fake_pair_wait(f, "plugged", "negotiated");
        fake_pair_power_on(f);
    }
    fake_pair_stop(f);
}

static void eject_from_rp1(FakePair *f)
{
    QtestPci port = { f->vm->qtest, 0, 6, 0 };
    const QmpReply *r;

    if (!strcmp(f->slot.ops->name, "pcie")) {
        /* Power and indicator off, in the slot's control register. */
        qtest_pci_writew(&port, qtest_pci_find_cap(&port, 0x10) + 0x18,
                         0x0700);
    } else {
        r = qmp_execute(f->vm->qmp, "qom-get",
                        "{'path': '/machine/peripheral/rp1/rp1',"
                        " 'property': 'acpi-pcihp-bsel'}");
        qtest_outl(f->vm->qtest, f->slot.acpi.pcihp + 16,
                   json_node_get_int(r->ret));
        qtest_outl(f->vm->qtest, f->slot.acpi.pcihp + 8, 1);
    }
}

/* The standby goes, and another comes. */
static void test_standby_goes(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, "settle=0.2",
                                FAKE_PRIMARY " -device virtio-net-pci,"
                                "id=net1,bus=rp1");

    fake_pair_start(f);
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'net1'}");
    eject_from_rp1(f);
    qmp_wait_event(f->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'net1'}");
    g_assert_true(json_object_has_member(fake_pair_query(f), "error"));
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'virtio-net-pci',"
           " 'id': 'net1', 'bus': 'rp2'}");
    g_assert_false(json_object_has_member(fake_pair_query(f), "error"));
    fake_pair_stop(f);
}

static void qom_is(FakePair *f, const char *object, const char *property,
                   const char *value)
{
    g_autofree char *path = g_strconcat("/machine/annex/failover/net1/",
                                        object, NULL);
    const QmpReply *r = qmp_execute(f->vm->qmp, "qom-get",
                                    "{'path': %s, 'property': %s}", path,
                                    property);

    g_assert_nonnull(r->ret);
    g_assert_cmpstr(json_node_get_string(r->ret), ==, value);
}

static void test_qom(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_PRIMARY);

    fake_pair_start(f);
    qom_is(f, "standby", "state", "absent");
    add_standby(f);
    qom_is(f, "standby", "state", "offered");
    qom_is(f, "primary", "state", "hidden");
    qom_is(f, "primary", "id", "prim0");
    qom_is(f, "slot", "bus", "rp0");
    qom_is(f, "slot", "state", "free");
    fake_pair_stop(f);

    f = fake_pair_plugged(data, NULL);
    qom_is(f, "standby", "state", "negotiated");
    qom_is(f, "primary", "state", "plugged");
    qom_is(f, "slot", "state", "occupied");
    fake_pair_stop(f);
}

/* The user, the guest, or a command, takes the primary away. */
static void test_device_del(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "settle=0.2");

    add_primary(f, "prim1");
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'prim0'}");
    fake_pair_release(f);
    fake_pair_wait(f, "hidden", "user");
    qmp_wait_event(f->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'prim0'}");

    /* The next candidate is not plugged, and can be taken away, too. */
    fake_pair_expect(f, "hidden");
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'prim1'}");
    qmp_wait_event(f->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'prim1'}");
    qmp_error(f->vm->qmp, "device_del", "{'id': 'prim1'}");
    g_assert_cmpuint(json_array_get_length(
        json_object_get_array_member(fake_pair_query(f), "candidates")),
        ==, 0);
    add_primary(f, "prim0");
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);
}

static void test_guest_removes(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "settle=0.2");

    f->slot.ops->let_go(&f->slot);
    fake_pair_wait(f, "hidden", "guest-removed");
    g_assert_cmpint(qmp_count_events(f->vm->qmp, "FAILOVER_PRIMARY_CHANGED",
                                     "{'state': 'plugging'}"), ==, 1);
    qmp_ok(f->vm->qmp, "failover-plug", "{'standby': 'net1'}");
    fake_pair_wait(f, "plugged", "user");
    fake_pair_stop(f);
}

static void test_by_hand(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "settle=0");

    qmp_error(f->vm->qmp, "failover-plug", "{'standby': 'net1'}");
    qmp_error(f->vm->qmp, "failover-plug", "{'standby': 'prim0'}");
    qmp_ok(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
    fake_pair_wait(f, "unplugging", "user");
    fake_pair_release(f);
    fake_pair_wait(f, "hidden", "unplugged");
    qmp_error(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
    qmp_error(f->vm->qmp, "failover-plug",
              "{'standby': 'net1', 'id': 'prim1'}");

    /* Not into a VM that does not run. */
    qmp_ok(f->vm->qmp, "stop", QMP_ANY);
    qmp_ok(f->vm->qmp, "failover-plug",
           "{'standby': 'net1', 'id': 'prim0'}");
    qmp_sync(f->vm->qmp);
    qmp_sync(f->vm->qmp);
    fake_pair_expect(f, "hidden");
    qmp_ok(f->vm->qmp, "cont", QMP_ANY);
    fake_pair_wait(f, "plugged", "user");
    fake_pair_stop(f);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "syntax", test_syntax },
        { "device-add", test_device_add },
        { "refused", test_refused },
        { "refused-at-start", test_refused_at_start },
        { "no-standby-driver", test_no_standby_driver },
        { "driver-reset", test_driver_reset },
        { "system-reset", test_system_reset },
        { "standby-goes", test_standby_goes },
        { "qom", test_qom },
        { "device-del", test_device_del },
        { "guest-removes", test_guest_removes },
        { "by-hand", test_by_hand },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover", tests);
    return g_test_run();
}
