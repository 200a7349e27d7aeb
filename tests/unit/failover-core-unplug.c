/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a failover primary goes without a migration: resets, drivers, users. */
#include "failover-core-pair.h"

/* The guest ignores what the user asks for: that is over, until next time. */
static void test_user_ignored(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;
    int n;

    for (n = 0; n < 2; n++) {
        g_assert_true(failover_core_user_unplug(p->c, &message));
        test_pair_expect(p, FAILOVER_DO_ASK);
        p->now_ms += 10000;
        test_pair_expect(p, FAILOVER_DO_WITHDRAW);
        test_pair_expect(p, FAILOVER_DO_NOTHING);
        test_pair_expect_log(p, "unplugging/user "
                             "timeout/not-listening/abort/10000 "
                             "plugged/unplug-timeout");
    }
    p->now_ms += 60000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_free(p);
}

/* The slot has no time for us, then the guest says no. */
static void test_refused(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_ask_failed(p->c, "blinking", p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms = failover_core_due_ms(p->c);
    test_pair_expect(p, FAILOVER_DO_ASK);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_refused(p->c);
    test_pair_expect(p, FAILOVER_DO_ABORT);
    test_pair_expect_log(p, "unplugging/migration timeout/refused/abort/250 "
                         "plugged/refused");
    g_assert_cmpstr(p->message, ==, "blinking");
    failover_core_migration_failed(p->c);

    /* At once this time, and it is taken all the same. */
    p->policy.on_timeout = FAILOVER_UNPLUG_ACTION_REMOVE;
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_refused(p->c);
    test_pair_expect(p, FAILOVER_DO_REMOVE);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    test_pair_expect_log(p, "unplugging/migration timeout/refused/remove/0 "
                         "unplugged-for-migration/refused");
    g_assert_null(p->message);
    test_pair_free(p);
}

/* Its slot never had time for us, which is no refusal. */
static void test_never_asked(void)
{
    TestPair *p = test_pair_plugged(1);

    p->blame = FAILOVER_UNPLUG_REASON_BUSY;
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_ask_failed(p->c, "blinking", p->now_ms);
    p->now_ms += 10000;
    test_pair_expect(p, FAILOVER_DO_ABORT);
    test_pair_expect_log(p, "unplugging/migration timeout/busy/abort/10000 "
                         "plugged/unplug-timeout");
    g_assert_null(p->message);
    g_assert_cmpstr(p->c->last_message, ==, "blinking");
    test_pair_free(p);
}

static void test_driver_reset(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_negotiated(p->c, false);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 5000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/driver-reset hidden/unplugged");
    failover_core_negotiated(p->c, true);
    test_pair_plug(p);
    test_pair_free(p);
}

/* Nobody waits for that: asked again, in a while. */
static void test_driver_reset_ignored(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_negotiated(p->c, false);
    test_pair_expect(p, FAILOVER_DO_ASK);
    p->now_ms += 10000;
    test_pair_expect(p, FAILOVER_DO_WITHDRAW);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms = failover_core_due_ms(p->c);
    test_pair_expect(p, FAILOVER_DO_ASK);
    test_pair_free(p);
}

static void test_reset(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_reset(p->c);
    failover_core_negotiated(p->c, false);
    test_pair_expect(p, FAILOVER_DO_REMOVE_AT_RESET);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    test_pair_expect_log(p, "unplugging/system-reset hidden/unplugged");

    /* With a request in flight. */
    failover_core_negotiated(p->c, true);
    p->now_ms += 2000;
    test_pair_plug(p);
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_negotiated(p->c, false);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_reset(p->c);
    test_pair_expect(p, FAILOVER_DO_REMOVE_AT_RESET);
    g_assert_true(failover_core_holds_migration(p->c));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    g_assert_false(failover_core_holds_migration(p->c));
    test_pair_free(p);
}

static void test_device_del(void)
{
    TestPair *p = test_pair_plugged(2);

    failover_core_gone(p->c, FAILOVER_BY_USER, p->now_ms);
    g_assert_cmpuint(p->c->options->len, ==, 1);
    g_assert_cmpuint(p->freed, ==, 1);
    p->now_ms += 100000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "hidden/user");
    failover_core_add(p->c, "c0", "e1000e", &p->freed);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    g_assert_cmpstr(failover_core_current(p->c)->id, ==, "c0");
    test_pair_free(p);
}

static void test_guest_removes(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_gone(p->c, FAILOVER_BY_GUEST, p->now_ms);
    p->now_ms += 100000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "hidden/guest-removed");
    failover_core_negotiated(p->c, false);
    failover_core_negotiated(p->c, true);
    test_pair_plug(p);
    test_pair_free(p);
}

static void test_user(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    g_assert_false(failover_core_user_plug(p->c, -1, &message));
    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    g_assert_false(failover_core_user_unplug(p->c, &message));
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 100000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/user hidden/unplugged");
    g_assert_true(failover_core_user_plug(p->c, -1, &message));
    test_pair_plug(p);
    test_pair_expect_log(p, "plugging/user plugged/user");
    test_pair_free(p);
}

/* A candidate more is none that the user wants plugged now. */
static void test_user_adds(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 100000;
    failover_core_add(p->c, "more", "e1000e", &p->freed);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_true(failover_core_user_plug(p->c, 1, &message));
    test_pair_expect(p, FAILOVER_DO_PLUG);
    g_assert_cmpstr(failover_core_current(p->c)->id, ==, "more");
    test_pair_free(p);
}

/* Unless there is none left that was unplugged. */
static void test_user_starts_over(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    failover_core_forget(p->c, 0);
    p->now_ms += 100000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_add(p->c, "new", "e1000e", &p->freed);
    test_pair_expect(p, FAILOVER_DO_PLUG);
    test_pair_free(p);
}

/* Somebody else takes the request back: that is all, until next time. */
static void test_user_taken_back(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_kept(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/user plugged/user");
    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    test_pair_free(p);
}

void test_add_unplug(void)
{
    g_test_add_func("/failover-core/user-ignored", test_user_ignored);
    g_test_add_func("/failover-core/refused", test_refused);
    g_test_add_func("/failover-core/never-asked", test_never_asked);
    g_test_add_func("/failover-core/driver-reset", test_driver_reset);
    g_test_add_func("/failover-core/driver-reset-ignored",
                    test_driver_reset_ignored);
    g_test_add_func("/failover-core/reset", test_reset);
    g_test_add_func("/failover-core/device-del", test_device_del);
    g_test_add_func("/failover-core/guest-removes", test_guest_removes);
    g_test_add_func("/failover-core/user", test_user);
    g_test_add_func("/failover-core/user-adds", test_user_adds);
    g_test_add_func("/failover-core/user-starts-over", test_user_starts_over);
    g_test_add_func("/failover-core/user-taken-back", test_user_taken_back);
}
