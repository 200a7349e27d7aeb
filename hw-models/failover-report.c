/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover report: the core's reports as QMP events. */
#include "hw-models/failover-report.h"
#include "annex-failover-qapi-emit-events.h"
#include "annex-failover-qapi-events.h"
#include "common/claims.h"
#include "common/events.h"
#include "common/rate-limit.h"
#include "hw-models/failover-pair.h"
#include "hw-models/failover-primary.h"

/* What the generator's code calls with a finished event. */
void annex_failover_qapi_event_emit(annex_failover_QAPIEvent event,
                                    QDict *dict)
{
    annex_event_emit(dict);
}

/* One event, as it was when it was due. */
struct FailoverReport {
    char *primary;              /* or NULL */
    FailoverState state;
    FailoverReason reason;
    unsigned candidate;
    int64_t attempt;
    char *message;              /* or NULL */
};

static FailoverReport *report_new(const FailoverCore *c,
                                  FailoverReason reason, const char *message)
{
    FailoverReport *r = g_new0(FailoverReport, 1);
    const FailoverOption *o = failover_core_current(c);

    r->primary = g_strdup(o ? o->id : NULL);
    r->state = c->state;
    r->reason = reason;
    r->candidate = c->current;
    r->attempt = c->rounds + 1;
    r->message = g_strdup(message);
    return r;
}

static void report_free(FailoverReport *r)
{
    if (r) {
        g_free(r->primary);
        g_free(r->message);
        g_free(r);
    }
}

static void emit(const FailoverPair *p, const FailoverReport *r,
                 unsigned suppressed)
{
    qapi_event_send_failover_primary_changed(
        p->id, ANNEX_OPT_POINTER(r->primary), r->state, r->reason,
        r->candidate, r->attempt, ANNEX_OPT_POINTER(r->message),
        suppressed > 0, suppressed);
}

static void hold(FailoverPair *p, FailoverReport *r)
{
    p->held = r;
    timer_mod(p->held_timer, failover_now_ms() + ANNEX_RATE_LIMIT_PERIOD_MS);
}

/* The last event of a burst is sent late, and was counted as held back. */
static void on_held(void *opaque)
{
    FailoverPair *p = opaque;
    FailoverReport *r = p->held;
    unsigned suppressed;

    if (!annex_event_allow("FAILOVER_PRIMARY_CHANGED", p->id, &suppressed)) {
        hold(p, r);
        return;
    }
    p->held = NULL;
    emit(p, r, suppressed - 1);
    report_free(r);
}

static void changed(const FailoverCore *c, FailoverReason reason,
                    const char *message)
{
    FailoverPair *p = c->opaque;
    FailoverReport *r = report_new(c, reason, message);
    unsigned suppressed;

    if (!p->held_timer) {
        p->held_timer = timer_new_ms(QEMU_CLOCK_REALTIME, on_held, p);
    }
    timer_del(p->held_timer);
    report_free(p->held);
    p->held = NULL;
    if (annex_event_allow("FAILOVER_PRIMARY_CHANGED", p->id, &suppressed)) {
        emit(p, r, suppressed);
        report_free(r);
    } else {
        hold(p, r);
    }
}

static void timed_out(const FailoverCore *c, FailoverUnplugReason reason,
                      int64_t waited_ms, FailoverUnplugAction action)
{
    const FailoverPair *p = c->opaque;
    unsigned suppressed = 0;

    /* A guest can refuse, and ask for the next, as fast as it likes. */
    if (c->migrating != FAILOVER_NOT_MIGRATING ||
        annex_event_allow("FAILOVER_UNPLUG_TIMEOUT", p->id, &suppressed)) {
        qapi_event_send_failover_unplug_timeout(
            p->id, failover_core_current(c)->id, reason, waited_ms, action,
            suppressed > 0, suppressed);
    }
}

static FailoverUnplugReason blame(const FailoverCore *c)
{
    return failover_primary_blame(c->opaque);
}

static void option_free(void *opaque)
{
    FailoverOptions *options = opaque;

    annex_claims_remove(options->bus,
                        qdict_get_str(options->properties, "id"));
    qobject_unref(options->properties);
    g_free(options->bus);
    g_free(options);
}

const FailoverReporter failover_reporter = {
    .changed = changed,
    .timed_out = timed_out,
    .blame = blame,
    .option_free = option_free,
};
