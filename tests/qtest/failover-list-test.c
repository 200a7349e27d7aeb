/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs: what QEMU tests of its own failover, and we nowhere else. */
#include "fake-move.h"

/*
 * The cases of QEMU's tests/qtest/virtio-net-failover.c, and where they are
 * here; all in both kinds of slot:
 *
 *   params/error/id          /failover/.../refused
 *   params/error/pcie        /failover/.../refused
 *   params/on                /failover/.../syntax
 *   params/on_mismatch       mismatch
 *   params/off               off
 *   params/enabled           /failover/.../syntax
 *   params/guest_off         /failover/.../no-standby-driver
 *   hotplug/1                hotplug-1
 *   hotplug/1_reverse        hotplug-1-reverse
 *   hotplug/2                hotplug-2
 *   hotplug/2_reverse        hotplug-2-reverse
 *   migrate/on/out, in       /failover-migration/.../completes
 *   migrate/off/out, in      migrate-off
 *   migrate/off/abort        migrate-off-abort
 *   migrate/guest_off/...    migrate-guest-off, migrate-guest-off-abort
 *   migrate/abort/wait-unplug  /failover-cancel/.../not-seen, taken
 *   migrate/abort/active     /failover-cancel/.../active
 *   migrate/abort/timeout    /failover-timeout/.../aborts
 *   migrate/multi/out, in    multi
 */

#define PAIR FAKE_STANDBY " " FAKE_PRIMARY

/* A standby, and a card that has nothing to do with it. */
#define OFF FAKE_STANDBY " -device e1000e,id=prim0,bus=rp0,mac=" FAKE_MAC

static void add_standby(FakePair *f)
{
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'virtio-net-pci',"
           " 'id': 'net1', 'bus': 'rp1'}");
    fake_pair_behind_port(f);
}

static void add_primary(FakePair *f)
{
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'prim0',"
           " 'bus': 'rp0', 'standby': 'net1'}");
}

static bool has_primary(FakePair *f)
{
    return qmp_has_device(f->vm->qmp, "prim0");
}

static void expect_plugged(FakePair *f)
{
    fake_pair_wait(f, "plugged", "negotiated");
    g_assert_true(has_primary(f));
    fake_pair_stop(f);
}

/* The primary is of another standby than the one that there is. */
static void test_mismatch(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY
                                " -device e1000e,id=prim0,bus=rp0,"
                                "standby=other");

    fake_pair_start(f);
    g_assert_false(fake_pair_is_offered(f));
    fake_pair_drive(f, true);
    f->standby = "other";
    fake_pair_expect(f, "hidden");
    g_assert_true(json_object_has_member(fake_pair_query(f), "error"));
    g_assert_false(has_primary(f));
    fake_pair_stop(f);
}

/* Nothing is a pair. */
static void test_off(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, OFF);

    fake_pair_start(f);
    g_assert_true(has_primary(f));
    g_assert_false(fake_pair_is_offered(f));
    fake_pair_drive(f, true);
    g_assert_cmpuint(json_array_get_length(
        qmp_ok_array(f->vm->qmp, "query-failover", QMP_ANY)), ==, 0);
    fake_pair_stop(f);
}

/* What was not offered was not accepted: the driver has to start anew. */
static void test_hotplug_1(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY);

    fake_pair_start(f);
    fake_pair_drive(f, true);
    add_primary(f);
    qmp_sync(f->vm->qmp);
    fake_pair_expect(f, "hidden");
    g_assert_false(has_primary(f));
    g_assert_true(fake_pair_is_offered(f));
    fake_pair_drive(f, true);
    expect_plugged(f);
}

static void test_hotplug_1_reverse(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_PRIMARY);

    fake_pair_start(f);
    g_assert_false(has_primary(f));
    add_standby(f);
    fake_pair_drive(f, false);
    qmp_sync(f->vm->qmp);
    g_assert_false(has_primary(f));
    fake_pair_drive(f, true);
    expect_plugged(f);
}

static void test_hotplug_2(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, "");

    fake_pair_start(f);
    add_standby(f);
    g_assert_false(fake_pair_is_offered(f));
    add_primary(f);
    g_assert_true(fake_pair_is_offered(f));
    fake_pair_expect(f, "hidden");
    fake_pair_drive(f, true);
    expect_plugged(f);
}

