/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user postcopy: its end is told under the BQL. */
#include "hw-models/vhost-user-postcopy.h"

#include "common/host/postcopy.h"
#include "hw-models/vhost-user-guard.h"

static AnnexHostNotifyFn *stock_notify;

static AnnexHostNotifyFn on_first, on_second;
static NotifierWithReturn first = { .notify = on_first };
static NotifierWithReturn second = { .notify = on_second };

/* The end that is at hand: there is one incoming migration at a time. */
static struct {
    unsigned number;
    bool took_bql;
    bool skipped;
} ending;

static bool is_end(const void *data)
{
    const struct PostcopyNotifyData *what = data;

    return what->reason == POSTCOPY_NOTIFY_INBOUND_END;
}

static bool is_first_of_card(const struct vhost_dev *dev)
{
    return dev->vq_index == 0;
}

/*
 * The host knows by now that it goes on at the second, and not yet with which
 * after that.  The BQL is held.
 */
static void move_second_to_tail(void)
{
    NotifierWithReturn *n = &first;

    postcopy_remove_notifier(&second);
    while (n->node.le_next) {
        n = n->node.le_next;
    }
    QLIST_INSERT_AFTER(n, &second, node);
}

/* And this one after the host has seen that it is the last. */
static void move_second_back(void)
{
    postcopy_remove_notifier(&second);
    QLIST_INSERT_AFTER(&first, &second, node);
}

/* In the thread of an incoming postcopy migration, or under the BQL. */
static int on_first(ANNEX_HOST_NOTIFY_PARAMS)
{
    if (!is_end(data)) {
        return 0;
    }
    ending.number++;
    ending.took_bql = !annex_host_bql_locked();
    /*
     * QEMU is about to exit, and whoever has the BQL may wait for a page that
     * will never come.  The end of the process ends it for the back-end, too.
     */
    ending.skipped = ending.took_bql && annex_host_incoming_status() ==
                                        MIGRATION_STATUS_FAILED;
    if (!ending.skipped) {
        if (ending.took_bql) {
            annex_host_bql_lock();
        }
        move_second_to_tail();
    }
    return 0;
}

/*
 * A back-end that has not done POSTCOPY_END is of no use: it is disconnected,
 * and comes back as one that knows of no postcopy.  An error would keep QEMU
 * from ending its own part, with its faults served by nobody.
 */
static void end(VhostUserGuard *guard, ANNEX_HOST_NOTIFY_PARAMS)
{
    VhostUserTurn turn;
    int result;

    vhost_user_turn_begin(&turn, guard->channel, guard->dev);
    turn.fatal = true;
    n = guard->notifier;
    result = stock_notify(ANNEX_HOST_NOTIFY_ARGS);
    if (vhost_user_turn_end(&turn, result)) {
        error_report_err(*ANNEX_HOST_POSTCOPY_ERRP);
        *ANNEX_HOST_POSTCOPY_ERRP = NULL;
    }
}

/*
 * A back-end that has come in the midst is not told of an end of what it knows
 * nothing of.  The host would close the descriptor that it has not had from it,
 * which is number 0.
 */
static int on_second(ANNEX_HOST_NOTIFY_PARAMS)
{
    VhostUserGuard *guard;

    if (!is_end(data) || ending.skipped) {
        return 0;
    }
    while ((guard = vhost_user_guard_next_to_end(ending.number))) {
        if (is_first_of_card(guard->dev) &&
            annex_host_vhost_in_postcopy(guard->dev)) {
            end(guard, ANNEX_HOST_NOTIFY_ARGS);
        }
    }
    move_second_back();
    if (ending.took_bql) {
        annex_host_bql_unlock();
    }
    return 0;
}

int vhost_user_postcopy_notify(ANNEX_HOST_NOTIFY_PARAMS)
{
    VhostUserGuard *guard;
    VhostUserTurn turn;

    /* The device may have gone, since that was told. */
    if (is_end(data)) {
        return 0;
    }
    guard = vhost_user_guard_find(n);
    if (!is_first_of_card(guard->dev)) {
        return 0;
    }
    vhost_user_turn_begin(&turn, guard->channel, guard->dev);
    return vhost_user_turn_end(&turn, stock_notify(ANNEX_HOST_NOTIFY_ARGS));
}

/*
 * The original is not called where it sends nothing: it would wait in
 * postcopy for the reply.
 */
int vhost_user_postcopy_set_mem_table(struct vhost_dev *dev,
                                      struct vhost_memory *mem)
{
    VhostUserTurn turn;

    if (!is_first_of_card(dev) && annex_host_vhost_first_tells(dev)) {
        return 0;
    }
    vhost_user_turn_begin(&turn, vhost_user_guard_of(dev)->channel, dev);
    return vhost_user_turn_end(&turn, user_ops.vhost_set_mem_table(dev, mem));
}

void vhost_user_postcopy_watch(AnnexHostNotifyFn *next)
{
    stock_notify = next;
}

bool vhost_user_postcopy_is_first(const NotifierWithReturn *n)
{
    return n == &first;
}

void vhost_user_postcopy_be_first(void)
{
    if (first.node.le_prev) {
        postcopy_remove_notifier(&first);
        postcopy_remove_notifier(&second);
    }
    postcopy_add_notifier(&second);
    postcopy_add_notifier(&first);
}
