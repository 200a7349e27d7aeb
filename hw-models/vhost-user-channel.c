/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user channels: what is known of each, and whose turn it is. */
#include "hw-models/vhost-user-channel.h"

#include <time.h>

#include "common/host/vhost-user-net.h"
#include "common/shadow.h"
#include "hw-models/vhost-user-report.h"
#include "hw-models/vhost-user-watchdog.h"

#define SHADOW_KEY "vhost-user"

VhostUserPolicy vhost_user_policy;

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static QTAILQ_HEAD(, VhostUserChannel) all = QTAILQ_HEAD_INITIALIZER(all);

static __thread VhostUserTurn *current;

int64_t vhost_user_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

VhostUserChannel *vhost_user_channel_ref(VhostUserChannel *c)
{
    c->refs++;
    return c;
}

void vhost_user_channel_unref(VhostUserChannel *c)
{
    if (--c->refs) {
        return;
    }
    qemu_rec_mutex_destroy(&c->lock);
    g_free(c->device);
    g_free(c->path);
    g_free(c->name);
    g_free(c);
}

/* When the connection's last user lets go of it: another may be as it was. */
static void connection_ends(Object *obj, void *state)
{
    VhostUserChannel *c = state;

    c->connection = NULL;
}

static void forget_connection(VhostUserChannel *c)
{
    if (c->connection) {
        annex_shadow_clear(OBJECT(c->connection), SHADOW_KEY);
    }
}

/* When the character device is finalized. */
static void release(Object *obj, void *state)
{
    VhostUserChannel *c = state;

    forget_connection(c);
    pthread_mutex_lock(&all_lock);
    QTAILQ_REMOVE(&all, c, next);
    pthread_mutex_unlock(&all_lock);
    c->chr = NULL;
    c->socket = NULL;
    c->netdev = NULL;
    vhost_user_channel_unref(c);
}

VhostUserChannel *vhost_user_channel_find(Chardev *chr)
{
    return annex_shadow_get(OBJECT(chr), SHADOW_KEY);
}

VhostUserChannel *vhost_user_channel_get(Chardev *chr)
{
    VhostUserChannel *c = vhost_user_channel_find(chr);

    if (!c) {
        c = vhost_user_channel_ref(g_new0(VhostUserChannel, 1));
        c->chr = chr;
        c->socket = SOCKET_CHARDEV(chr);
        c->name = g_strdup(chr->label);
        c->netdev = annex_host_netdev_of(chr);
        qemu_rec_mutex_init(&c->lock);
        annex_shadow_set(OBJECT(chr), SHADOW_KEY, c, release);
        pthread_mutex_lock(&all_lock);
        QTAILQ_INSERT_TAIL(&all, c, next);
        pthread_mutex_unlock(&all_lock);
    }
    return c;
}

bool vhost_user_channel_is_connected(const VhostUserChannel *c)
{
    return c->socket && c->socket->state == TCP_CHARDEV_STATE_CONNECTED;
}

void vhost_user_channel_note_connection(VhostUserChannel *c)
{
    QIOChannelSocket *sioc = c->socket ? c->socket->sioc : NULL;

    if (!vhost_user_channel_is_connected(c) || c->connection == sioc) {
        return;
    }
    forget_connection(c);
    annex_shadow_set(OBJECT(sioc), SHADOW_KEY, c, connection_ends);
    c->connection = sioc;
    c->down = false;
    vhost_user_watchdog_start();
}

void vhost_user_channel_note_failure(VhostUserChannel *c, uint32_t request,
                                     VhostUserReason reason)
{
    c->failures++;
    c->timeouts += reason == VHOST_USER_REASON_TIMEOUT;
    pthread_mutex_lock(&all_lock);
    c->has_last = true;
    c->last_request = request;
    c->last_reason = reason;
    c->last_ns = vhost_user_now_ns();
    pthread_mutex_unlock(&all_lock);
}

void vhost_user_channel_fail(VhostUserChannel *c, VhostUserReason reason,
                             bool disconnect)
{
    struct vhost_dev *dev = current && current->channel == c ? current->dev
                                                             : NULL;

    if (c->down) {
        return;
    }
    if (disconnect) {
        c->down = true;
        if (vhost_user_channel_is_connected(c)) {
            qio_channel_shutdown(c->socket->ioc, QIO_CHANNEL_SHUTDOWN_BOTH,
                                 NULL);
        }
    }
    vhost_user_channel_note_failure(c, c->exchange.request, reason);
    vhost_user_report_request(c, dev, reason, disconnect);
}

static void wait_for(VhostUserChannel *c)
{
    int64_t begun_ns;

    if (!qemu_rec_mutex_trylock(&c->lock)) {
        return;
    }
    begun_ns = vhost_user_now_ns();
    qemu_rec_mutex_lock(&c->lock);
    c->lock_waits++;
    c->longest_wait_ns = MAX(c->longest_wait_ns,
                             vhost_user_now_ns() - begun_ns);
}

void vhost_user_turn_begin(VhostUserTurn *turn, VhostUserChannel *channel,
                           struct vhost_dev *dev)
{
    if (vhost_user_policy.serialize) {
        wait_for(channel);
    }
    *turn = (VhostUserTurn) {
        .channel = channel,
        .dev = dev,
        .outer = current,
        .quiet = current && current->channel == channel && current->quiet,
    };
    current = turn;
}

int vhost_user_turn_end(VhostUserTurn *turn, int result)
{
    VhostUserChannel *c = turn->channel;

    if (result == -EPROTO && !turn->ends_refused &&
        vhost_user_channel_is_connected(c)) {
        vhost_user_channel_fail(c, VHOST_USER_REASON_BAD_REPLY, true);
    } else if (turn->refused && !turn->quiet) {
        vhost_user_channel_fail(c, VHOST_USER_REASON_REFUSED, turn->fatal);
    }
    current = turn->outer;
    if (vhost_user_policy.serialize) {
        qemu_rec_mutex_unlock(&c->lock);
    }
    return result;
}

VhostUserTurn *vhost_user_turn_current(void)
{
    return current;
}

void vhost_user_channel_foreach(VhostUserChannelFn *fn, void *opaque)
{
    VhostUserChannel *c;

    pthread_mutex_lock(&all_lock);
    QTAILQ_FOREACH(c, &all, next) {
        fn(c, opaque);
    }
    pthread_mutex_unlock(&all_lock);
}

void vhost_user_channel_set_user(VhostUserChannel *c, const char *device,
                                 const char *path)
{
    pthread_mutex_lock(&all_lock);
    g_free(c->device);
    c->device = g_strdup(device);
    g_free(c->path);
    c->path = g_strdup(path);
    pthread_mutex_unlock(&all_lock);
}
