/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user command: what there is of channels. */
#include "hw-models/vhost-user-commands.h"

#include "annex-vhost-user-qapi-commands.h"
#include "annex-vhost-user-qapi-init-commands.h"
#include "annex-vhost-user-qapi-introspect.h"
#include "common/qmp.h"
#include "hw-models/vhost-user-channel.h"

static int64_t ms_since(int64_t then_ns)
{
    return (vhost_user_now_ns() - then_ns) / 1000000;
}

static VhostUserInFlight *describe_waiting(const VhostUserChannel *c)
{
    int64_t since_ns = qatomic_read(&c->waiting_since_ns);
    VhostUserInFlight *info;

    if (since_ns <= 0) {
        return NULL;
    }
    info = g_new0(VhostUserInFlight, 1);
    info->request = g_strdup(vhost_user_core_name(c->waiting_request));
    info->waited_ms = ms_since(since_ns);
    return info;
}

static VhostUserLastFailure *describe_last(const VhostUserChannel *c)
{
    VhostUserLastFailure *info;

    if (!c->has_last) {
        return NULL;
    }
    info = g_new0(VhostUserLastFailure, 1);
    info->request = g_strdup(vhost_user_core_name(c->last_request));
    info->reason = c->last_reason;
    info->ms_ago = ms_since(c->last_ns);
    return info;
}

static void describe(VhostUserChannel *c, void *opaque)
{
    VhostUserChannelInfoList ***tail = opaque;
    VhostUserChannelInfo *info = g_new0(VhostUserChannelInfo, 1);

    info->chardev = g_strdup(c->name);
    ANNEX_SET_OPT_POINTER(info, device, g_strdup(c->device));
    ANNEX_SET_OPT_POINTER(info, qom_path, g_strdup(c->path));
    info->connected = vhost_user_channel_is_connected(c);
    ANNEX_SET_OPT_POINTER(info, in_flight, describe_waiting(c));
    info->requests = c->requests;
    info->timeouts = c->timeouts;
    info->failures = c->failures;
    info->lock_waits = c->lock_waits;
    info->longest_wait_ns = c->longest_wait_ns;
    info->longest_round_trip_ns = c->longest_round_trip_ns;
    ANNEX_SET_OPT_POINTER(info, last_failure, describe_last(c));
    QAPI_LIST_APPEND(*tail, info);
}

/* In the main thread, or the monitor's own. */
VhostUserChannelInfoList *qmp_query_vhost_user(Error **errp)
{
    VhostUserChannelInfoList *list = NULL, **tail = &list;

    vhost_user_channel_foreach(describe, &tail);
    return list;
}

bool vhost_user_commands_start(AnnexHookSet *set, Error **errp)
{
    return annex_qmp_add(set, annex_vhost_user_qmp_init_marshal,
                         &annex_vhost_user_qmp_schema_qlit, errp);
}
