/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover core: what came of an attempt to plug. */
#include "hw-models/failover-core-private.h"

/* How often a busy slot is looked at. */
#define BUSY_POLL_MS 250

/* Between attempts that the host had no time for. */
#define LATER_MS 500

static const int64_t backoff_ms[] = { 1000, 2000, 4000, 8000, 16000, 30000 };

/* The retries are as long as the waits between them would be. */
static bool busy_for_too_long(const FailoverCore *c, int64_t now_ms)
{
    int64_t i, sum = 0;

    for (i = 0; i < c->policy->retries; i++) {
        sum += backoff_ms[MIN(i, ARRAY_SIZE(backoff_ms) - 1)];
        if (now_ms - c->busy_since_ms < sum) {
            return false;
        }
    }
    return true;
}

void failover_core_slot_busy(FailoverCore *c, int64_t now_ms)
{
    c->was_busy = true;
    c->not_before_ms = now_ms + BUSY_POLL_MS;
    if (!c->busy_since_ms) {
        c->busy_since_ms = now_ms;
    }
    if (busy_for_too_long(c, now_ms)) {
        c->exhausted = true;
        failover_core_ended(c, FAILOVER_OUTCOME_PLUG_FAILED,
                            "the guest does not finish with the slot", now_ms);
        failover_core_go(c, FAILOVER_STATE_FAILED, FAILOVER_REASON_SLOT_BUSY);
    } else {
        failover_core_go(c, FAILOVER_STATE_SLOT_BUSY,
                         FAILOVER_REASON_SLOT_BUSY);
    }
}

bool failover_core_slot_free(FailoverCore *c, int64_t now_ms)
{
    c->busy_since_ms = 0;
    if (!c->was_busy) {
        return true;
    }
    /* A guest that has switched the slot off may not have finished yet. */
    c->was_busy = false;
    c->not_before_ms = now_ms + c->policy->settle_ms;
    failover_core_go(c, FAILOVER_STATE_PLUGGING, FAILOVER_REASON_RETRY);
    return !c->policy->settle_ms;
}

void failover_core_plugged(FailoverCore *c, int64_t now_ms)
{
    FailoverOption *o = failover_core_current(c);

    c->presence = FAILOVER_NOT_PRESENTED;
    o->state = FAILOVER_CANDIDATE_STATE_PLUGGED;
    o->attempts++;
    g_free(o->error);
    o->error = NULL;
    c->hold = FAILOVER_NOT_HELD;
    c->not_before_ms = 0;
    c->refused = c->removing = c->leaving = false;
    failover_core_ended(c, FAILOVER_OUTCOME_PLUGGED, NULL, now_ms);
    c->state = FAILOVER_STATE_PLUGGED;
    c->reporter->changed(c, c->reason, NULL);
    failover_core_start_afresh(c);
}

void failover_core_plug_failed(FailoverCore *c, const char *message,
                               int64_t now_ms)
{
    FailoverOption *o = failover_core_current(c);

    c->presence = FAILOVER_NOT_PRESENTED;
    o->state = FAILOVER_CANDIDATE_STATE_FAILED;
    o->attempts++;
    g_free(o->error);
    o->error = g_strdup(message);
    failover_core_ended(c, FAILOVER_OUTCOME_PLUG_FAILED, message, now_ms);
    if (++c->tried >= c->options->len) {
        c->state = FAILOVER_STATE_FAILED;
    }
    c->reporter->changed(c, FAILOVER_REASON_PLUG_FAILED, message);
    c->current = (c->current + 1) % c->options->len;
    if (c->state == FAILOVER_STATE_FAILED) {
        c->not_before_ms = now_ms + backoff_ms[MIN(c->rounds,
                                            ARRAY_SIZE(backoff_ms) - 1)];
        c->exhausted = c->rounds >= c->policy->retries;
        c->rounds++;
        c->tried = 0;
    }
}

void failover_core_plug_later(FailoverCore *c, int64_t now_ms)
{
    c->not_before_ms = now_ms + LATER_MS;
}

void failover_core_presented(FailoverCore *c, int64_t now_ms)
{
    c->presence = FAILOVER_PRESENTED;
    c->presented_ms = now_ms;
}

void failover_core_powered(FailoverCore *c, bool on)
{
    if (c->presence == FAILOVER_PRESENTED && on) {
        c->presence = FAILOVER_POWERED;
    } else if (c->presence == FAILOVER_POWERED && !on) {
        c->presence = FAILOVER_SWITCHED_OFF;
    }
}

static FailoverAction not_taken(FailoverCore *c, const char *message,
                                int64_t now_ms)
{
    failover_core_plug_failed(c, message, now_ms);
    return FAILOVER_DO_RETRACT;
}

FailoverAction failover_core_next_presented(FailoverCore *c, bool may_plug,
                                            int64_t now_ms)
{
    if (!may_plug || c->presence == FAILOVER_STALE) {
        c->presence = FAILOVER_NOT_PRESENTED;
        return FAILOVER_DO_RETRACT;
    }
    if (c->presence == FAILOVER_SWITCHED_OFF) {
        return not_taken(c, "the guest has switched the slot off again",
                         now_ms);
    }
    if (c->presence == FAILOVER_POWERED) {
        return now_ms < c->not_before_ms ? FAILOVER_DO_NOTHING
                                         : FAILOVER_DO_PLUG;
    }
    return now_ms - c->presented_ms < c->policy->unplug_timeout_ms
           ? FAILOVER_DO_NOTHING
           : not_taken(c, "the guest has not switched the slot on", now_ms);
}

int64_t failover_core_presented_due_ms(const FailoverCore *c)
{
    return c->presence == FAILOVER_POWERED
           ? c->not_before_ms
           : c->presented_ms + c->policy->unplug_timeout_ms;
}
