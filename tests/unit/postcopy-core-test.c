/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When postcopy stops and starts a guest, by itself. */
#include "hw-models/postcopy-core.h"

/* What the core reports is in @log, as words. */
typedef struct Test {
    PostcopyCore c;
    GString *log;
    int64_t now_ms;
} Test;

static void held(const PostcopyCore *c, int64_t elapsed_ms)
{
    Test *t = container_of(c, Test, c);

    g_string_append_printf(t->log, "held:%d ", (int)elapsed_ms);
}

static void released(const PostcopyCore *c, int64_t held_ms,
                     PostcopyReleaseReason reason)
{
    static const char *const reasons[] = { "recovered", "policy", "user" };
    Test *t = container_of(c, Test, c);

    g_string_append_printf(t->log, "%s:%d%s ", reasons[reason], (int)held_ms,
                           c->user_stopped || c->foreign ? "!" : "");
}

static const PostcopyReporter reporter = {
    .held = held, .released = released
};

/* A VM that runs, with the link up. */
static Test *test_new(PostcopyPolicy policy)
{
    Test *t = g_new0(Test, 1);

    t->c.reporter = &reporter;
    t->c.policy = policy;
    t->c.link = POSTCOPY_LINK_UP;
    t->c.vm = POSTCOPY_VM_RUNNING;
    t->log = g_string_new("");
    t->now_ms = 1000;
    return t;
}

static void test_free(Test *t)
{
    g_string_free(t->log, true);
    g_free(t);
}

static void expect(Test *t, PostcopyAction action)
{
    g_assert_cmpint(postcopy_core_next(&t->c, t->now_ms), ==, action);
    switch (action) {
    case POSTCOPY_DO_STOP:
    case POSTCOPY_DO_SETTLE:
        t->c.vm = POSTCOPY_VM_PAUSED;
        break;
    case POSTCOPY_DO_UNDO:
    case POSTCOPY_DO_GO_ON:
    case POSTCOPY_DO_START:
        t->c.vm = POSTCOPY_VM_RUNNING;
        break;
    default:
        break;
    }
}

static void expect_log(Test *t, const char *log)
{
    g_assert_cmpstr(g_strchomp(t->log->str), ==, log);
    g_string_truncate(t->log, 0);
}

/* The host is told to stop the VM, whose vCPUs then stand still. */
static void stops(Test *t)
{
    expect(t, POSTCOPY_DO_STOP);
    expect(t, POSTCOPY_DO_LOOK);
    postcopy_core_still(&t->c, false);
    expect(t, POSTCOPY_DO_TELL);
    expect(t, POSTCOPY_DO_SAY);
    expect(t, POSTCOPY_DO_NOTHING);
}

static void link_is(Test *t, PostcopyLink link)
{
    t->now_ms += 10;
    postcopy_core_link(&t->c, link);
}

static Test *test_held(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    link_is(t, POSTCOPY_LINK_DOWN);
    stops(t);
    expect_log(t, "held:0");
    return t;
}

static void holds(void)
{
    Test *t = test_held();

    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_START);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "recovered:10");
    test_free(t);
}

static void holds_twice(void)
{
    Test *t = test_held();

    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_START);
    expect_log(t, "recovered:10");
    link_is(t, POSTCOPY_LINK_DOWN);
    stops(t);
    expect_log(t, "held:0");
    test_free(t);
}

static void runs_by_policy(void)
{
    Test *t = test_new(POSTCOPY_POLICY_RUN);

    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_NOTHING);
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "");
    test_free(t);
}

/* Before every vCPU stands still nobody has been told of anything. */
static void recovers_early(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_STOP);
    expect(t, POSTCOPY_DO_LOOK);
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_UNDO);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "");
    test_free(t);
}

static void policy_flips(void)
{
    Test *t = test_held();

    t->now_ms += 5;
    postcopy_core_policy(&t->c, POSTCOPY_POLICY_RUN);
    expect(t, POSTCOPY_DO_START);
    expect_log(t, "policy:5");
    expect(t, POSTCOPY_DO_NOTHING);
    postcopy_core_policy(&t->c, POSTCOPY_POLICY_PAUSE);
    stops(t);
    expect_log(t, "held:0");
    test_free(t);
}

static void user_stop_survives(void)
{
    Test *t = test_held();

    g_assert_true(postcopy_core_user_stop(&t->c));
    expect(t, POSTCOPY_DO_NOTHING);
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "recovered:10!");
    /* Again, and the time is that of this outage. */
    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "held:0");
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "recovered:10!");
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==, POSTCOPY_CONT_DONE);
    expect(t, POSTCOPY_DO_START);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "");
    test_free(t);
}

/* What a user has stopped stays so at the end, as if by the host's stop. */
static void user_stop_settles(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    g_assert_true(postcopy_core_user_stop(&t->c));
    stops(t);
    expect_log(t, "");
    link_is(t, POSTCOPY_LINK_NONE);
    expect(t, POSTCOPY_DO_SETTLE);
    expect(t, POSTCOPY_DO_NOTHING);
    g_assert_false(t->c.user_stopped);
    g_assert_false(postcopy_core_user_stop(&t->c));
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==, POSTCOPY_CONT_STOCK);
    test_free(t);
}

static void user_stop_settles_late(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    g_assert_true(postcopy_core_user_stop(&t->c));
    expect(t, POSTCOPY_DO_STOP);
    link_is(t, POSTCOPY_LINK_NONE);
    expect(t, POSTCOPY_DO_LOOK);
    postcopy_core_still(&t->c, false);
    expect(t, POSTCOPY_DO_TELL);
    expect(t, POSTCOPY_DO_SAY);
    expect(t, POSTCOPY_DO_SETTLE);
    expect(t, POSTCOPY_DO_NOTHING);
    test_free(t);
}

