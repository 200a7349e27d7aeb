/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs across migrations, the guest played by qtest. */
#include "fake-move.h"

#define PAIR FAKE_STANDBY " " FAKE_PRIMARY

/* With every kind of option ROM, which is RAM that must not be sent. */
static void test_completes(gconstpointer data)
{
    static const char *const roms[] = { "", ",romfile=", ",rombar=0" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(roms); i++) {
        g_autofree char *devices = g_strconcat(PAIR, roms[i], NULL);
        FakePair *from = fake_pair_new(data, NULL, devices);
        FakePair *to = fake_move_destination(data, NULL, devices);

        fake_pair_start(from);
        fake_pair_drive(from, true);
        fake_pair_wait(from, "plugged", "negotiated");
        fake_pair_power_on(from);
        fake_move_complete(from, to);
        fake_pair_wait(to, "plugged", "negotiated");
        g_assert_true(qmp_has_device(to->vm->qmp, "prim0"));
        fake_pair_stop(from);
        fake_pair_stop(to);
    }
}

/* The source goes on after all: it gets its primary back. */
static void test_source_goes_on(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, "settle=0.2");
    FakePair *to = fake_move_destination(data, NULL, PAIR);

    fake_move_complete(from, to);
    test_vm_kill(to->vm);
    fake_move_wait_postmigrate(from);
    qmp_ok(from->vm->qmp, "cont", QMP_ANY);
    fake_pair_wait(from, "plugged", "migration-failed");
    fake_pair_stop(from);
    fake_move_abandon(to);
}

/* Nothing is plugged into a destination that does not run. */
static void test_paused_destination(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, NULL);
    FakePair *to = fake_pair_new(data, NULL, PAIR);

    test_vm_args(to->vm, "-incoming defer -S");
    test_vm_start(to->vm);
    fake_move_complete(from, to);
    qmp_sync(to->vm->qmp);
    fake_pair_expect(to, "hidden");
    qmp_ok(to->vm->qmp, "cont", QMP_ANY);
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

static void test_cancelled(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, "unplug-timeout=60");
    FakePair *to = fake_move_destination(data, NULL, PAIR);

    fake_move_begin(from, to);
    fake_move_wait_asked(from);
    qmp_ok(from->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_move_expect_end(from, "cancelled");
    fake_pair_wait(from, "plugged", "migration-failed");
    g_assert_cmpstr(fake_move_last(from, "outcome"), ==, "cancelled");
    g_assert_cmpuint(qmp_count_events(from->vm->qmp,
                                      "FAILOVER_UNPLUG_TIMEOUT", QMP_ANY),
                     ==, 0);
    fake_move_abandon(to);

    to = fake_move_destination(data, NULL, PAIR);
    fake_move_complete(from, to);
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

/* The destination's own candidates: none can be created, then one is given. */
static void test_fails_there(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, NULL);
    FakePair *to = fake_move_destination(data, "retries=0", FAKE_STANDBY
                                         " -device vfio-pci,id=prim0,bus=rp0,"
                                         "host=ffff:1f:1f.7,standby=net1");

    fake_move_complete(from, to);
    fake_pair_wait(to, "failed", "plug-failed");
    g_assert_cmpstr(fake_move_last(to, "outcome"), ==, "plug-failed");
    qmp_ok(to->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'prim1',"
           " 'bus': 'rp0', 'standby': 'net1'}");
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "completes", test_completes },
        { "source-goes-on", test_source_goes_on },
        { "paused-destination", test_paused_destination },
        { "cancelled", test_cancelled },
        { "fails-there", test_fails_there },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-migration", tests);
    return g_test_run();
}
