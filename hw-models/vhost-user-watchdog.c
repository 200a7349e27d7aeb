/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user watchdog: ends what waits for its back-end for too long. */
#include "hw-models/vhost-user-watchdog.h"

/* In place of a wait's begin: it has been ended. */
#define ENDED INT64_C(-1)

/*
 * How often it looks while there are requests, at least, and so how late it
 * may be: one that is waited for in two parts can be missed between them.
 */
#define LOOK_MS 500

/* What is seen of all channels. */
typedef struct Look {
    int64_t next_ms;            /* until a wait is over; INT64_MAX: no wait */
    int64_t requests;           /* that were ever made */
} Look;

/*
 * The watchdog's own.  No other lock is taken inside but that of all
 * channels, and inside that yank's.
 */
static QemuMutex lock;
static QemuCond wanted;
static bool asleep;             /* written under the lock, read without */

static void yank(const VhostUserChannel *c)
{
    YankInstance *instance = g_new0(YankInstance, 1);
    YankInstanceList *list = NULL;

    instance->type = YANK_INSTANCE_TYPE_CHARDEV;
    instance->u.chardev.id = g_strdup(c->name);
    QAPI_LIST_PREPEND(list, instance);
    /* It fails if the character device is gone, and the wait with it. */
    qmp_yank(list, NULL);
    qapi_free_YankInstanceList(list);
}

/* Ends @c's wait if it has had its time, or adds it to the Look @opaque. */
static void look_at(VhostUserChannel *c, void *opaque)
{
    int64_t begun_ns = qatomic_read(&c->waiting_since_ns);
    int64_t left_ms;
    Look *seen = opaque;

    seen->requests += c->requests;
    if (!begun_ns || begun_ns == ENDED) {
        return;
    }
    left_ms = vhost_user_policy.timeout_ms -
              (vhost_user_now_ns() - begun_ns) / 1000000;
    if (left_ms > 0) {
        seen->next_ms = MIN(seen->next_ms, left_ms);
    } else if (qatomic_cmpxchg(&c->waiting_since_ns, begun_ns, ENDED) ==
               begun_ns) {
        yank(c);
    }
}

static Look look(void)
{
    Look seen = { .next_ms = INT64_MAX };

    vhost_user_channel_foreach(look_at, &seen);
    return seen;
}

/* Sleep for as long as nobody waits. */
static void sleep_until_wanted(void)
{
    /* Whoever begins to wait sees this, or is seen by the next look. */
    qatomic_xchg(&asleep, true);
    if (look().next_ms < INT64_MAX) {
        qatomic_set(&asleep, false);
    }
    while (qatomic_read(&asleep)) {
        qemu_cond_wait(&wanted, &lock);
    }
}

/*
 * Not asleep as soon as nobody waits: between two requests in a row nobody
 * does, and the second would have to wake it.
 */
static void *watch(void *opaque)
{
    const int64_t most_ms = MIN(LOOK_MS, vhost_user_policy.timeout_ms);
    int64_t requests = 0;

    qemu_mutex_lock(&lock);
    while (true) {
        Look seen = look();

        if (seen.next_ms == INT64_MAX && seen.requests == requests) {
            sleep_until_wanted();
        } else {
            qemu_cond_timedwait(&wanted, &lock, MIN(seen.next_ms, most_ms));
        }
        requests = seen.requests;
    }
    return NULL;
}

void vhost_user_watchdog_start(void)
{
    static gsize started;
    QemuThread thread;

    if (vhost_user_policy.timeout_ms && g_once_init_enter(&started)) {
        qemu_mutex_init(&lock);
        qemu_cond_init(&wanted);
        qemu_thread_create(&thread, "annex-vhost-user", watch, NULL,
                           QEMU_THREAD_DETACHED);
        g_once_init_leave(&started, 1);
    }
}

static void wake(void)
{
    qemu_mutex_lock(&lock);
    qatomic_set(&asleep, false);
    qemu_cond_signal(&wanted);
    qemu_mutex_unlock(&lock);
}

void vhost_user_watchdog_begin(VhostUserChannel *c)
{
    c->waiting_request = c->exchange.request;
    qatomic_xchg(&c->waiting_since_ns, c->exchange.begun_ns);
    if (qatomic_read(&asleep)) {
        wake();
    }
}

bool vhost_user_watchdog_end(VhostUserChannel *c)
{
    if (qatomic_xchg(&c->waiting_since_ns, 0) != ENDED) {
        return false;
    }
    /* It may be about to yank: not the connection that comes after this. */
    qemu_mutex_lock(&lock);
    qemu_mutex_unlock(&lock);
    return true;
}