static void cont_is_refused(void)
{
    Test *t = test_held();

    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==,
                    POSTCOPY_CONT_REFUSED);
    g_assert_true(postcopy_core_user_stop(&t->c));
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==,
                    POSTCOPY_CONT_REFUSED);
    g_assert_true(t->c.user_stopped);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "");
    test_free(t);
}

/* With policy "run" stop and cont are the user's, and told as well. */
static void user_holds(void)
{
    Test *t = test_new(POSTCOPY_POLICY_RUN);

    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_NOTHING);
    g_assert_true(postcopy_core_user_stop(&t->c));
    stops(t);
    expect_log(t, "held:0");
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==, POSTCOPY_CONT_DONE);
    t->now_ms += 7;
    expect(t, POSTCOPY_DO_START);
    expect_log(t, "user:7");
    test_free(t);
}

/* The policy lets go, and the user does not. */
static void policy_flips_after_stop(void)
{
    Test *t = test_held();

    g_assert_true(postcopy_core_user_stop(&t->c));
    postcopy_core_policy(&t->c, POSTCOPY_POLICY_RUN);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "");
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==, POSTCOPY_CONT_DONE);
    expect(t, POSTCOPY_DO_START);
    expect_log(t, "user:0");
    test_free(t);
}

/* A VM that was paused before is told of, and stays as it is. */
static void paused_before(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    postcopy_core_vm(&t->c, POSTCOPY_VM_PAUSED);
    expect(t, POSTCOPY_DO_NOTHING);
    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "held:0");
    g_assert_true(postcopy_core_user_stop(&t->c));
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==,
                    POSTCOPY_CONT_REFUSED);
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "recovered:10!");
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==, POSTCOPY_CONT_STOCK);
    test_free(t);
}

/* Cut between the end of the device state and the first instruction. */
static void arrives_with_the_link_down(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    postcopy_core_vm(&t->c, POSTCOPY_VM_ARRIVING);
    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_NOTHING);
    g_assert_false(postcopy_core_user_stop(&t->c));
    g_assert_cmpint(postcopy_core_user_cont(&t->c), ==, POSTCOPY_CONT_STOCK);
    postcopy_core_vm(&t->c, POSTCOPY_VM_RUNNING);
    stops(t);
    expect_log(t, "held:0");
    test_free(t);
}

/* Held with a vCPU that waits for memory, where devices would wait for it. */
static Test *test_held_quietly(void)
{
    Test *t = test_new(POSTCOPY_POLICY_PAUSE);

    link_is(t, POSTCOPY_LINK_DOWN);
    expect(t, POSTCOPY_DO_STOP);
    expect(t, POSTCOPY_DO_LOOK);
    postcopy_core_still(&t->c, true);
    expect(t, POSTCOPY_DO_SAY);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "held:0");
    return t;
}

static void quiet_holds(void)
{
    Test *t = test_held_quietly();

    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_GO_ON);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "recovered:10");
    link_is(t, POSTCOPY_LINK_DOWN);
    stops(t);
    test_free(t);
}

/* Devices are told as soon as they can be. */
static void quiet_settles(void)
{
    Test *t = test_held_quietly();

    g_assert_true(postcopy_core_user_stop(&t->c));
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "recovered:10!");
    link_is(t, POSTCOPY_LINK_NONE);
    expect(t, POSTCOPY_DO_TELL);
    expect(t, POSTCOPY_DO_SETTLE);
    expect(t, POSTCOPY_DO_NOTHING);
    test_free(t);
}

/* A debugger has the VM go on. */
static void started_by_the_host(void)
{
    Test *t = test_held();

    postcopy_core_vm(&t->c, POSTCOPY_VM_RUNNING);
    stops(t);
    expect_log(t, "");
    link_is(t, POSTCOPY_LINK_UP);
    expect(t, POSTCOPY_DO_START);
    expect_log(t, "recovered:10");
    postcopy_core_policy(&t->c, POSTCOPY_POLICY_RUN);
    link_is(t, POSTCOPY_LINK_DOWN);
    g_assert_true(postcopy_core_user_stop(&t->c));
    stops(t);
    expect_log(t, "held:0");
    postcopy_core_vm(&t->c, POSTCOPY_VM_RUNNING);
    expect(t, POSTCOPY_DO_NOTHING);
    expect_log(t, "user:0");
    test_free(t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/postcopy-core/holds", holds);
    g_test_add_func("/postcopy-core/holds-twice", holds_twice);
    g_test_add_func("/postcopy-core/runs-by-policy", runs_by_policy);
    g_test_add_func("/postcopy-core/recovers-early", recovers_early);
    g_test_add_func("/postcopy-core/policy-flips", policy_flips);
    g_test_add_func("/postcopy-core/user-stop-survives", user_stop_survives);
    g_test_add_func("/postcopy-core/user-stop-settles", user_stop_settles);
    g_test_add_func("/postcopy-core/user-stop-settles-late",
                    user_stop_settles_late);
    g_test_add_func("/postcopy-core/cont-is-refused", cont_is_refused);
    g_test_add_func("/postcopy-core/user-holds", user_holds);
    g_test_add_func("/postcopy-core/policy-flips-after-stop",
                    policy_flips_after_stop);
    g_test_add_func("/postcopy-core/paused-before", paused_before);
    g_test_add_func("/postcopy-core/arrives-with-the-link-down",
                    arrives_with_the_link_down);
    g_test_add_func("/postcopy-core/quiet-holds", quiet_holds);
    g_test_add_func("/postcopy-core/quiet-settles", quiet_settles);
    g_test_add_func("/postcopy-core/started-by-the-host",
                    started_by_the_host);
    return g_test_run();
}
