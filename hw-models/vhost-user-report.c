/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user report: what has failed, as QMP events. */
#include "hw-models/vhost-user-report.h"

#include "annex-vhost-user-qapi-emit-events.h"
#include "annex-vhost-user-qapi-events.h"
#include "common/events.h"

/* What the generator's code calls with a finished event. */
void annex_vhost_user_qapi_event_emit(annex_vhost_user_QAPIEvent event,
                                      QDict *dict)
{
    annex_event_emit(dict);
}

void vhost_user_report_find(const struct vhost_dev *dev, const char **id,
                            char **path)
{
    DeviceState *d, *proxy;

    *id = NULL;
    *path = NULL;
    if (!dev || !dev->vdev || !annex_host_bql_locked()) {
        return;
    }
    /* The user's device is the transport's, which the virtio device is in. */
    d = DEVICE(dev->vdev);
    proxy = d->parent_bus ? d->parent_bus->parent : NULL;
    d = proxy ? proxy : d;
    *id = d->id;
    *path = object_get_canonical_path(OBJECT(d));
}

/*
 * What leaves the channel connected, a guest can cause again and again: it has
 * but to start its driver, and a back-end that refuses.
 */
static bool allow(const VhostUserChannel *c, const char *event,
                  unsigned *suppressed)
{
    *suppressed = 0;
    return !annex_host_bql_locked() ||
           annex_event_allow(event, c->name, suppressed);
}

void vhost_user_report_request(const VhostUserChannel *c,
                               struct vhost_dev *dev, VhostUserReason reason,
                               bool disconnected)
{
    const VhostUserExchange *x = &c->exchange;
    g_autofree char *path = NULL;
    unsigned suppressed = 0;
    const char *id;

    if (!disconnected &&
        !allow(c, "VHOST_USER_REQUEST_FAILED", &suppressed)) {
        return;
    }
    vhost_user_report_find(dev, &id, &path);
    qapi_event_send_vhost_user_request_failed(
        c->name, ANNEX_OPT_POINTER(id), ANNEX_OPT_POINTER(path),
        vhost_user_core_name(x->request), reason,
        (vhost_user_now_ns() - x->begun_ns) / 1000000,
        disconnected ? VHOST_USER_ACTION_DISCONNECTED
                     : VHOST_USER_ACTION_NONE,
        suppressed > 0, suppressed);
}

void vhost_user_report_start(const VhostUserChannel *c, struct vhost_dev *dev,
                             unsigned vq, int error, VhostUserAction action)
{
    g_autofree char *path = NULL;
    unsigned suppressed;
    const char *id;

    if (!allow(c, "VHOST_USER_START_FAILED", &suppressed)) {
        return;
    }
    vhost_user_report_find(dev, &id, &path);
    qapi_event_send_vhost_user_start_failed(
        c->name, ANNEX_OPT_POINTER(id), ANNEX_OPT_POINTER(path),
        dev->vq_index + vq, vhost_user_core_name(VHOST_USER_IOTLB_REQUEST),
        true, dev->vqs[vq].used_phys, -error, action, suppressed > 0,
        suppressed);
}