/* Hidden, other than in QEMU, where the primary is seen at once. */
static void test_hotplug_2_reverse(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, "");

    fake_pair_start(f);
    add_primary(f);
    add_standby(f);
    g_assert_true(fake_pair_is_offered(f));
    qmp_sync(f->vm->qmp);
    g_assert_false(has_primary(f));
    fake_pair_drive(f, true);
    expect_plugged(f);
}

/* A migration that has nothing to wait for. */
static void move(FakePair *from, FakePair *to)
{
    fake_move_begin(from, to);
    fake_move_expect_end(from, "completed");
    g_assert_cmpuint(qmp_count_events(from->vm->qmp, "MIGRATION",
                                      "{'status': 'wait-unplug'}"), ==, 0);
    qmp_wait_event(to->vm->qmp, "RESUME", 0, QMP_ANY);
}

/* A migration that is cancelled while it sends pages. */
static void abort_active(FakePair *f)
{
    fake_move_slow(f);
    fake_move_begin_file(f, NULL);
    fake_move_wait(f, "active");
    qmp_ok(f->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_move_expect_end(f, "cancelled");
}

static void test_migrate_off(gconstpointer data)
{
    FakePair *from = fake_pair_new(data, NULL, OFF);
    FakePair *to = fake_move_destination(data, NULL, OFF);

    fake_pair_start(from);
    fake_pair_drive(from, true);
    move(from, to);
    g_assert_true(has_primary(to));
    g_assert_true(has_primary(from));
    fake_pair_stop(from);
    fake_pair_stop(to);
}

static void test_migrate_off_abort(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, OFF);

    fake_pair_start(f);
    fake_pair_drive(f, true);
    abort_active(f);
    g_assert_true(has_primary(f));
    fake_pair_stop(f);
}

/* It stays hidden there, too, until a driver knows of it. */
static void test_migrate_guest_off(gconstpointer data)
{
    FakePair *from = fake_pair_new(data, NULL, PAIR);
    FakePair *to = fake_move_destination(data, NULL, PAIR);

    fake_pair_start(from);
    fake_pair_drive(from, false);
    move(from, to);
    fake_pair_expect(from, "hidden");
    qmp_sync(to->vm->qmp);
    fake_pair_expect(to, "hidden");
    g_assert_false(has_primary(to));
    to->slot.ops->set_up(&to->slot);
    fake_pair_drive(to, true);
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

static void test_migrate_guest_off_abort(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, PAIR);

    fake_pair_start(f);
    fake_pair_drive(f, false);
    abort_active(f);
    qmp_sync(f->vm->qmp);
    fake_pair_expect(f, "hidden");
    g_assert_false(has_primary(f));
    fake_pair_drive(f, true);
    expect_plugged(f);
}

/* The migration waits for both primaries; both come at the destination. */
static void test_multi(gconstpointer data)
{
    const char *devices = PAIR " -device virtio-net-pci,id=net2,addr=8"
                          " -device e1000e,id=prim2,bus=rp1,standby=net2";
    FakePair *from = fake_pair_new(data, NULL, devices), *second;
    FakePair *to = fake_move_destination(data, NULL, devices);

    fake_pair_start(from);
    second = fake_pair_second(from, "net2", 8);
    fake_pair_drive(from, true);
    fake_pair_drive(second, true);
    fake_pair_wait(from, "plugged", "negotiated");
    fake_pair_wait(second, "plugged", "negotiated");
    fake_pair_power_on(from);
    fake_pair_power_on(second);
    fake_move_begin(from, to);
    fake_move_wait(from, "wait-unplug");
    fake_pair_release(second);
    fake_pair_wait(second, "unplugged-for-migration", "unplugged");
    g_assert_cmpstr(fake_move_phase(from), ==, "wait-unplug");
    g_assert_cmpstr(fake_move_phase(second), ==, "running");
    fake_pair_release(from);
    fake_move_expect_end(from, "completed");
    fake_pair_wait(to, "plugged", "negotiated");
    to->standby = "net2";
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
    g_free(second);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "mismatch", test_mismatch },
        { "off", test_off },
        { "hotplug-1", test_hotplug_1 },
        { "hotplug-1-reverse", test_hotplug_1_reverse },
        { "hotplug-2", test_hotplug_2 },
        { "hotplug-2-reverse", test_hotplug_2_reverse },
        { "migrate-off", test_migrate_off },
        { "migrate-off-abort", test_migrate_off_abort },
        { "migrate-guest-off", test_migrate_guest_off },
        { "migrate-guest-off-abort", test_migrate_guest_off_abort },
        { "multi", test_multi },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-list", tests);
    return g_test_run();
}
