/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover core: what to do next. */
#include "hw-models/failover-core-private.h"

/* Between two requests to let go, neither of them for a migration. */
#define ASK_AGAIN_MS 30000

/* What the host is given to free a device that was let go, or taken. */
#define FREE_MS 1000

static bool may_plug(const FailoverCore *c)
{
    return c->negotiated && c->running && !c->exhausted && c->options->len &&
           c->migrating == FAILOVER_NOT_MIGRATING &&
           c->hold == FAILOVER_NOT_HELD;
}

static FailoverAction next_absent(FailoverCore *c, int64_t now_ms)
{
    if (!c->negotiated && c->migrating == FAILOVER_NOT_MIGRATING) {
        failover_core_go(c, FAILOVER_STATE_HIDDEN, c->was_reset
                         ? FAILOVER_REASON_SYSTEM_RESET
                         : FAILOVER_REASON_DRIVER_RESET);
    }
    /* Nothing is plugged that would end this state. */
    if (c->state == FAILOVER_STATE_UNPLUGGED_FOR_MIGRATION &&
        c->migrating == FAILOVER_NOT_MIGRATING &&
        c->hold != FAILOVER_NOT_HELD) {
        failover_core_go(c, FAILOVER_STATE_HIDDEN,
                         FAILOVER_REASON_MIGRATION_FAILED);
    }
    if (c->presence != FAILOVER_NOT_PRESENTED) {
        return failover_core_next_presented(c, may_plug(c), now_ms);
    }
    if (!may_plug(c)) {
        return FAILOVER_DO_NOTHING;
    }
    if (c->state != FAILOVER_STATE_FAILED &&
        c->state != FAILOVER_STATE_SLOT_BUSY) {
        failover_core_go(c, FAILOVER_STATE_PLUGGING, c->reason);
    }
    if (now_ms < c->not_before_ms) {
        return FAILOVER_DO_NOTHING;
    }
    if (c->state == FAILOVER_STATE_FAILED) {
        failover_core_go(c, FAILOVER_STATE_PLUGGING, FAILOVER_REASON_RETRY);
    }
    return c->policy->at_slot_power ? FAILOVER_DO_PRESENT : FAILOVER_DO_PLUG;
}

static FailoverAction unplug(FailoverCore *c, FailoverReason reason,
                             FailoverAction how, int64_t now_ms)
{
    c->reason = reason;
    c->asked_ms = now_ms;
    c->ask_again_ms = -1;
    g_free(c->ask_error);
    c->ask_error = NULL;
    c->refused = c->removing = false;
    failover_core_go(c, FAILOVER_STATE_UNPLUGGING, reason);
    return how;
}

static FailoverAction next_plugged(FailoverCore *c, int64_t now_ms)
{
    if (!c->negotiated && c->was_reset) {
        return unplug(c, FAILOVER_REASON_SYSTEM_RESET,
                      FAILOVER_DO_REMOVE_AT_RESET, now_ms);
    }
    if (c->migrating == FAILOVER_MIGRATING) {
        return unplug(c, FAILOVER_REASON_MIGRATION, FAILOVER_DO_ASK, now_ms);
    }
    if (c->migrating != FAILOVER_NOT_MIGRATING || now_ms < c->not_before_ms) {
        return FAILOVER_DO_NOTHING;
    }
    if (c->hold == FAILOVER_HELD_BY_USER) {
        return unplug(c, FAILOVER_REASON_USER, FAILOVER_DO_ASK, now_ms);
    }
    if (!c->negotiated && c->running) {
        return unplug(c, FAILOVER_REASON_DRIVER_RESET, FAILOVER_DO_ASK,
                      now_ms);
    }
    return FAILOVER_DO_NOTHING;
}

/* The guest has not let go, and is not asked any longer. */
static FailoverAction give_up(FailoverCore *c, FailoverAction how,
                              FailoverReason reason, const char *message)
{
    c->hold = FAILOVER_NOT_HELD;
    c->state = FAILOVER_STATE_PLUGGED;
    c->reporter->changed(c, reason, message);
    return how;
}

