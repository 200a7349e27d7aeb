/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user start: a device whose back-end cannot see its rings fails. */
#include "hw-models/vhost-user-start.h"

#include "hw-models/vhost-user-guard.h"
#include "hw-models/vhost-user-report.h"

/* In the main loop, after whatever was starting the device has given up. */
static void take_link_down(void *opaque)
{
    g_autofree char *netdev = opaque;
    Error *err = NULL;

    qmp_set_link(netdev, false, &err);
    if (err) {
        error_report_err(err);
    }
}

/* The id of the netdev, if @dev is a network card's; g_free(). */
static char *netdev_of(struct vhost_dev *dev)
{
    Object *obj = OBJECT(dev->vdev);

    return object_property_find(obj, "netdev")
           ? object_property_get_str(obj, "netdev", NULL) : NULL;
}

static VhostUserAction give_up(struct vhost_dev *dev)
{
    char *netdev = netdev_of(dev);

    user_ops.vhost_dev_start(dev, false);
    if (!vhost_user_policy.link_down || !netdev) {
        g_free(netdev);
        return VHOST_USER_ACTION_STOPPED;
    }
    aio_bh_schedule_oneshot(qemu_get_aio_context(), take_link_down, netdev);
    return VHOST_USER_ACTION_LINK_DOWN;
}

/*
 * Tell the back-end where the used rings are.  The host does this next, and
 * minds the result in 10.0, not in 7.2; it is spared that.  One event for
 * each failure: what the channel has failed by is told already.
 */
static int tell_rings(VhostUserTurn *turn, struct vhost_dev *dev)
{
    unsigned vq, told = 0;

    turn->quiet = true;
    for (vq = 0; vq < dev->nvqs; vq++) {
        int error;

        /* A queue that the driver does not use: the host has left it out. */
        if (!virtio_queue_get_desc_addr(dev->vdev, dev->vq_index + vq)) {
            continue;
        }
        error = vhost_device_iotlb_miss(dev, dev->vqs[vq].used_phys, true);
        if (error) {
            bool is_told = turn->channel->down;
            VhostUserAction action = give_up(dev);

            if (!is_told) {
                vhost_user_channel_note_failure(turn->channel,
                                                VHOST_USER_IOTLB_REQUEST,
                                                VHOST_USER_REASON_REFUSED);
                vhost_user_report_start(turn->channel, dev, vq, error,
                                        action);
            }
            return error;
        }
        told++;
    }
    vhost_user_guard_of(dev)->rings_told = told;
    return 0;
}

/* The original is not called for what tell_rings() has just done. */
int vhost_user_start_update_iotlb(struct vhost_dev *dev,
                                  struct vhost_iotlb_msg *msg)
{
    VhostUserGuard *guard = vhost_user_guard_of(dev);
    VhostUserTurn turn;

    if (guard->rings_told) {
        guard->rings_told--;
        return 0;
    }
    vhost_user_turn_begin(&turn, guard->channel, dev);
    return vhost_user_turn_end(&turn,
                               user_ops.vhost_send_device_iotlb_msg(dev,
                                                                    msg));
}

static void note_user(VhostUserTurn *turn, struct vhost_dev *dev,
                      bool started)
{
    g_autofree char *path = NULL;
    const char *id = NULL;

    if (started) {
        vhost_user_report_find(dev, &id, &path);
    }
    vhost_user_channel_set_user(turn->channel, id, path);
}

int vhost_user_start_device(struct vhost_dev *dev, bool started)
{
    VhostUserTurn turn;
    int result;

    vhost_user_turn_begin(&turn, vhost_user_guard_of(dev)->channel, dev);
    vhost_user_guard_of(dev)->rings_told = 0;
    note_user(&turn, dev, started);
    result = user_ops.vhost_dev_start(dev, started);
    if (!result && started && annex_host_vhost_has_iommu(dev)) {
        result = tell_rings(&turn, dev);
    }
    if (result) {
        note_user(&turn, dev, false);
    }
    return vhost_user_turn_end(&turn, result);
}
