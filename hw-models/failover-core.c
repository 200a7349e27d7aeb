/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover core: the state machine of a pair, without devices or clocks. */
#include "hw-models/failover-core-private.h"

/* Between attempts to ask a slot that is busy. */
#define ASK_AGAIN_MS 250

FailoverCore *failover_core_new(const FailoverPolicy *policy,
                                const FailoverReporter *reporter,
                                void *opaque)
{
    FailoverCore *c = g_new0(FailoverCore, 1);

    c->policy = policy;
    c->reporter = reporter;
    c->opaque = opaque;
    c->options = g_ptr_array_new();
    return c;
}

static void option_free(FailoverCore *c, FailoverOption *o)
{
    c->reporter->option_free(o->opaque);
    g_free(o->id);
    g_free(o->driver);
    g_free(o->error);
    g_free(o);
}

void failover_core_free(FailoverCore *c)
{
    unsigned i;

    for (i = 0; i < c->options->len; i++) {
        option_free(c, c->options->pdata[i]);
    }
    g_ptr_array_free(c->options, true);
    g_free(c->last_message);
    g_free(c->ask_error);
    g_free(c);
}

FailoverOption *failover_core_current(const FailoverCore *c)
{
    return c->current < c->options->len ? c->options->pdata[c->current] : NULL;
}

int failover_core_find(const FailoverCore *c, const char *id)
{
    unsigned i;

    for (i = 0; i < c->options->len; i++) {
        const FailoverOption *o = c->options->pdata[i];

        if (!strcmp(o->id, id)) {
            return i;
        }
    }
    return -1;
}

bool failover_core_has_primary(const FailoverCore *c)
{
    return c->state == FAILOVER_STATE_PLUGGED ||
           c->state == FAILOVER_STATE_UNPLUGGING;
}

void failover_core_go(FailoverCore *c, FailoverState state,
                      FailoverReason reason)
{
    if (c->state != state) {
        c->state = state;
        c->reporter->changed(c, reason, NULL);
    }
}

void failover_core_ended(FailoverCore *c, FailoverOutcome outcome,
                         const char *message, int64_t now_ms)
{
    c->has_last = true;
    c->last_ms = now_ms;
    c->last = outcome;
    c->has_last_reason = false;
    g_free(c->last_message);
    c->last_message = g_strdup(message);
}

void failover_core_start_afresh(FailoverCore *c)
{
    c->rounds = 0;
    c->tried = 0;
    c->exhausted = false;
    c->busy_since_ms = 0;
}

void failover_core_add(FailoverCore *c, const char *id, const char *driver,
                       void *opaque)
{
    FailoverOption *o = g_new0(FailoverOption, 1);

    o->id = g_strdup(id);
    o->driver = g_strdup(driver);
    o->opaque = opaque;
    g_ptr_array_add(c->options, o);
    if (!failover_core_has_primary(c)) {
        /* Whoever has deleted the last one wants this one. */
        if (c->hold == FAILOVER_HELD_BY_DELETION) {
            c->hold = FAILOVER_NOT_HELD;
            c->current = c->options->len - 1;
        }
        failover_core_start_afresh(c);
    }
}

static void make_stale(FailoverCore *c)
{
    if (c->presence != FAILOVER_NOT_PRESENTED) {
        c->presence = FAILOVER_STALE;
    }
}

void failover_core_forget(FailoverCore *c, unsigned n)
{
    FailoverOption *o = c->options->pdata[n];

    if (n == c->current) {
        make_stale(c);
    }
    g_ptr_array_remove_index(c->options, n);
    option_free(c, o);
    if (c->current > n || c->current >= c->options->len) {
        c->current = c->current && c->options->len ? c->current - 1 : 0;
    }
    c->tried = 0;
    if (!c->options->len && c->hold == FAILOVER_HELD_BY_USER) {
        c->hold = FAILOVER_HELD_BY_DELETION;
    }
    if (!c->options->len && !failover_core_has_primary(c)) {
        failover_core_go(c, FAILOVER_STATE_HIDDEN, FAILOVER_REASON_USER);
    }
}

void failover_core_negotiated(FailoverCore *c, bool negotiated)
{
    if (negotiated && !c->negotiated) {
        c->was_reset = false;
        if (c->hold == FAILOVER_HELD_BY_GUEST) {
            c->hold = FAILOVER_NOT_HELD;
        }
        failover_core_start_afresh(c);
        c->reason = FAILOVER_REASON_NEGOTIATED;
    }
    c->negotiated = negotiated;
}

void failover_core_reset(FailoverCore *c)
{
    c->was_reset = true;
    /* Its slot is as at power-on. */
    c->was_busy = false;
    c->not_before_ms = 0;
}

void failover_core_running(FailoverCore *c, bool running)
{
    c->running = running;
    if (running && c->migrating == FAILOVER_MIGRATED) {
        c->migrating = FAILOVER_NOT_MIGRATING;
        c->reason = FAILOVER_REASON_MIGRATION_FAILED;
    }
}

void failover_core_migration_begins(FailoverCore *c, int64_t now_ms)
{
    c->migrating = FAILOVER_MIGRATING;
    c->began_ms = now_ms;
    c->waited_ms = 0;
    c->not_before_ms = 0;
    if (c->state == FAILOVER_STATE_UNPLUGGING) {
        c->reason = FAILOVER_REASON_MIGRATION;
    }
}

