/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user I/O: what goes over the sockets, bounded in time. */
#include "hw-models/vhost-user-io.h"

#include <poll.h>

#include "hw-models/vhost-user-channel.h"
#include "hw-models/vhost-user-guard.h"
#include "hw-models/vhost-user-watchdog.h"

/*
 * Originals.  Kept here, since every socket's I/O comes this way, of any
 * thread, and the table of hooks is the BQL's.
 */
static int (*next_write)(Chardev *chr, const uint8_t *data, int len);
static int (*next_read)(Chardev *chr, const uint8_t *data, int len);

/*
 * The back-end does not read.  Whoever has called would sleep and try again,
 * in a coroutine with all others going on, and in our turn; so not before
 * there is room, or no more time.
 */
static void wait_for_room(VhostUserChannel *c)
{
    struct pollfd p = { .fd = c->socket->sioc->fd, .events = POLLOUT };
    int ready;

    vhost_user_watchdog_begin(c);
    do {
        ready = poll(&p, 1, -1);
    } while (ready < 0 && errno == EINTR);
    if (vhost_user_watchdog_end(c)) {
        vhost_user_channel_fail(c, VHOST_USER_REASON_TIMEOUT, true);
    }
}

/* All of @data, or an error, never a part. */
static int write_all(VhostUserChannel *c, const uint8_t *data, int len)
{
    bool was_connected = vhost_user_channel_is_connected(c);
    int done = 0, n;

    if (vhost_user_core_begin(&c->exchange, data, len, vhost_user_now_ns())) {
        c->requests++;
        vhost_user_channel_note_connection(c);
    }
    while (done < len) {
        n = next_write(c->chr, data + done, len - done);
        if (n < 0 && errno == EAGAIN) {
            wait_for_room(c);
        } else if (n <= 0) {
            int saved = errno;

            if (was_connected) {
                vhost_user_channel_fail(c, VHOST_USER_REASON_DISCONNECTED,
                                        true);
            }
            c->exchange.left = 0;
            errno = saved;
            return n;
        } else {
            done += n;
        }
    }
    vhost_user_core_wrote(&c->exchange, len);
    return len;
}

static void take_reply(VhostUserChannel *c, const uint8_t *data, int len)
{
    VhostUserTurn *turn = vhost_user_turn_current();
    VhostUserReply reply = vhost_user_core_read(&c->exchange, data, len);

    if (turn && turn->channel == c) {
        turn->ends_refused = reply == VHOST_USER_REPLY_REFUSED;
    }
    switch (reply) {
    case VHOST_USER_REPLY_PARTIAL:
        return;
    case VHOST_USER_REPLY_DONE:
        break;
    case VHOST_USER_REPLY_REFUSED:
        if (turn && turn->channel == c) {
            turn->refused = true;
        } else {
            vhost_user_channel_fail(c, VHOST_USER_REASON_REFUSED, false);
        }
        break;
    case VHOST_USER_REPLY_BAD:
        vhost_user_channel_fail(c, VHOST_USER_REASON_BAD_REPLY, true);
        return;
    }
    c->longest_round_trip_ns = MAX(c->longest_round_trip_ns,
                                   vhost_user_now_ns() -
                                   c->exchange.begun_ns);
}

static int read_some(VhostUserChannel *c, const uint8_t *data, int len)
{
    bool was_connected = vhost_user_channel_is_connected(c);
    const uint32_t request = c->exchange.request;
    const int64_t begun_ns = c->exchange.begun_ns;
    bool is_late;
    int n, saved;

    vhost_user_watchdog_begin(c);
    n = next_read(c->chr, data, len);
    saved = errno;
    is_late = vhost_user_watchdog_end(c);
    if (n > 0) {
        take_reply(c, data, n);
    }
    if (is_late || (n <= 0 && was_connected)) {
        /* The connection's end may have had its device ask for more. */
        c->exchange.request = request;
        c->exchange.begun_ns = begun_ns;
        vhost_user_channel_fail(c, is_late ? VHOST_USER_REASON_TIMEOUT
                                   : c->exchange.got
                                   ? VHOST_USER_REASON_SHORT_REPLY
                                   : VHOST_USER_REASON_DISCONNECTED, true);
    }
    errno = saved;
    return n;
}

/*
 * A vhost-user front-end has no handler for what comes unasked.  The character
 * device does not know of the feature if it was given a socket (fd=).
 */
static bool can_be_channel(Chardev *chr)
{
    SocketChardev *s = SOCKET_CHARDEV(chr);

    return chr->be && !chr->be->chr_read && !chr->be->chr_can_read &&
           s->state == TCP_CHARDEV_STATE_CONNECTED &&
           qio_channel_has_feature(s->ioc, QIO_CHANNEL_FEATURE_FD_PASS);
}

/*
 * The channel, if any, of a message that is written in no turn of ours: that
 * of a device that is being connected, before it is guarded, or is a request
 * that the host makes beside the operations.
 */
static VhostUserChannel *channel_of_message(Chardev *chr,
                                            const uint8_t *data, int len)
{
    VhostUserChannel *c;
    uint32_t request;

    if (!vhost_user_core_is_request(data, len, &request) ||
        !annex_host_bql_locked() || !can_be_channel(chr)) {
        return NULL;
    }
    if (request == VHOST_USER_FIRST_REQUEST) {
        c = vhost_user_channel_get(chr);
    } else {
        c = vhost_user_channel_find(chr);
    }
    vhost_user_guard_adopt();
    return c;
}

/* The channel if it is the one of this thread's turn. */
static VhostUserChannel *channel_of_turn(Chardev *chr)
{
    VhostUserTurn *turn = vhost_user_turn_current();

    return turn && turn->channel->chr == chr ? turn->channel : NULL;
}

/* Any thread. */
static int on_write(Chardev *chr, const uint8_t *data, int len)
{
    VhostUserChannel *c = channel_of_turn(chr);

    if (!c) {
        c = channel_of_message(chr, data, len);
    }
    return c ? write_all(c, data, len) : next_write(chr, data, len);
}

/* Any thread. */
static int on_read(Chardev *chr, const uint8_t *data, int len)
{
    VhostUserChannel *c = channel_of_turn(chr);

    if (!c && annex_host_bql_locked()) {
        c = vhost_user_channel_find(chr);
    }
    return c ? read_some(c, data, len) : next_read(chr, data, len);
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_CHARDEV_SOCKET, ChardevClass, chr_write, on_write),
    ANNEX_METHOD(TYPE_CHARDEV_SOCKET, ChardevClass, chr_sync_read, on_read),
    {}
};

bool vhost_user_io_start(AnnexHookSet *set, Error **errp)
{
    ChardevClass *klass =
        CHARDEV_CLASS(object_class_by_name(TYPE_CHARDEV_SOCKET));

    /* Subclasses of sockets have the same functions. */
    next_write = klass->chr_write;
    next_read = klass->chr_sync_read;
    return annex_hooks_add_methods(set, methods, errp);
}
