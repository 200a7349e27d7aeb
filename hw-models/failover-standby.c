/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover standby: offers VIRTIO_NET_F_STANDBY, and sees it accepted. */
#include "hw-models/failover-standby.h"
#include "common/shadow.h"

/* virtio 1.2, 5.1.3: VIRTIO_NET_F_STANDBY. */

#define SHADOW_KEY "failover-standby"

/* A virtio-net-pci device has the id, and a virtio-net device within. */
static const char *id_of(VirtIODevice *vdev)
{
    DeviceState *dev = DEVICE(vdev);

    if (dev->id || !dev->parent_bus || !dev->parent_bus->parent) {
        return dev->id;
    }
    return dev->parent_bus->parent->id;
}

static bool is_net(DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), ANNEX_HOST_TYPE_VIRTIO_NET);
}

static int look_at(DeviceState *dev, void *opaque)
{
    VirtIODevice **found = opaque;

    if (is_net(dev)) {
        *found = VIRTIO_DEVICE(dev);
    }
    return *found != NULL;
}

static VirtIODevice *find_net(DeviceState *dev)
{
    VirtIODevice *found = NULL;

    qdev_walk_children(dev, look_at, NULL, NULL, NULL, &found);
    return found;
}

/* The host's own failover, by the same feature. */
static bool has_own_failover(VirtIODevice *vdev)
{
    return object_property_get_bool(OBJECT(vdev), "failover", NULL);
}

bool failover_standby_look(const char *id, Error **errp)
{
    DeviceState *dev = qdev_find_recursive(sysbus_get_default(), id);
    VirtIODevice *vdev = dev ? find_net(dev) : NULL;

    if (dev && !vdev) {
        error_setg(errp, "annex-failover: standby '%s' is not a virtio-net "
                   "device", id);
        return false;
    }
    if (vdev && has_own_failover(vdev)) {
        error_setg(errp, "annex-failover: standby '%s' has 'failover=on'",
                   id);
        return false;
    }
    return true;
}

static void note(FailoverPair *p, uint8_t status)
{
    bool accepted = (status & VIRTIO_CONFIG_S_DRIVER_OK) &&
                    virtio_vdev_has_feature(p->standby, VIRTIO_NET_F_STANDBY);

    if (accepted || !(status & VIRTIO_CONFIG_S_DRIVER_OK)) {
        failover_core_negotiated(p->core, accepted);
        failover_pair_kick(p);
    }
}

/* By then it has been unrealized, and another may have come. */
static void on_release(Object *obj, void *pair)
{
}

static void offer(FailoverPair *p, VirtIODevice *vdev)
{
    p->unfit = has_own_failover(vdev);
    if (p->standby || p->unfit) {
        return;
    }
    p->standby = vdev;
    annex_shadow_set(OBJECT(vdev), SHADOW_KEY, p, on_release);
    annex_host_virtio_offer(vdev, VIRTIO_NET_F_STANDBY);
}

void failover_standby_adopt(FailoverPair *p)
{
    DeviceState *dev = qdev_find_recursive(sysbus_get_default(), p->id);
    VirtIODevice *vdev = dev ? find_net(dev) : NULL;

    if (vdev) {
        offer(p, vdev);
    }
}

static void on_realize(DeviceListener *listener, DeviceState *dev)
{
    const char *id = is_net(dev) ? id_of(VIRTIO_DEVICE(dev)) : NULL;
    FailoverPair *p = id ? failover_pair_find(id) : NULL;

    if (p) {
        offer(p, VIRTIO_DEVICE(dev));
    } else if (dev->id && failover_pair_find(dev->id) && !find_net(dev)) {
        failover_pair_find(dev->id)->unfit = true;
    }
}

static void on_unrealize(DeviceListener *listener, DeviceState *dev)
{
    FailoverPair *p = is_net(dev) ? annex_shadow_get(OBJECT(dev), SHADOW_KEY)
                                  : NULL;

    if (p && p->standby == VIRTIO_DEVICE(dev)) {
        p->standby = NULL;
        failover_core_negotiated(p->core, false);
        failover_pair_kick(p);
    }
}

static DeviceListener device_listener = {
    .realize = on_realize,
    .unrealize = on_unrealize,
};

/* In a vCPU thread, or the main thread; under the BQL. */
static void on_set_status(VirtIODevice *vdev, uint8_t status)
{
    VirtioDeviceClass *klass = VIRTIO_DEVICE_GET_CLASS(vdev);
    FailoverPair *p = annex_shadow_get(OBJECT(vdev), SHADOW_KEY);

    ANNEX_NEXT(klass, set_status)(vdev, status);
    if (p && p->standby == vdev) {
        note(p, status);
    }
}

/* The same.  The host's own failover is not to act on the feature. */
static void on_set_features(VirtIODevice *vdev, uint64_t features)
{
    VirtioDeviceClass *klass = VIRTIO_DEVICE_GET_CLASS(vdev);

    if (annex_shadow_get(OBJECT(vdev), SHADOW_KEY)) {
        virtio_clear_feature(&features, VIRTIO_NET_F_STANDBY);
    }
    ANNEX_NEXT(klass, set_features)(vdev, features);
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(ANNEX_HOST_TYPE_VIRTIO_NET, VirtioDeviceClass, set_status,
                 on_set_status),
    ANNEX_METHOD(ANNEX_HOST_TYPE_VIRTIO_NET, VirtioDeviceClass, set_features,
                 on_set_features),
    {}
};

bool failover_standby_start(AnnexHookSet *set, Error **errp)
{
    if (!annex_hooks_add_methods(set, methods, errp)) {
        return false;
    }
    device_listener_register(&device_listener);
    return true;
}