void failover_core_migration_cancelling(FailoverCore *c, int64_t now_ms)
{
    if (failover_core_holds_migration(c)) {
        c->migrating = FAILOVER_MIGRATION_ABORTING;
        failover_core_ended(c, FAILOVER_OUTCOME_CANCELLED, NULL, now_ms);
    }
}

void failover_core_migration_failed(FailoverCore *c)
{
    c->migrating = FAILOVER_NOT_MIGRATING;
    if (c->state != FAILOVER_STATE_UNPLUGGING) {
        c->reason = FAILOVER_REASON_MIGRATION_FAILED;
    }
    failover_core_start_afresh(c);
}

void failover_core_migration_done(FailoverCore *c)
{
    c->migrating = FAILOVER_MIGRATED;
}

bool failover_core_user_plug(FailoverCore *c, int candidate,
                             const char **message)
{
    if (failover_core_has_primary(c)) {
        *message = "the primary is plugged";
        return false;
    }
    if (!c->options->len) {
        *message = "the standby has no candidates for a primary";
        return false;
    }
    if (!c->negotiated) {
        *message = "the guest has not accepted VIRTIO_NET_F_STANDBY";
        return false;
    }
    if (candidate >= 0 && c->current != (unsigned)candidate) {
        c->current = candidate;
        make_stale(c);
    }
    c->hold = FAILOVER_NOT_HELD;
    c->reason = FAILOVER_REASON_USER;
    failover_core_start_afresh(c);
    return true;
}

bool failover_core_user_unplug(FailoverCore *c, const char **message)
{
    if (c->migrating == FAILOVER_MIGRATING ||
        c->migrating == FAILOVER_MIGRATION_ABORTING) {
        *message = "a migration is in progress";
        return false;
    }
    if (c->state != FAILOVER_STATE_PLUGGED) {
        *message = "the primary is not plugged";
        return false;
    }
    c->hold = FAILOVER_HELD_BY_USER;
    c->not_before_ms = 0;
    return true;
}

void failover_core_ask_failed(FailoverCore *c, const char *message,
                              int64_t now_ms)
{
    c->ask_again_ms = now_ms + ASK_AGAIN_MS;
    g_free(c->ask_error);
    c->ask_error = g_strdup(message);
}

void failover_core_refused(FailoverCore *c)
{
    if (c->state == FAILOVER_STATE_UNPLUGGING) {
        c->refused = true;
    }
}

void failover_core_kept(FailoverCore *c)
{
    if (c->state == FAILOVER_STATE_UNPLUGGING) {
        /* Nor is it asked again, but for a migration. */
        c->hold = FAILOVER_NOT_HELD;
        failover_core_go(c, FAILOVER_STATE_PLUGGED, c->reason);
    }
}

/* Why, and as what, an unplug that we wanted has ended. */
static void gone_by_us(FailoverCore *c, int64_t now_ms)
{
    bool removed = c->removing;
    FailoverUnplugReason blame = c->last_reason;
    FailoverReason reason = !removed ? FAILOVER_REASON_UNPLUGGED
                            : blame == FAILOVER_UNPLUG_REASON_REFUSED
                            ? FAILOVER_REASON_REFUSED
                            : FAILOVER_REASON_UNPLUG_TIMEOUT;

    failover_core_ended(c, removed ? FAILOVER_OUTCOME_REMOVED
                        : FAILOVER_OUTCOME_UNPLUGGED, NULL, now_ms);
    if (removed) {
        c->has_last_reason = true;
        c->last_reason = blame;
    }
    failover_core_go(c, c->migrating == FAILOVER_NOT_MIGRATING
                     ? FAILOVER_STATE_HIDDEN
                     : FAILOVER_STATE_UNPLUGGED_FOR_MIGRATION, reason);
}

void failover_core_leaving(FailoverCore *c)
{
    c->leaving = failover_core_has_primary(c);
}

int64_t failover_core_waits_since_ms(const FailoverCore *c)
{
    return c->migrating == FAILOVER_MIGRATING ? c->began_ms : c->asked_ms;
}

void failover_core_gone(FailoverCore *c, FailoverCause cause, int64_t now_ms)
{
    FailoverOption *o = failover_core_current(c);

    if (!failover_core_has_primary(c)) {
        return;
    }
    o->state = FAILOVER_CANDIDATE_STATE_HIDDEN;
    c->leaving = false;
    if (c->reason == FAILOVER_REASON_MIGRATION &&
        c->migrating == FAILOVER_NOT_MIGRATING) {
        c->reason = FAILOVER_REASON_MIGRATION_FAILED;
    }
    c->waited_ms = now_ms - failover_core_waits_since_ms(c);
    c->not_before_ms = now_ms + c->policy->settle_ms;
    switch (cause) {
    case FAILOVER_BY_US:
        gone_by_us(c, now_ms);
        break;
    case FAILOVER_BY_USER:
        c->hold = FAILOVER_HELD_BY_DELETION;
        failover_core_ended(c, FAILOVER_OUTCOME_UNPLUGGED, NULL, now_ms);
        failover_core_go(c, FAILOVER_STATE_HIDDEN, FAILOVER_REASON_USER);
        failover_core_forget(c, c->current);
        break;
    case FAILOVER_BY_GUEST:
        c->hold = FAILOVER_HELD_BY_GUEST;
        failover_core_ended(c, FAILOVER_OUTCOME_UNPLUGGED, NULL, now_ms);
        failover_core_go(c, FAILOVER_STATE_HIDDEN,
                         FAILOVER_REASON_GUEST_REMOVED);
        break;
    }
    c->removing = c->refused = false;
}
