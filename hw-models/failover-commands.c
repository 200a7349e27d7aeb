/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover commands: what there is, by hand, and device_del. */
#include "hw-models/failover-commands.h"
#include "annex-failover-qapi-commands.h"
#include "annex-failover-qapi-init-commands.h"
#include "annex-failover-qapi-introspect.h"
#include "common/qmp.h"
#include "hw-models/failover-pair.h"
#include "qapi/qapi-events-qdev.h"

static FailoverCandidate *describe_candidate(const FailoverOption *o,
                                             unsigned index)
{
    FailoverCandidate *info = g_new0(FailoverCandidate, 1);

    info->id = g_strdup(o->id);
    info->index = index;
    info->driver = g_strdup(o->driver);
    info->state = o->state;
    info->attempts = o->attempts;
    ANNEX_SET_OPT_POINTER(info, error, g_strdup(o->error));
    return info;
}

static FailoverMigration *describe_migration(const FailoverCore *c)
{
    FailoverMigration *info;

    if (c->migrating == FAILOVER_NOT_MIGRATING) {
        return NULL;
    }
    info = g_new0(FailoverMigration, 1);
    info->bound_ms = c->policy->unplug_timeout_ms;
    info->waited_ms = c->waited_ms;
    switch (c->migrating) {
    case FAILOVER_NOT_MIGRATING:
    case FAILOVER_MIGRATING:
        info->phase = FAILOVER_PHASE_RUNNING;
        if (failover_core_holds_migration(c)) {
            info->phase = FAILOVER_PHASE_WAIT_UNPLUG;
            info->waited_ms = failover_now_ms() -
                              failover_core_waits_since_ms(c);
        }
        break;
    case FAILOVER_MIGRATION_ABORTING:
        info->phase = FAILOVER_PHASE_ABORTING;
        break;
    case FAILOVER_MIGRATED:
        info->phase = FAILOVER_PHASE_COMPLETED;
        break;
    }
    return info;
}

static FailoverLast *describe_last(const FailoverCore *c)
{
    FailoverLast *info;

    if (!c->has_last) {
        return NULL;
    }
    info = g_new0(FailoverLast, 1);
    info->ago_ms = failover_now_ms() - c->last_ms;
    info->outcome = c->last;
    info->has_reason = c->has_last_reason;
    info->reason = c->last_reason;
    ANNEX_SET_OPT_POINTER(info, message, g_strdup(c->last_message));
    return info;
}

static FailoverPairInfo *describe(const FailoverPair *p)
{
    FailoverPairInfo *info = g_new0(FailoverPairInfo, 1);
    const FailoverCore *c = p->core;
    FailoverCandidateList **tail = &info->candidates;
    const char *primary = failover_core_has_primary(c)
                          ? failover_core_current(c)->id : NULL;
    unsigned i;

    info->standby = g_strdup(p->id);
    info->state = c->state;
    info->negotiated = c->negotiated;
    ANNEX_SET_OPT_POINTER(info, primary, g_strdup(primary));
    for (i = 0; i < c->options->len; i++) {
        QAPI_LIST_APPEND(tail, describe_candidate(c->options->pdata[i], i));
    }
    ANNEX_SET_OPT_POINTER(info, migration, describe_migration(c));
    ANNEX_SET_OPT_POINTER(info, last, describe_last(c));
    ANNEX_SET_OPT_POINTER(info, error, g_strdup(failover_pair_error(p)));
    return info;
}

FailoverPairInfoList *qmp_query_failover(Error **errp)
{
    FailoverPairInfoList *list = NULL, **tail = &list;
    const GPtrArray *pairs = failover_pairs();
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        QAPI_LIST_APPEND(tail, describe(pairs->pdata[i]));
    }
    return list;
}

static FailoverPair *find(const char *standby, Error **errp)
{
    FailoverPair *p = failover_pair_find(standby);

    if (!p) {
        error_setg(errp, "'%s' is not the standby of a pair", standby);
    }
    return p;
}

void qmp_failover_plug(const char *standby, ANNEX_OPT_STR_PARAM(id),
                       Error **errp)
{
    FailoverPair *p = find(standby, errp);
    const char *wanted = ANNEX_OPT_STR_ARG(id);
    int candidate = p && wanted ? failover_core_find(p->core, wanted) : -1;
    const char *message;

    if (!p) {
        return;
    }
    if (wanted && candidate < 0) {
        error_setg(errp, "'%s' is not a candidate of '%s'", wanted, standby);
    } else if (!failover_core_user_plug(p->core, candidate, &message)) {
        error_setg(errp, "cannot plug a primary of '%s': %s", standby,
                   message);
    } else {
        failover_pair_kick(p);
    }
}

void qmp_failover_unplug(const char *standby, Error **errp)
{
    FailoverPair *p = find(standby, errp);
    const char *message;

    if (!p) {
        return;
    }
    if (!failover_core_user_unplug(p->core, &message)) {
        error_setg(errp, "cannot unplug the primary of '%s': %s", standby,
                   message);
    } else {
        failover_pair_kick(p);
    }
}

/*
 * A candidate that is hidden is no device to the host.  Whoever deletes one
 * waits for DEVICE_DELETED all the same.
 */
static QmpCommand *device_del;

static void on_device_del(QDict *args, QObject **ret, Error **errp)
{
    QmpCommandFunc *next = annex_hooks_next(&device_del->fn, on_device_del);
    const char *id = qdict_get_try_str(args, "id");
    FailoverPair *p = id ? failover_pair_of_candidate(id) : NULL;
    int n = p ? failover_core_find(p->core, id) : -1;
    g_autofree char *path = NULL;

    if (!p || (failover_core_has_primary(p->core) && p->core->current == n)) {
        next(args, ret, errp);
        return;
    }
    path = g_strconcat("/machine/peripheral/", id, NULL);
    qapi_event_send_device_deleted(ANNEX_OPT_POINTER(id), path);
    failover_core_forget(p->core, n);
    failover_pair_kick(p);
}

static bool hook_device_del(AnnexHookSet *set, Error **errp)
{
    device_del = (QmpCommand *)qmp_find_command(&qmp_commands, "device_del");
    if (!device_del) {
        error_setg(errp, "this QEMU has no command 'device_del'");
        return false;
    }
    annex_hooks_add_slot(set, &device_del->fn, on_device_del, "device_del",
                         "fn");
    return true;
}

bool failover_commands_start(AnnexHookSet *set, Error **errp)
{
    return annex_qmp_add(set, annex_failover_qmp_init_marshal,
                         &annex_failover_qmp_schema_qlit, errp) &&
           hook_device_del(set, errp);
}
