/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: netdevs whose back-end is another process. */
#ifndef ANNEX_HOST_VHOST_USER_NET_H
#define ANNEX_HOST_VHOST_USER_NET_H

#include "common/host/vhost-user.h"

#include "net/net.h"
#include "net/vhost_net.h"

/*
 * A part of struct NetVhostUserState (net/vhost-user.c, 7.2 and 10.0): what
 * comes after the net client.
 */
typedef struct AnnexHostNetVhostUser {
    CharBackend chr;
    VhostUserState *vhost_user;
    VHostNetState *vhost_net;
    guint watch;
} AnnexHostNetVhostUser;

/*
 * The netdev that is told of @chr's events, or NULL: the host gives the name
 * of its first client along.  Under the BQL.
 */
static inline NetClientState *annex_host_netdev_of(const Chardev *chr)
{
    g_autofree NetClientState **ncs = NULL;
    int i, n;

    if (!chr->be || !chr->be->opaque) {
        return NULL;
    }
    n = qemu_find_net_clients_except(NULL, NULL, NET_CLIENT_DRIVER_NIC, 0);
    ncs = g_new(NetClientState *, n);
    qemu_find_net_clients_except(NULL, ncs, NET_CLIENT_DRIVER_NIC, n);
    for (i = 0; i < n; i++) {
        if (ncs[i]->info->type == NET_CLIENT_DRIVER_VHOST_USER &&
            ncs[i]->name == chr->be->opaque) {
            return ncs[i];
        }
    }
    return NULL;
}

/*
 * Whether netdev_del was told to delete @nc, whose card is still there: the
 * client waits for that, with its character device.  Under the BQL.
 */
static inline bool annex_host_netdev_is_deleted(const NetClientState *nc)
{
    return nc->peer && nc->peer->info->type == NET_CLIENT_DRIVER_NIC &&
           qemu_get_nic(nc->peer)->peer_deleted;
}

/*
 * Have the netdev at @chr, which is about to close, hear nothing more of it.
 * The same as net_vhost_user_event() does there, but for what looks for the
 * netdev in the list of all.
 */
static inline void annex_host_netdev_part(Chardev *chr)
{
    AnnexHostNetVhostUser *s = container_of(chr->be, AnnexHostNetVhostUser,
                                            chr);

    if (s->watch) {
        g_source_remove(s->watch);
        s->watch = 0;
    }
    qemu_chr_fe_set_handlers(&s->chr, NULL, NULL, NULL, NULL, NULL, NULL,
                             false);
}

#endif
