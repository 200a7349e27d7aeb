/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failover pair's core, driven by a test. */
#include "failover-core-pair.h"

/* As QMP has them; the generator's tables need the host. */
static const char *const states[] = {
    [FAILOVER_STATE_HIDDEN] = "hidden",
    [FAILOVER_STATE_PLUGGING] = "plugging",
    [FAILOVER_STATE_PLUGGED] = "plugged",
    [FAILOVER_STATE_UNPLUGGING] = "unplugging",
    [FAILOVER_STATE_UNPLUGGED_FOR_MIGRATION] = "unplugged-for-migration",
    [FAILOVER_STATE_FAILED] = "failed",
    [FAILOVER_STATE_SLOT_BUSY] = "slot-busy",
};
static const char *const reasons[] = {
    [FAILOVER_REASON_NEGOTIATED] = "negotiated",
    [FAILOVER_REASON_DRIVER_RESET] = "driver-reset",
    [FAILOVER_REASON_SYSTEM_RESET] = "system-reset",
    [FAILOVER_REASON_MIGRATION] = "migration",
    [FAILOVER_REASON_MIGRATION_FAILED] = "migration-failed",
    [FAILOVER_REASON_PLUG_FAILED] = "plug-failed",
    [FAILOVER_REASON_RETRY] = "retry",
    [FAILOVER_REASON_SLOT_BUSY] = "slot-busy",
    [FAILOVER_REASON_GUEST_REMOVED] = "guest-removed",
    [FAILOVER_REASON_USER] = "user",
    [FAILOVER_REASON_UNPLUG_TIMEOUT] = "unplug-timeout",
    [FAILOVER_REASON_REFUSED] = "refused",
    [FAILOVER_REASON_UNPLUGGED] = "unplugged",
};
static const char *const blames[] = { "not-listening", "not-seen", "busy",
                                      "vm-paused", "refused" };
static const char *const actions[] = { "abort", "remove" };

static void changed(const FailoverCore *c, FailoverReason reason,
                    const char *message)
{
    TestPair *p = c->opaque;

    g_string_append_printf(p->log, "%s%s/%s", p->log->len ? " " : "",
                           states[c->state],
                           reasons[reason]);
    g_free(p->message);
    p->message = g_strdup(message);
}

static void timed_out(const FailoverCore *c, FailoverUnplugReason reason,
                      int64_t waited_ms, FailoverUnplugAction action)
{
    TestPair *p = c->opaque;

    g_string_append_printf(p->log, " timeout/%s/%s/%" PRId64,
                           blames[reason],
                           actions[action], waited_ms);
}

static FailoverUnplugReason blame(const FailoverCore *c)
{
    TestPair *p = c->opaque;

    return p->blame;
}

static void option_free(void *opaque)
{
    ++*(unsigned *)opaque;
}

static const FailoverReporter reporter = {
    .changed = changed, .timed_out = timed_out, .blame = blame,
    .option_free = option_free,
};

TestPair *test_pair_new(unsigned candidates)
{
    TestPair *p = g_new0(TestPair, 1);
    unsigned i;

    p->policy = (FailoverPolicy){
        .unplug_timeout_ms = 10000, .settle_ms = 2000,
        .retries = FAILOVER_RETRY_FOR_EVER,
    };
    p->now_ms = 1000000;
    p->log = g_string_new(NULL);
    p->c = failover_core_new(&p->policy, &reporter, p);
    for (i = 0; i < candidates; i++) {
        g_autofree char *id = g_strdup_printf("c%u", i);

        failover_core_add(p->c, id, "e1000e", &p->freed);
    }
    return p;
}

void test_pair_free(TestPair *p)
{
    failover_core_free(p->c);
    g_string_free(p->log, true);
    g_free(p->message);
    g_free(p);
}

FailoverAction test_pair_next(TestPair *p)
{
    return failover_core_next(p->c, p->now_ms);
}

void test_pair_expect_log(TestPair *p, const char *log)
{
    g_assert_cmpstr(p->log->str, ==, log);
    g_string_truncate(p->log, 0);
}

void test_pair_plug(TestPair *p)
{
    test_pair_expect(p, FAILOVER_DO_PLUG);
    g_assert_true(failover_core_slot_free(p->c, p->now_ms));
    failover_core_plugged(p->c, p->now_ms);
    test_pair_expect(p, FAILOVER_DO_NOTHING);
}

TestPair *test_pair_plugged(unsigned candidates)
{
    TestPair *p = test_pair_new(candidates);

    failover_core_running(p->c, true);
    failover_core_negotiated(p->c, true);
    test_pair_plug(p);
    test_pair_expect_log(p, "plugging/negotiated plugged/negotiated");
    return p;
}
