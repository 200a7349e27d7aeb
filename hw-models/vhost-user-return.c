/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user return: what devices make of the end of a connection. */
#include "hw-models/vhost-user-return.h"

#include "common/host/vhost-user-net.h"
#include "hw-models/vhost-user-channel.h"

/* The original: see vhost-user-io.c. */
static void (*next_event)(Chardev *chr, QEMUChrEvent event);

/* A character device, and then the netdev that it has. */
typedef struct Owner {
    const Chardev *chr;
    const NetClientState *netdev;
} Owner;

typedef struct Search {
    const char *label;
    VHostUserBlk *disk;
} Search;

static int look_at(Object *obj, void *opaque)
{
    Search *search = opaque;
    VHostUserBlk *disk;

    if (!object_dynamic_cast(obj, TYPE_VHOST_USER_BLK)) {
        return 0;
    }
    disk = VHOST_USER_BLK(obj);
    if (!disk->chardev.chr ||
        strcmp(disk->chardev.chr->label, search->label)) {
        return 0;
    }
    search->disk = disk;
    return 1;
}

/* The disk at the character device, or NULL. */
static VHostUserBlk *disk_of(const char *label)
{
    Search search = { .label = label };

    object_child_foreach_recursive(object_get_root(), look_at, &search);
    return search.disk;
}

/*
 * In the main loop.  Scheduled after the host's own, and so called before it:
 * of those of one round the last comes first (util/async.c, 7.2).  While the
 * host's is to come, the character device has no handlers.
 */
static void remember_device(void *opaque)
{
    g_autofree char *label = opaque;
    VHostUserBlk *disk = disk_of(label);

    if (disk && DEVICE(disk)->realized && disk->connected &&
        !disk->chardev.chr_event && !disk->dev.vdev) {
        disk->dev.vdev = VIRTIO_DEVICE(disk);
    }
}

static void compare(VhostUserChannel *c, void *opaque)
{
    Owner *owner = opaque;

    if (c->chr == owner->chr) {
        owner->netdev = c->netdev;
    }
}

/* Whether @chr has a netdev that was deleted.  Under the BQL. */
static bool is_of_deleted_netdev(const Chardev *chr)
{
    Owner owner = { .chr = chr };

    if (chr->be) {
        vhost_user_channel_foreach(compare, &owner);
    }
    return owner.netdev && annex_host_netdev_is_deleted(owner.netdev);
}

/*
 * Any thread.  With the last event @chr is half gone, and has no shadow state:
 * its name is used, and its address.  The original is not called for a netdev
 * that it would not find.
 */
static void on_event(Chardev *chr, QEMUChrEvent event)
{
    bool closes = event == CHR_EVENT_CLOSED && annex_host_bql_locked();

    if (closes && is_of_deleted_netdev(chr)) {
        annex_host_netdev_part(chr);
        return;
    }
    next_event(chr, event);
    if (ANNEX_HOST_VHOST_MISSES_CLOSE && closes && chr->label) {
        aio_bh_schedule_oneshot(qemu_get_aio_context(), remember_device,
                                g_strdup(chr->label));
    }
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_CHARDEV_SOCKET, ChardevClass, chr_be_event, on_event),
    {}
};

bool vhost_user_return_start(AnnexHookSet *set, Error **errp)
{
    ChardevClass *klass =
        CHARDEV_CLASS(object_class_by_name(TYPE_CHARDEV_SOCKET));

    next_event = klass->chr_be_event;
    return annex_hooks_add_methods(set, methods, errp);
}
