/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state machine of a failover pair, by itself. */
#include "failover-core-pair.h"

static void test_plugs(void)
{
    TestPair *p = test_pair_new(1);

    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_negotiated(p->c, true);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "");
    failover_core_running(p->c, true);
    test_pair_plug(p);
    test_pair_expect_log(p, "plugging/negotiated plugged/negotiated");
    g_assert_cmpint(failover_core_due_ms(p->c), ==, -1);
    test_pair_free(p);
}

static void test_next_candidate(void)
{
    TestPair *p = test_pair_new(3);

    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_plug_failed(p->c, "no", p->now_ms);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_plug_failed(p->c, "no", p->now_ms);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    g_assert_cmpuint(p->c->current, ==, 2);
    failover_core_plugged(p->c, p->now_ms);
    test_pair_expect_log(p, "plugging/negotiated plugging/plug-failed "
                         "plugging/plug-failed plugged/negotiated");
    g_assert_cmpint(p->c->last, ==, FAILOVER_OUTCOME_PLUGGED);
    test_pair_free(p);
}

/* Fail a round of two candidates.  Returns how long to wait for the next. */
static int64_t fail_round(TestPair *p)
{
    int i;

    for (i = 0; i < 2; i++) {
        test_pair_expect(p, FAILOVER_DO_PLUG);
        failover_core_plug_failed(p->c, "no", p->now_ms);
    }
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(p->c->state, ==, FAILOVER_STATE_FAILED);
    return failover_core_due_ms(p->c) - p->now_ms;
}

static void test_back_off(void)
{
    static const int64_t waits[] = { 1, 2, 4, 8, 16, 30, 30, 30 };
    TestPair *p = test_pair_new(2);
    unsigned i;

    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    for (i = 0; i < G_N_ELEMENTS(waits); i++) {
        g_assert_cmpint(fail_round(p), ==, waits[i] * 1000);
        g_assert_cmpint(p->c->rounds, ==, i + 1);
        p->now_ms += waits[i] * 1000 - 1;
        test_pair_expect(p, FAILOVER_DO_NOTHING);
        p->now_ms++;
    }
    test_pair_plug(p);
    g_assert_cmpint(p->c->rounds, ==, 0);
    test_pair_free(p);
}

static void test_retries_end(void)
{
    TestPair *p = test_pair_new(2);
    const char *message;

    p->policy.retries = 1;
    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    g_assert_cmpint(fail_round(p), ==, 1000);
    p->now_ms += 1000;
    fail_round(p);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, -1);
    p->now_ms += 1000000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_string_truncate(p->log, 0);
    g_assert_true(failover_core_user_plug(p->c, 1, &message));
    g_assert_cmpuint(p->c->current, ==, 1);
    test_pair_plug(p);
    test_pair_expect_log(p, "plugging/retry plugged/user");
    test_pair_free(p);
}

/* One that is given later is tried at once. */
static void test_new_candidate(void)
{
    TestPair *p = test_pair_new(2);

    p->policy.retries = 0;
    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    fail_round(p);
    failover_core_add(p->c, "c2", "e1000e", &p->freed);
    p->now_ms += 1000;
    test_pair_plug(p);
    test_pair_free(p);
}

static void test_slot_busy(void)
{
    TestPair *p = test_pair_new(1);

    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_slot_busy(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms = failover_core_due_ms(p->c);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    failover_core_slot_busy(p->c, p->now_ms);
    p->now_ms = failover_core_due_ms(p->c);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    g_assert_false(failover_core_slot_free(p->c, p->now_ms));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 2000);
    p->now_ms += 2000;
    test_pair_plug(p);
    test_pair_expect_log(p, "plugging/negotiated slot-busy/slot-busy "
                         "plugging/retry plugged/negotiated");
    test_pair_free(p);
}

static void test_slot_busy_ends(void)
{
    TestPair *p = test_pair_new(1);
    int64_t start = p->now_ms;

    p->policy.retries = 2;
    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    while (failover_core_due_ms(p->c) >= 0) {
        p->now_ms = MAX(p->now_ms, failover_core_due_ms(p->c));
        test_pair_expect(p, FAILOVER_DO_PLUG);
        failover_core_slot_busy(p->c, p->now_ms);
    }
    g_assert_cmpint(p->now_ms - start, ==, 3000);
    g_assert_cmpint(p->c->state, ==, FAILOVER_STATE_FAILED);
    test_pair_free(p);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/failover-core/plugs", test_plugs);
    g_test_add_func("/failover-core/next-candidate", test_next_candidate);
    g_test_add_func("/failover-core/back-off", test_back_off);
    g_test_add_func("/failover-core/retries-end", test_retries_end);
    g_test_add_func("/failover-core/new-candidate", test_new_candidate);
    g_test_add_func("/failover-core/slot-busy", test_slot_busy);
    g_test_add_func("/failover-core/slot-busy-ends", test_slot_busy_ends);
    test_add_migration();
    test_add_power();
    test_add_unplug();
    test_add_random();
    return g_test_run();
}
