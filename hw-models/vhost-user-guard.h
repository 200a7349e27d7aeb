/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user guards: every operation of a device is a turn. */
#ifndef ANNEX_VHOST_USER_GUARD_H
#define ANNEX_VHOST_USER_GUARD_H

#include "common/hooks.h"
#include "hw-models/vhost-user-channel.h"

/*
 * A guard is a copy of the host's table of operations, for one vhost device,
 * in which each operation is the host's within a turn.  The device points to
 * it from when it is found, at the end of its handshake, until it is
 * disconnected.  The host's own table is not written to.
 */
typedef struct VhostUserGuard {
    VhostOps ops;
    struct vhost_dev *dev;
    NotifierWithReturn *notifier;
    VhostUserChannel *channel;
    unsigned rings_told;        /* the host is about to tell them again */
    unsigned ended;             /* the last end of postcopy that it saw */
    QLIST_ENTRY(VhostUserGuard) next;
} VhostUserGuard;

/* The guard of a device that has one. */
static inline VhostUserGuard *vhost_user_guard_of(const struct vhost_dev *dev)
{
    return container_of(dev->vhost_ops, VhostUserGuard, ops);
}

/*
 * The guard of the device whose postcopy notifier @n is, or NULL if it has
 * gone.  Under the BQL.
 */
VhostUserGuard *vhost_user_guard_find(const NotifierWithReturn *n);

/*
 * A device that has not seen the end of postcopy of number @ending, and has
 * now, or NULL.  Under the BQL.
 */
VhostUserGuard *vhost_user_guard_next_to_end(unsigned ending);

/* Guard the devices that are new since the last time.  Under the BQL. */
void vhost_user_guard_adopt(void);

/* The same with all that there are.  Before anything else, under the BQL. */
void vhost_user_guard_start(AnnexHookSet *set);

#endif
