/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user channels: what is known of each, and whose turn it is. */
#ifndef ANNEX_VHOST_USER_CHANNEL_H
#define ANNEX_VHOST_USER_CHANNEL_H

#include "common/host/vhost-user.h"

#include "annex-vhost-user-qapi-types.h"
#include "hw-models/vhost-user-core.h"

/* The module's options. */
typedef struct VhostUserPolicy {
    int64_t timeout_ms;         /* 0: none */
    bool serialize;
    bool link_down;
} VhostUserPolicy;

extern VhostUserPolicy vhost_user_policy;

/*
 * A channel is a socket character device with a vhost-user front-end.  Its
 * record is shadow state of the character device: it stays over connections
 * and ends with it.  Whoever keeps a pointer to it has a reference: of several
 * queue pairs the first takes the character device along, and the others are
 * cleaned up after that.
 *
 * A *turn* is what has to be over before the channel is another thread's: one
 * operation of a device, with all of its requests and replies.  Turns of one
 * thread nest.  The order of locks is the BQL, then a turn; nothing that is
 * called in a turn takes the BQL.
 */
typedef struct VhostUserChannel {
    QTAILQ_ENTRY(VhostUserChannel) next;
    unsigned refs;
    Chardev *chr;               /* NULL after its end */
    SocketChardev *socket;      /* the same */
    char *name;
    NetClientState *netdev;     /* that it goes away with, or NULL */
    QemuRecMutex lock;

    /* In a turn, or under the BQL where there is none. */
    VhostUserExchange exchange;
    QIOChannelSocket *connection; /* the last that was seen, until it ends */
    bool down;                  /* which has failed */

    /*
     * Read by anybody.  Written in a turn: the reader may see numbers that
     * are not of the same instant.
     */
    int64_t requests;
    int64_t timeouts;
    int64_t failures;
    int64_t lock_waits;
    int64_t longest_wait_ns;
    int64_t longest_round_trip_ns;
    uint32_t waiting_request;
    int64_t waiting_since_ns;   /* 0: none waits; see vhost-user-watchdog.c */

    /* Under the lock of all channels. */
    char *device;
    char *path;
    bool has_last;
    uint32_t last_request;
    VhostUserReason last_reason;
    int64_t last_ns;
} VhostUserChannel;

typedef struct VhostUserTurn {
    VhostUserChannel *channel;
    struct vhost_dev *dev;      /* whose operation it is */
    struct VhostUserTurn *outer;
    bool refused;               /* a reply was a refusal */
    bool ends_refused;          /* and it was the last */
    bool quiet;                 /* somebody else tells about that */
    bool fatal;                 /* and it is the end of the connection */
} VhostUserTurn;

/* The channel of @chr, or NULL.  Under the BQL. */
VhostUserChannel *vhost_user_channel_find(Chardev *chr);

/* The same, made if there is none.  @chr is a socket. */
VhostUserChannel *vhost_user_channel_get(Chardev *chr);

/* Under the BQL. */
VhostUserChannel *vhost_user_channel_ref(VhostUserChannel *c);
void vhost_user_channel_unref(VhostUserChannel *c);

/*
 * A request is about to be made: it may be the first that we see of this
 * connection, none of whose requests has failed.  Not all connections begin
 * with a handshake: some devices do not notice that they have lost one.
 */
void vhost_user_channel_note_connection(VhostUserChannel *c);

/* Whether the character device has a connection. */
bool vhost_user_channel_is_connected(const VhostUserChannel *c);

/*
 * The request at hand has failed.  Tells about it, unless that is but a
 * consequence of another that has failed before.  With @disconnect the socket
 * is shut down, as yank does it: the host sees the end of the stream, and
 * takes its own way to disconnect.  In a turn, or under the BQL.
 */
void vhost_user_channel_fail(VhostUserChannel *c, VhostUserReason reason,
                             bool disconnect);

/*
 * Count a failure, and have the channel's last one be of @request.  In a turn,
 * or under the BQL.
 */
void vhost_user_channel_note_failure(VhostUserChannel *c, uint32_t request,
                                     VhostUserReason reason);

/* Wait for @channel, and begin a turn of @dev, which may be NULL. */
void vhost_user_turn_begin(VhostUserTurn *turn, VhostUserChannel *channel,
                           struct vhost_dev *dev);

/*
 * End it; @result: what the operation returned, which is returned.  An
 * error that the channel did not show, a reply that the host would not take,
 * is reported here.
 */
int vhost_user_turn_end(VhostUserTurn *turn, int result);

/* The innermost turn of this thread, or NULL. */
VhostUserTurn *vhost_user_turn_current(void);

/* Monotonic time. */
int64_t vhost_user_now_ns(void);

/*
 * Call @fn for each channel, under the lock of all channels: no channel goes
 * away, and none waits.  Any thread.
 */
typedef void VhostUserChannelFn(VhostUserChannel *c, void *opaque);
void vhost_user_channel_foreach(VhostUserChannelFn *fn, void *opaque);

/* Which device runs on @c at the moment; NULL: none, or of no id. */
void vhost_user_channel_set_user(VhostUserChannel *c, const char *device,
                                 const char *path);

#endif
