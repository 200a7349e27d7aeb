/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs with more to tell than anybody wants to hear. */
#include "fake-pair.h"

#define ABSENT(id) " -device vfio-pci,id=" id ",bus=rp0,host=ffff:1f:1f.7," \
                   "standby=net1"

/* Events that may come at once, and time for one more (rate-limit.h). */
#define BURST 10
#define PERIOD_US (100 * 1000)

static unsigned suppressed(const QmpEvent *e)
{
    return json_object_get_int_member_with_default(e->data, "suppressed", 0);
}

/* Of what comes too fast, the last is told. */
static void test_last_is_told(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY
                                ABSENT("a") ABSENT("b") ABSENT("c")
                                ABSENT("d") ABSENT("e") ABSENT("f")
                                ABSENT("g") ABSENT("h") ABSENT("i")
                                ABSENT("j") ABSENT("k") ABSENT("l")
                                " " FAKE_PRIMARY);
    const QmpEvent *e;

    fake_pair_start(f);
    fake_pair_drive(f, true);
    e = fake_pair_wait(f, "plugged", "negotiated");
    g_assert_cmpuint(suppressed(e), ==, 1 + 12 - BURST);
    fake_pair_stop(f);
}

/* A driver that comes and goes does not keep the monitor busy. */
static void test_driver_in_a_loop(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY ABSENT("a"));
    gint64 begin_us = g_get_monotonic_time(), us;
    unsigned i, events, held = 0;

    fake_pair_start(f);
    for (i = 0; i < 1000; i++) {
        fake_pair_drive(f, true);
        fake_pair_reset(f);
    }
    us = g_get_monotonic_time();
    qmp_sync(f->vm->qmp);
    g_assert_cmpint(g_get_monotonic_time() - us, <, 10 * G_TIME_SPAN_SECOND);

    us = g_get_monotonic_time() - begin_us;
    fake_pair_expect(f, "hidden");
    events = qmp_count_events(f->vm->qmp, "FAILOVER_PRIMARY_CHANGED", QMP_ANY);
    g_assert_cmpuint(events, >, 1);
    g_assert_cmpuint(events, <=, BURST + us / PERIOD_US + 2);
    for (i = 0; i < events; i++) {
        held += suppressed(qmp_wait_event(f->vm->qmp,
                                          "FAILOVER_PRIMARY_CHANGED", 0,
                                          QMP_ANY));
    }
    g_test_message("%u events, %u held back", events, held);
    g_assert_cmpuint(held, >, 100);
    fake_pair_stop(f);
}

/* Nor does one that says no to whatever it is asked. */
static void test_refuses_in_a_loop(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, NULL);
    gint64 begin_us = g_get_monotonic_time(), us;
    unsigned i, events;

    for (i = 0; i < 100; i++) {
        qmp_ok(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
        f->slot.ops->take(&f->slot);
        f->slot.ops->refuse(&f->slot);
        fake_pair_expect(f, "plugged");
    }
    us = g_get_monotonic_time() - begin_us;
    events = qmp_count_events(f->vm->qmp, "FAILOVER_UNPLUG_TIMEOUT", QMP_ANY);
    g_test_message("%u events", events);
    g_assert_cmpuint(events, >=, BURST);
    g_assert_cmpuint(events, <=, BURST + us / PERIOD_US + 2);
    fake_pair_stop(f);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "last-is-told", test_last_is_told },
        { "driver-in-a-loop", test_driver_in_a_loop },
        { "refuses-in-a-loop", test_refuses_in_a_loop, true },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-flood", tests);
    return g_test_run();
}
