/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a failover primary goes for a migration, and comes back. */
#include "failover-core-pair.h"

static void test_migrates(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    g_assert_true(failover_core_holds_migration(p->c));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 10000);
    p->now_ms += 6000;
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    g_assert_false(failover_core_holds_migration(p->c));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/migration "
                         "unplugged-for-migration/unplugged");
    failover_core_running(p->c, false);
    failover_core_migration_done(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);

    /* Whoever lets the VM run again wants it here. */
    failover_core_running(p->c, true);
    p->now_ms += 3000;
    test_pair_plug(p);
    test_pair_expect_log(p, "plugging/migration-failed "
                         "plugged/migration-failed");
    test_pair_free(p);
}

static void test_migration_fails(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 2000);
    p->now_ms += 2000;
    test_pair_plug(p);
    test_pair_expect_log(p, "unplugging/migration "
                         "unplugged-for-migration/unplugged "
                         "plugging/migration-failed "
                         "plugged/migration-failed");
    test_pair_free(p);
}

/* What the user has unplugged stays away, and is not called a migration's. */
static void test_unplugged_by_user(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/user "
                         "unplugged-for-migration/unplugged");
    failover_core_migration_failed(p->c);
    p->now_ms += 100000;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "hidden/migration-failed");
    g_assert_true(failover_core_user_plug(p->c, -1, &message));
    test_pair_plug(p);
    test_pair_free(p);
}

/*
 * What was asked for before the migration ends with the primary still there,
 * and it is asked for again: the migration waits as long as any other.
 */
static void test_begins_while_asked(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    p->now_ms += 9000;
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 10000);
    p->now_ms += 9000;
    failover_core_kept(p->c);
    test_pair_expect(p, FAILOVER_DO_ASK);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 1000);
    p->now_ms += 1000;
    test_pair_expect(p, FAILOVER_DO_ABORT);
    test_pair_expect_log(p, "unplugging/user plugged/migration "
                         "unplugging/migration "
                         "timeout/not-listening/abort/10000 "
                         "plugged/unplug-timeout");
    test_pair_free(p);
}

static void test_aborts(void)
{
    TestPair *p = test_pair_plugged(1);

    p->blame = FAILOVER_UNPLUG_REASON_NOT_SEEN;
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    p->now_ms += 9999;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms++;
    test_pair_expect(p, FAILOVER_DO_ABORT);
    g_assert_false(failover_core_holds_migration(p->c));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, -1);
    test_pair_expect_log(p, "unplugging/migration "
                         "timeout/not-seen/abort/10000 "
                         "plugged/unplug-timeout");
    g_assert_cmpint(p->c->last, ==, FAILOVER_OUTCOME_ABORTED);
    g_assert_cmpint(p->c->last_reason, ==, FAILOVER_UNPLUG_REASON_NOT_SEEN);
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);

    /* It went all the same: after the end of that, it comes back. */
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 2000;
    test_pair_plug(p);
    test_pair_free(p);
}

static void test_removes(void)
{
    TestPair *p = test_pair_plugged(1);

    p->policy.on_timeout = FAILOVER_UNPLUG_ACTION_REMOVE;
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    p->now_ms += 10000;
    test_pair_expect(p, FAILOVER_DO_REMOVE);
    g_assert_true(failover_core_holds_migration(p->c));
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    g_assert_cmpint(p->c->last, ==, FAILOVER_OUTCOME_REMOVED);
    g_assert_true(p->c->has_last_reason);
    test_pair_expect_log(p, "unplugging/migration "
                         "timeout/not-listening/remove/10000 "
                         "unplugged-for-migration/unplug-timeout");
    test_pair_free(p);
}

