/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Anything at all happens to a failover pair. */
#include "failover-core-pair.h"

/* Something at random happens. */
static void happen(TestPair *p)
{
    FailoverCore *c = p->c;
    const char *message;

    p->now_ms += g_test_rand_int_range(0, 3000);
    switch (g_test_rand_int_range(0, 16)) {
    case 0:
        failover_core_negotiated(c, g_test_rand_bit());
        break;
    case 1:
        failover_core_running(c, g_test_rand_bit());
        break;
    case 2:
        failover_core_reset(c);
        break;
    case 3:
        failover_core_migration_begins(c, p->now_ms);
        break;
    case 4:
        failover_core_migration_failed(c);
        break;
    case 5:
        failover_core_migration_done(c);
        break;
    case 6:
        failover_core_migration_cancelling(c, p->now_ms);
        break;
    case 7:
        failover_core_user_plug(c, c->options->len ? 0 : -1, &message);
        break;
    case 8:
        failover_core_user_unplug(c, &message);
        break;
    case 9:
        failover_core_refused(c);
        break;
    case 10:
        failover_core_kept(c);
        break;
    case 11:
        failover_core_gone(c, g_test_rand_int_range(0, 3), p->now_ms);
        break;
    case 12:
        if (c->options->len < 4) {
            failover_core_add(c, "more", "e1000e", &p->freed);
        }
        break;
    case 13:
        failover_core_powered(c, g_test_rand_bit());
        break;
    case 14:
        if (c->options->len && !failover_core_has_primary(c)) {
            failover_core_forget(c, g_test_rand_int_range(0, c->options->len));
        }
        break;
    case 15:
        failover_core_leaving(c);
        break;
    }
}

/* What the device side would do about it, and say. */
static void try_slot(TestPair *p, bool present)
{
    if (p->c->presence == FAILOVER_POWERED || g_test_rand_bit()) {
        if (p->c->presence != FAILOVER_POWERED &&
            !failover_core_slot_free(p->c, p->now_ms)) {
            return;
        }
        p->shown = present;
        if (present) {
            failover_core_presented(p->c, p->now_ms);
        } else {
            failover_core_plugged(p->c, p->now_ms);
        }
    } else if (g_test_rand_bit()) {
        failover_core_slot_busy(p->c, p->now_ms);
    } else if (g_test_rand_bit()) {
        failover_core_plug_later(p->c, p->now_ms);
    } else {
        failover_core_plug_failed(p->c, "no", p->now_ms);
    }
}

static void answer(TestPair *p, FailoverAction action)
{
    bool unplugs = false;

    switch (action) {
    case FAILOVER_DO_NOTHING:
        break;
    case FAILOVER_DO_PRESENT:
        g_assert_false(p->shown);
        try_slot(p, true);
        break;
    case FAILOVER_DO_PLUG:
        g_assert_cmpint(p->shown, ==, p->policy.at_slot_power);
        try_slot(p, false);
        break;
    case FAILOVER_DO_RETRACT:
        g_assert_true(p->shown);
        p->shown = false;
        break;
    default:
        unplugs = true;
        if (action == FAILOVER_DO_ASK && g_test_rand_bit()) {
            failover_core_ask_failed(p->c, "no", p->now_ms);
        }
    }
    g_assert_cmpint(failover_core_has_primary(p->c), ==,
                    unplugs || p->c->state == FAILOVER_STATE_PLUGGED);
}

/*
 * No migration is held for longer than its bound, and no slot looks occupied
 * that should not, whatever happens.
 */
static void test_random(gconstpointer at_slot_power)
{
    TestPair *p = test_pair_new(2);
    int i, n;

    p->policy.at_slot_power = at_slot_power != NULL;
    for (i = 0; i < 200000; i++) {
        FailoverAction action;

        happen(p);
        for (n = 0; (action = test_pair_next(p)) != FAILOVER_DO_NOTHING; n++) {
            answer(p, action);
            g_assert_cmpint(n, <, 100);
        }
        if (failover_core_holds_migration(p->c)) {
            g_assert_cmpint(p->now_ms - p->c->began_ms, <,
                            p->c->leaving ? 11000 : 10000);
            g_assert_cmpint(failover_core_due_ms(p->c), >, p->now_ms);
        }
        g_assert_true(failover_core_due_ms(p->c) == -1 ||
                      failover_core_due_ms(p->c) > p->now_ms);
        g_assert_cmpint(p->shown, ==,
                        p->c->presence != FAILOVER_NOT_PRESENTED);
        g_assert_true(!p->shown || (p->c->negotiated && p->c->running &&
                      p->c->migrating == FAILOVER_NOT_MIGRATING));
        g_string_truncate(p->log, 0);
    }
    test_pair_free(p);
}

void test_add_random(void)
{
    g_test_add_data_func("/failover-core/random/negotiated", NULL,
                         test_random);
    g_test_add_data_func("/failover-core/random/slot-power", "",
                         test_random);
}
