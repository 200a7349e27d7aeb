/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user guards: every operation of a device is a turn. */
#include "hw-models/vhost-user-guard.h"

#include "hw-models/vhost-user-log.h"
#include "hw-models/vhost-user-postcopy.h"
#include "hw-models/vhost-user-start.h"

static AnnexHookSet *hooks;
static QLIST_HEAD(, VhostUserGuard) guards = QLIST_HEAD_INITIALIZER(guards);

/* The host's list of postcopy notifiers; new ones are put at its head. */
static NotifierWithReturn **notifiers;

/* Operations: in the thread that uses the device, nearly always with the BQL.
 */
#define DEFINE_OP(op, parameters, arguments)                            \
    static int guarded_##op parameters                                  \
    {                                                                   \
        VhostUserTurn turn;                                             \
                                                                        \
        vhost_user_turn_begin(&turn, vhost_user_guard_of(dev)->channel, \
                              dev);                                     \
        return vhost_user_turn_end(&turn, user_ops.op arguments);       \
    }

#define DEFINE_VOID_OP(op, parameters, arguments)                       \
    static void guarded_##op parameters                                 \
    {                                                                   \
        VhostUserTurn turn;                                             \
                                                                        \
        vhost_user_turn_begin(&turn, vhost_user_guard_of(dev)->channel, \
                              dev);                                     \
        user_ops.op arguments;                                          \
        vhost_user_turn_end(&turn, 0);                                  \
    }

ANNEX_HOST_VHOST_USER_OPS(DEFINE_OP)
ANNEX_HOST_VHOST_USER_VOID_OPS(DEFINE_VOID_OP)

/* The device is about to forget its back-end; and so the guard. */
static int guarded_vhost_backend_cleanup(struct vhost_dev *dev)
{
    VhostUserGuard *guard = vhost_user_guard_of(dev);

    annex_hooks_remove_slot(hooks, &guard->notifier->notify);
    annex_hooks_remove_slot(hooks, &dev->vhost_ops);
    vhost_user_channel_set_user(guard->channel, NULL, NULL);
    vhost_user_channel_unref(guard->channel);
    QLIST_REMOVE(guard, next);
    g_free(guard);
    return user_ops.vhost_backend_cleanup(dev);
}

#define SET_OP(op, parameters, arguments)           \
    if (user_ops.op) {                              \
        guard->ops.op = guarded_##op;               \
    }

static void fill(VhostUserGuard *guard)
{
    guard->ops = user_ops;
    ANNEX_HOST_VHOST_USER_OPS(SET_OP)
    ANNEX_HOST_VHOST_USER_VOID_OPS(SET_OP)
    guard->ops.vhost_backend_cleanup = guarded_vhost_backend_cleanup;
    guard->ops.vhost_dev_start = vhost_user_start_device;
    guard->ops.vhost_send_device_iotlb_msg = vhost_user_start_update_iotlb;
    guard->ops.vhost_set_features = vhost_user_log_set_features;
    guard->ops.vhost_set_mem_table = vhost_user_postcopy_set_mem_table;
    guard->ops.vhost_set_vring_addr = vhost_user_log_set_vring_addr;
}

/*
 * The device whose notifier @n is.  That the structure begins as we know it
 * shows in the pointers back to it; of anything else, NULL.
 */
static struct vhost_dev *device_of(NotifierWithReturn *n)
{
    AnnexHostVhostUser *u = container_of(n, AnnexHostVhostUser,
                                         postcopy_notifier);

    if (!u->dev || u->dev->opaque != u || u->dev->vhost_ops != &user_ops ||
        !u->user || !u->user->chr || !u->user->chr->chr ||
        !object_dynamic_cast(OBJECT(u->user->chr->chr),
                             TYPE_CHARDEV_SOCKET)) {
        return NULL;
    }
    return u->dev;
}

static void guard_device(struct vhost_dev *dev, NotifierWithReturn *n)
{
    AnnexHostVhostUser *u = dev->opaque;
    VhostUserGuard *guard = g_new0(VhostUserGuard, 1);

    fill(guard);
    guard->dev = dev;
    guard->notifier = n;
    guard->channel =
        vhost_user_channel_ref(vhost_user_channel_get(u->user->chr->chr));
    QLIST_INSERT_HEAD(&guards, guard, next);
    vhost_user_postcopy_watch(n->notify);
    annex_hooks_add_slot(hooks, &dev->vhost_ops, &guard->ops, "vhost-user",
                         "vhost_ops");
    annex_hooks_add_slot(hooks, &n->notify, vhost_user_postcopy_notify,
                         "vhost-user", "postcopy_notifier");
}

VhostUserGuard *vhost_user_guard_next_to_end(unsigned ending)
{
    VhostUserGuard *guard;

    QLIST_FOREACH(guard, &guards, next) {
        if (guard->ended != ending) {
            guard->ended = ending;
            break;
        }
    }
    return guard;
}

VhostUserGuard *vhost_user_guard_find(const NotifierWithReturn *n)
{
    VhostUserGuard *guard;

    QLIST_FOREACH(guard, &guards, next) {
        if (guard->notifier == n) {
            break;
        }
    }
    return guard;
}

void vhost_user_guard_adopt(void)
{
    NotifierWithReturn *n;

    if (vhost_user_postcopy_is_first(*notifiers)) {
        return;
    }
    /* What is after ours was looked at before, and ours are no devices'. */
    for (n = *notifiers; n && !vhost_user_postcopy_is_first(n);
         n = n->node.le_next) {
        struct vhost_dev *dev = device_of(n);

        if (dev) {
            guard_device(dev, n);
        }
    }
    vhost_user_postcopy_be_first();
}

void vhost_user_guard_start(AnnexHookSet *set)
{
    hooks = set;
    notifiers = annex_host_postcopy_notifiers();
    vhost_user_guard_adopt();
}