/* It is taken, and something in the host keeps it: nobody waits for that. */
static void test_removal_fails(void)
{
    TestPair *p = test_pair_plugged(1);

    p->policy.on_timeout = FAILOVER_UNPLUG_ACTION_REMOVE;
    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    p->now_ms += 10000;
    test_pair_expect(p, FAILOVER_DO_REMOVE);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 1000);
    p->now_ms += 999;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms++;
    test_pair_expect(p, FAILOVER_DO_ABORT);
    g_assert_false(failover_core_holds_migration(p->c));
    test_pair_expect_log(p, "unplugging/migration "
                         "timeout/not-listening/remove/10000 "
                         "timeout/not-listening/abort/11000 "
                         "plugged/unplug-timeout");
    failover_core_migration_failed(p->c);

    /* It goes in the end, and comes back as after any failed migration. */
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 2000;
    test_pair_plug(p);
    test_pair_free(p);
}

/* It has let go in time; the host frees the device a moment later. */
static void test_lets_go_just_in_time(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    p->now_ms += 9999;
    failover_core_leaving(p->c);
    p->now_ms++;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_true(failover_core_holds_migration(p->c));
    g_assert_cmpint(failover_core_due_ms(p->c), ==, p->now_ms + 1000);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    test_pair_expect_log(p, "unplugging/migration "
                         "unplugged-for-migration/unplugged");
    test_pair_free(p);
}

/* The bound is kept even so. */
static void test_is_never_freed(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_leaving(p->c);
    p->now_ms += 10999;
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    p->now_ms++;
    test_pair_expect(p, FAILOVER_DO_ABORT);
    g_assert_false(failover_core_holds_migration(p->c));
    test_pair_free(p);
}

/* What has been let go is plugged anew, and not called plugged before. */
static void test_cancelled_while_leaving(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_leaving(p->c);
    failover_core_migration_cancelling(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 2000;
    test_pair_plug(p);
    test_pair_expect_log(p, "unplugging/migration hidden/unplugged "
                         "plugging/migration-failed "
                         "plugged/migration-failed");
    test_pair_free(p);
}

static void test_cancelled(void)
{
    TestPair *p = test_pair_plugged(1);

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_migration_cancelling(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_WITHDRAW);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/migration plugged/migration-failed");
    g_assert_cmpint(p->c->last, ==, FAILOVER_OUTCOME_CANCELLED);
    test_pair_free(p);
}

/* It has failed by itself while the guest was asked. */
static void test_fails_while_asked(void)
{
    TestPair *p = test_pair_plugged(1);
    const char *message;

    failover_core_migration_begins(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_WITHDRAW);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    g_assert_cmpint(failover_core_due_ms(p->c), ==, -1);
    test_pair_expect_log(p, "unplugging/migration plugged/migration-failed");

    /* It goes all the same, and comes back. */
    failover_core_gone(p->c, FAILOVER_BY_US, p->now_ms);
    p->now_ms += 2000;
    test_pair_plug(p);
    test_pair_expect_log(p, "hidden/unplugged plugging/migration-failed "
                         "plugged/migration-failed");

    /* What the user has asked for is not taken back. */
    g_assert_true(failover_core_user_unplug(p->c, &message));
    test_pair_expect(p, FAILOVER_DO_ASK);
    failover_core_migration_failed(p->c);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
    test_pair_expect_log(p, "unplugging/user");
    test_pair_free(p);
}

void test_add_migration(void)
{
    g_test_add_func("/failover-core/migrates", test_migrates);
    g_test_add_func("/failover-core/migration-fails", test_migration_fails);
    g_test_add_func("/failover-core/unplugged-by-user",
                    test_unplugged_by_user);
    g_test_add_func("/failover-core/begins-while-asked",
                    test_begins_while_asked);
    g_test_add_func("/failover-core/aborts", test_aborts);
    g_test_add_func("/failover-core/removes", test_removes);
    g_test_add_func("/failover-core/removal-fails", test_removal_fails);
    g_test_add_func("/failover-core/lets-go-just-in-time",
                    test_lets_go_just_in_time);
    g_test_add_func("/failover-core/is-never-freed", test_is_never_freed);
    g_test_add_func("/failover-core/cancelled-while-leaving",
                    test_cancelled_while_leaving);
    g_test_add_func("/failover-core/cancelled", test_cancelled);
    g_test_add_func("/failover-core/fails-while-asked",
                    test_fails_while_asked);
}
