/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug core: records of requests, their deadlines and their outcomes. */
#include "hw-models/unplug-core.h"

struct UnplugCore {
    const UnplugReporter *reporter;
    GHashTable *records;        /* by device */
    GQueue order;               /* of records, the oldest first */
    GSequence *due;             /* of records, by deadline */
};

UnplugCore *unplug_core_new(const UnplugReporter *reporter)
{
    UnplugCore *core = g_new0(UnplugCore, 1);

    core->reporter = reporter;
    core->records = g_hash_table_new(NULL, NULL);
    g_queue_init(&core->order);
    core->due = g_sequence_new(NULL);
    return core;
}

void unplug_core_free(UnplugCore *core)
{
    while (!g_queue_is_empty(&core->order)) {
        unplug_core_drop(core, g_queue_peek_head(&core->order));
    }
    g_hash_table_destroy(core->records);
    g_sequence_free(core->due);
    g_free(core);
}

UnplugRecord *unplug_core_find(UnplugCore *core, const void *dev)
{
    return g_hash_table_lookup(core->records, dev);
}

const GList *unplug_core_list(UnplugCore *core)
{
    return core->order.head;
}

UnplugRecord *unplug_core_open(UnplugCore *core, void *dev, const char *id,
                               const char *path, const char *type)
{
    UnplugRecord *r = g_new0(UnplugRecord, 1);

    g_assert(!unplug_core_find(core, dev));
    r->dev = dev;
    r->id = g_strdup(id);
    r->path = g_strdup(path);
    r->type = g_strdup(type);
    r->link.data = r;
    g_hash_table_insert(core->records, dev, r);
    g_queue_push_tail_link(&core->order, &r->link);
    return r;
}

static void disarm(UnplugRecord *r)
{
    if (r->due) {
        g_sequence_remove(r->due);
        r->due = NULL;
    }
}

static int64_t deadline(const UnplugRecord *r)
{
    return r->asked_ms + r->timeout_ms;
}

static int compare_deadlines(gconstpointer a, gconstpointer b, gpointer user)
{
    int64_t da = deadline(a), db = deadline(b);

    return da < db ? -1 : da > db;
}

static void arm(UnplugCore *core, UnplugRecord *r)
{
    disarm(r);
    if (r->timeout_ms) {
        r->due = g_sequence_insert_sorted(core->due, r, compare_deadlines,
                                          NULL);
    }
}

void unplug_core_continued(UnplugCore *core, UnplugRecord *r,
                           int64_t timeout_ms, int64_t now_ms)
{
    if (!r->attempt++) {
        r->since_ms = now_ms;
    }
    r->asked_ms = now_ms;
    r->timeout_ms = timeout_ms;
    r->timed_out = false;
    r->cancel = UNPLUG_CANCEL_NONE;
    arm(core, r);
}

void unplug_core_asked(UnplugCore *core, UnplugRecord *r, int64_t timeout_ms,
                       int64_t now_ms)
{
    r->seen = false;
    unplug_core_continued(core, r, timeout_ms, now_ms);
}

void unplug_core_detach(UnplugCore *core, UnplugRecord *r)
{
    if (r->dev) {
        g_hash_table_remove(core->records, r->dev);
        r->dev = NULL;
    }
}

void unplug_core_drop(UnplugCore *core, UnplugRecord *r)
{
    disarm(r);
    g_queue_unlink(&core->order, &r->link);
    unplug_core_detach(core, r);
    g_free(r->id);
    g_free(r->path);
    g_free(r->type);
    g_free(r);
}

void unplug_core_seen(UnplugRecord *r, int64_t now_ms)
{
    if (!r->seen) {
        r->seen = true;
        r->seen_ms = now_ms;
    }
}

void unplug_core_refused(UnplugCore *core, UnplugRecord *r,
                         UnplugErrorReason reason, int code,
                         const char *message, int64_t now_ms)
{
    if (r->leaving) {
        return;
    }
    core->reporter->error(r, reason, code, message, now_ms - r->since_ms);
    unplug_core_finish(core, r, UNPLUG_OUTCOME_REFUSED, true, now_ms);
}

void unplug_core_leaving(UnplugRecord *r, bool in_reset)
{
    r->leaving = true;
    if (in_reset) {
        r->leaving_as = UNPLUG_OUTCOME_RESET;
    } else if (!r->attempt) {
        r->leaving_as = UNPLUG_OUTCOME_UNSOLICITED;
    } else {
        r->leaving_as = r->timed_out ? UNPLUG_OUTCOME_LATE
                                     : UNPLUG_OUTCOME_DELETED;
    }
}

void unplug_core_gone(UnplugCore *core, UnplugRecord *r, int64_t now_ms)
{
    unplug_core_finish(core, r, r->leaving_as, false, now_ms);
}

void unplug_core_finish(UnplugCore *core, UnplugRecord *r,
                        UnplugOutcome outcome, bool present, int64_t now_ms)
{
    core->reporter->done(r, outcome, present,
                         r->attempt ? now_ms - r->since_ms : 0);
    unplug_core_drop(core, r);
}

void unplug_core_cancelling(UnplugCore *core, UnplugRecord *r,
                            UnplugCancel cancel)
{
    r->cancel = cancel;
    disarm(r);
}

int64_t unplug_core_next_deadline(UnplugCore *core)
{
    GSequenceIter *first = g_sequence_get_begin_iter(core->due);

    return g_sequence_iter_is_end(first) ? -1
                                         : deadline(g_sequence_get(first));
}

void unplug_core_expire(UnplugCore *core, int64_t now_ms)
{
    int64_t next;

    while ((next = unplug_core_next_deadline(core)) >= 0 && next <= now_ms) {
        UnplugRecord *r =
            g_sequence_get(g_sequence_get_begin_iter(core->due));

        disarm(r);
        r->timed_out = true;
        core->reporter->not_deleted(r, now_ms - r->since_ms);
    }
}

UnplugState unplug_core_state(const UnplugRecord *r)
{
    if (r->timed_out) {
        return UNPLUG_STATE_TIMED_OUT;
    }
    return r->seen ? UNPLUG_STATE_SEEN : UNPLUG_STATE_REQUESTED;
}

int64_t unplug_core_remaining(const UnplugRecord *r, int64_t now_ms)
{
    return r->due ? MAX(deadline(r) - now_ms, 0) : -1;
}

void unplug_core_resume(UnplugCore *core, UnplugRecord *r, unsigned attempt,
                        int64_t elapsed_ms, int64_t asked_ms, bool timed_out,
                        int64_t now_ms)
{
    r->attempt = attempt;
    r->since_ms = now_ms - elapsed_ms;
    r->asked_ms = now_ms - asked_ms;
    r->timed_out = timed_out;
    if (timed_out) {
        disarm(r);
    } else {
        arm(core, r);
    }
}
