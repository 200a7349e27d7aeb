/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug commands: query-unplug-requests, device-unplug and its cancel. */
#include "hw-models/unplug-commands.h"
#include "annex-unplug-qapi-commands.h"
#include "annex-unplug-qapi-init-commands.h"
#include "annex-unplug-qapi-introspect.h"
#include "common/qmp.h"
#include "hw-models/unplug-supervisor.h"

#include <math.h>

/* The transport's strings are its own, those of a reply are freed. */
static UnplugConnector *describe_connector(const UnplugRecord *r)
{
    const UnplugTransportOps *ops = r->transport;
    UnplugConnector info, *copy;

    if (!ops->connector || !ops->connector(r, &info)) {
        return NULL;
    }
    copy = g_new0(UnplugConnector, 1);
    copy->index = info.index;
    copy->type = g_strdup(info.type);
    copy->state = g_strdup(info.state);
    return copy;
}

static UnplugRequestInfo *describe(const UnplugRecord *r)
{
    UnplugRequestInfo *info = g_new0(UnplugRequestInfo, 1);
    const UnplugTransportOps *ops = r->transport;
    int64_t now = unplug_now_ms();
    int64_t remaining = unplug_core_remaining(r, now);

    ANNEX_SET_OPT_POINTER(info, device, g_strdup(r->id));
    info->path = g_strdup(r->path);
    info->type = g_strdup(r->type);
    info->transport = ops->id;
    info->state = unplug_core_state(r);
    info->listening = !r->leaving && (!ops->listening || ops->listening(r));
    info->cancelling = r->cancel != UNPLUG_CANCEL_NONE;
    info->attempt = r->attempt;
    info->elapsed_ms = r->attempt ? now - r->since_ms : 0;
    info->timeout_ms = r->timeout_ms;
    info->has_remaining_ms = remaining >= 0;
    info->remaining_ms = remaining;
    if (ops->progress && !r->leaving) {
        info->has_done = info->has_total = true;
        ops->progress(r, &info->done, &info->total);
    }
    ANNEX_SET_OPT_POINTER(info, connector, describe_connector(r));
    return info;
}

UnplugRequestInfoList *qmp_query_unplug_requests(Error **errp)
{
    UnplugRequestInfoList *list = NULL, **tail = &list;
    const GList *l;

    for (l = unplug_records(); l; l = l->next) {
        QAPI_LIST_APPEND(tail, describe(l->data));
    }
    return list;
}

/* The one of the two that is given, or NULL and an error. */
static const char *id_or_path(const char *id, const char *path, Error **errp)
{
    if (!id == !path) {
        error_setg(errp, "exactly one of 'id' and 'path' must be given");
        return NULL;
    }
    if (id && (!*id || *id == '/')) {
        error_setg(errp, "parameter 'id': '%s' is not a device id", id);
        return NULL;
    }
    if (path && *path != '/') {
        error_setg(errp, "parameter 'path': '%s' is not an absolute QOM path",
                   path);
        return NULL;
    }
    return id ? id : path;
}

void qmp_device_unplug(ANNEX_OPT_STR_PARAM(id), ANNEX_OPT_STR_PARAM(path),
                       bool has_timeout, double timeout, Error **errp)
{
    const char *name = id_or_path(ANNEX_OPT_STR_ARG(id),
                                  ANNEX_OPT_STR_ARG(path), errp);
    double ms = timeout * 1000;

    if (!name) {
        return;
    }
    if (has_timeout && !(timeout >= 0 && timeout <= UNPLUG_TIMEOUT_MAX &&
                         fabs(ms - round(ms)) < 1e-6)) {
        error_setg(errp, "parameter 'timeout': expected seconds from 0 to %d, "
                   "with up to three decimals", UNPLUG_TIMEOUT_MAX);
        return;
    }
    unplug_supervisor_request(name, has_timeout ? llround(ms) : -1, errp);
}

/* The device that @name, an id or a path, means to device_del. */
static DeviceState *find_device(const char *name, Error **errp)
{
    Object *ids = object_resolve_path("/machine/peripheral", NULL);
    Object *obj = *name == '/' ? object_resolve_path(name, NULL)
                               : object_resolve_path_component(ids, name);

    if (!obj || !object_dynamic_cast(obj, TYPE_DEVICE)) {
        error_set(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found",
                  name);
        return NULL;
    }
    return DEVICE(obj);
}

UnplugCancelResult *
qmp_device_unplug_cancel(ANNEX_OPT_STR_PARAM(id), ANNEX_OPT_STR_PARAM(path),
                         Error **errp)
{
    const char *name = id_or_path(ANNEX_OPT_STR_ARG(id),
                                  ANNEX_OPT_STR_ARG(path), errp);
    DeviceState *dev = name ? find_device(name, errp) : NULL;
    UnplugCancelResult *result;
    UnplugOutcome outcome;
    UnplugRecord *r;
    bool pending;

    if (!dev) {
        return NULL;
    }
    r = unplug_find(dev);
    if (!r) {
        error_setg(errp, "Device '%s' has no unplug request in flight", name);
        return NULL;
    }
    if (!unplug_supervisor_cancel(r, &outcome, &pending, errp)) {
        return NULL;
    }
    result = g_new0(UnplugCancelResult, 1);
    result->outcome = outcome;
    result->pending = pending;
    return result;
}

bool unplug_commands_start(AnnexHookSet *set, Error **errp)
{
    return annex_qmp_add(set, annex_unplug_qmp_init_marshal,
                         &annex_unplug_qmp_schema_qlit, errp);
}
