/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failover primary that is hidden until the guest powers its slot on. */
#include "failover-core-pair.h"

#define NOT_ON "the guest has not switched the slot on"

/* A pair whose first candidate's slot looks occupied. */
static TestPair *presented(unsigned candidates)
{
    TestPair *p = test_pair_new(candidates);

    p->policy.at_slot_power = true;
    failover_core_running(p->c, true);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_negotiated(p->c, true);
    test_pair_expect(p, FAILOVER_DO_PRESENT);
    g_assert_true(failover_core_slot_free(p->c, p->now_ms));
    failover_core_presented(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "plugging/negotiated");
    return p;
}

static void test_plugged(void)
{
    TestPair *p = presented(1);

    failover_core_powered(p->c, true);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_plugged(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "plugged/negotiated");
    /* What the guest does to the slot from here on is none of its business. */
    failover_core_powered(p->c, false);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_free(p);
}

static void test_later(void)
{
    TestPair *p = presented(1);

    failover_core_powered(p->c, true);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_plug_later(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 500);
    p->now_ms += 500;
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_plug_later(p->c, p->now_ms);
    failover_core_powered(p->c, false);
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(p->c->state, ==, FAILOVER_STATE_FAILED);
    test_pair_free(p);
}

/* The next candidate, and then the first again. */
static void test_not_taken(void)
{
    TestPair *p = presented(2);

    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 10000);
    p->now_ms += 9999;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms++;
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect_log(p, "plugging/plug-failed");
    g_assert_cmpstr(p->c->last_message, ==, NOT_ON);
    test_pair_expect(p, FAILOVER_DO_PRESENT);
    g_assert_cmpstr(failover_core_current(p->c)->id, ==, "c1");
    failover_core_presented(p->c, p->now_ms);
    p->now_ms += 10000;
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect_log(p, "failed/plug-failed");
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 1000);
    p->now_ms += 1000;
    test_pair_expect(p, FAILOVER_DO_PRESENT);
    g_assert_cmpstr(failover_core_current(p->c)->id, ==, "c0");
    test_pair_free(p);
}

static void test_migrates(void)
{
    TestPair *p = presented(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_false(failover_core_holds_migration(p->c));
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_PRESENT);
    test_pair_free(p);
}

static void test_forgotten(void)
{
    TestPair *p = presented(2);

    failover_core_forget(p->c, 1);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_forget(p->c, 0);
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_free(p);
}

static void test_chosen(void)
{
    TestPair *p = presented(2);
    const char *message;

    g_assert_true(failover_core_user_plug(p->c, 0, &message));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_true(failover_core_user_plug(p->c, 1, &message));
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect(p, FAILOVER_DO_PRESENT);
    g_assert_cmpstr(failover_core_current(p->c)->id, ==, "c1");
    test_pair_free(p);
}

static void test_stops(void)
{
    TestPair *p = presented(1);

    failover_core_running(p->c, false);
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_running(p->c, true);
    test_pair_expect(p, FAILOVER_DO_PRESENT);
    failover_core_presented(p->c, p->now_ms);
    failover_core_negotiated(p->c, false);
    test_pair_expect(p, FAILOVER_DO_RETRACT);
    test_pair_free(p);
}

void test_add_power(void)
{
    g_test_add_func("/failover-core/slot-power/plugged", test_plugged);
    g_test_add_func("/failover-core/slot-power/later", test_later);
    g_test_add_func("/failover-core/slot-power/not-taken", test_not_taken);
    g_test_add_func("/failover-core/slot-power/migrates", test_migrates);
    g_test_add_func("/failover-core/slot-power/forgotten", test_forgotten);
    g_test_add_func("/failover-core/slot-power/chosen", test_chosen);
    g_test_add_func("/failover-core/slot-power/stops", test_stops);
}