static FailoverAction timed_out(FailoverCore *c, int64_t now_ms)
{
    FailoverUnplugReason blame = c->refused ? FAILOVER_UNPLUG_REASON_REFUSED
                                            : c->reporter->blame(c);
    /* What the host cannot free even so is no reason to wait for ever. */
    bool remove = c->policy->on_timeout == FAILOVER_UNPLUG_ACTION_REMOVE &&
                  !c->removing;
    FailoverReason reason = c->refused ? FAILOVER_REASON_REFUSED
                                       : FAILOVER_REASON_UNPLUG_TIMEOUT;
    const char *message = c->refused ? c->ask_error : NULL;

    c->waited_ms = now_ms - failover_core_waits_since_ms(c);
    c->reporter->timed_out(c, blame, c->waited_ms,
                           remove ? FAILOVER_UNPLUG_ACTION_REMOVE
                                  : FAILOVER_UNPLUG_ACTION_ABORT);
    failover_core_ended(c, FAILOVER_OUTCOME_ABORTED, c->ask_error, now_ms);
    c->has_last_reason = true;
    c->last_reason = blame;
    if (remove) {
        c->removing = true;
        return FAILOVER_DO_REMOVE;
    }
    if (c->migrating == FAILOVER_MIGRATING) {
        c->migrating = FAILOVER_MIGRATION_ABORTING;
        return give_up(c, FAILOVER_DO_ABORT, reason, message);
    }
    c->not_before_ms = now_ms + ASK_AGAIN_MS;
    return give_up(c, FAILOVER_DO_WITHDRAW, reason, message);
}

static int64_t deadline_ms(const FailoverCore *c)
{
    int64_t since_ms = failover_core_waits_since_ms(c);

    if (c->removing) {
        return since_ms + c->waited_ms + FREE_MS;
    }
    return since_ms + c->policy->unplug_timeout_ms +
           (c->leaving ? FREE_MS : 0);
}

static FailoverAction next_unplugging(FailoverCore *c, int64_t now_ms)
{
    if ((c->removing || c->leaving) && now_ms < deadline_ms(c)) {
        return FAILOVER_DO_NOTHING;
    }
    if (!c->negotiated && c->was_reset &&
        c->reason != FAILOVER_REASON_SYSTEM_RESET) {
        c->reason = FAILOVER_REASON_SYSTEM_RESET;
        return FAILOVER_DO_REMOVE_AT_RESET;
    }
    if (c->reason == FAILOVER_REASON_MIGRATION &&
        (c->migrating == FAILOVER_MIGRATION_ABORTING ||
         c->migrating == FAILOVER_NOT_MIGRATING)) {
        c->reason = FAILOVER_REASON_MIGRATION_FAILED;
        return give_up(c, FAILOVER_DO_WITHDRAW, c->reason, NULL);
    }
    if (c->refused || now_ms >= deadline_ms(c)) {
        return timed_out(c, now_ms);
    }
    if (c->ask_again_ms >= 0 && now_ms >= c->ask_again_ms) {
        c->ask_again_ms = -1;
        return FAILOVER_DO_ASK;
    }
    return FAILOVER_DO_NOTHING;
}

FailoverAction failover_core_next(FailoverCore *c, int64_t now_ms)
{
    switch (c->state) {
    case FAILOVER_STATE_HIDDEN:
    case FAILOVER_STATE_PLUGGING:
    case FAILOVER_STATE_UNPLUGGED_FOR_MIGRATION:
    case FAILOVER_STATE_FAILED:
    case FAILOVER_STATE_SLOT_BUSY:
        return next_absent(c, now_ms);
    case FAILOVER_STATE_PLUGGED:
        return next_plugged(c, now_ms);
    case FAILOVER_STATE_UNPLUGGING:
        return next_unplugging(c, now_ms);
    case FAILOVER_STATE__MAX:
        break;
    }
    g_assert_not_reached();
}

static int64_t unplugging_due_ms(const FailoverCore *c)
{
    return c->ask_again_ms >= 0 && !c->leaving && !c->removing
           ? MIN(c->ask_again_ms, deadline_ms(c)) : deadline_ms(c);
}

int64_t failover_core_due_ms(const FailoverCore *c)
{
    switch (c->state) {
    case FAILOVER_STATE_HIDDEN:
    case FAILOVER_STATE_PLUGGING:
    case FAILOVER_STATE_UNPLUGGED_FOR_MIGRATION:
    case FAILOVER_STATE_FAILED:
    case FAILOVER_STATE_SLOT_BUSY:
        if (c->presence != FAILOVER_NOT_PRESENTED) {
            return failover_core_presented_due_ms(c);
        }
        return may_plug(c) ? c->not_before_ms : -1;
    case FAILOVER_STATE_PLUGGED:
        return !c->negotiated && c->running &&
               c->migrating == FAILOVER_NOT_MIGRATING ? c->not_before_ms : -1;
    case FAILOVER_STATE_UNPLUGGING:
        return unplugging_due_ms(c);
    case FAILOVER_STATE__MAX:
        break;
    }
    g_assert_not_reached();
}

bool failover_core_holds_migration(const FailoverCore *c)
{
    return c->state == FAILOVER_STATE_UNPLUGGING &&
           c->migrating == FAILOVER_MIGRATING;
}
