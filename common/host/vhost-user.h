/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: vhost devices whose back-end is another process. */
#ifndef ANNEX_HOST_VHOST_USER_H
#define ANNEX_HOST_VHOST_USER_H

#include "common/host/bql.h"
#include "common/host/migration.h"
#include "common/host/qdev.h"

#include "chardev/char-fe.h"
#include "chardev/char-socket.h"
#include "hw/virtio/vhost-backend.h"
#include "hw/virtio/vhost-user-blk.h"
#include "hw/virtio/vhost-user.h"
#include "hw/virtio/vhost-vsock-common.h"
#include "hw/virtio/vhost.h"
#include "hw/virtio/virtio-bus.h"
#include "io/channel-socket.h"
#include "migration/migration.h"
#include "migration/qemu-file.h"
#include "migration/postcopy-ram.h"
#include "qapi/qapi-commands-net.h"
#include "qapi/qapi-commands-yank.h"
#include "standard-headers/linux/virtio_config.h"

/*
 * First fields of struct vhost_user (hw/virtio/vhost-user.c, 7.2 and 10.0),
 * which is vhost_dev.opaque of such a device.
 */
typedef struct AnnexHostVhostUser {
    struct vhost_dev *dev;
    VhostUserState *user;
    QIOChannel *backend_channel;
    GSource *backend_source;
    NotifierWithReturn postcopy_notifier;
    struct PostCopyFD postcopy_fd;
} AnnexHostVhostUser;

/*
 * The operations in which the host talks to a back-end, all of VhostOps and
 * all returning an int; with their parameters and arguments.  Not in the
 * list: those that annex-vhost-user does more about, vhost_backend_cleanup,
 * vhost_dev_start, vhost_send_device_iotlb_msg, vhost_set_features,
 * vhost_set_mem_table and vhost_set_vring_addr.
 */
#define ANNEX_HOST_VHOST_USER_COMMON_OPS(OP)                            \
    OP(vhost_set_log_base, (struct vhost_dev *dev, uint64_t base,       \
                            struct vhost_log *log), (dev, base, log))   \
    OP(vhost_set_vring_endian, (struct vhost_dev *dev,                  \
                                struct vhost_vring_state *ring),        \
       (dev, ring))                                                     \
    OP(vhost_set_vring_num, (struct vhost_dev *dev,                     \
                             struct vhost_vring_state *ring),           \
       (dev, ring))                                                     \
    OP(vhost_set_vring_base, (struct vhost_dev *dev,                    \
                              struct vhost_vring_state *ring),          \
       (dev, ring))                                                     \
    OP(vhost_get_vring_base, (struct vhost_dev *dev,                    \
                              struct vhost_vring_state *ring),          \
       (dev, ring))                                                     \
    OP(vhost_set_vring_kick, (struct vhost_dev *dev,                    \
                              struct vhost_vring_file *file),           \
       (dev, file))                                                     \
    OP(vhost_set_vring_call, (struct vhost_dev *dev,                    \
                              struct vhost_vring_file *file),           \
       (dev, file))                                                     \
    OP(vhost_set_vring_err, (struct vhost_dev *dev,                     \
                             struct vhost_vring_file *file),            \
       (dev, file))                                                     \
    OP(vhost_get_features, (struct vhost_dev *dev, uint64_t *features), \
       (dev, features))                                                 \
    OP(vhost_set_owner, (struct vhost_dev *dev), (dev))                 \
    OP(vhost_reset_device, (struct vhost_dev *dev), (dev))              \
    OP(vhost_set_vring_enable, (struct vhost_dev *dev, int enable),     \
       (dev, enable))                                                   \
    OP(vhost_migration_done, (struct vhost_dev *dev, char *mac),        \
       (dev, mac))                                                      \
    OP(vhost_net_set_mtu, (struct vhost_dev *dev, uint16_t mtu),        \
       (dev, mtu))                                                      \
    OP(vhost_get_config, (struct vhost_dev *dev, uint8_t *config,       \
                          uint32_t size, Error **errp),                 \
       (dev, config, size, errp))                                       \
    OP(vhost_set_config, (struct vhost_dev *dev, const uint8_t *config, \
                          uint32_t offset, uint32_t size,               \
                          uint32_t flags),                              \
       (dev, config, offset, size, flags))                              \
    OP(vhost_crypto_create_session, (struct vhost_dev *dev,             \
                                     void *info, uint64_t *id),         \
       (dev, info, id))                                                 \
    OP(vhost_crypto_close_session, (struct vhost_dev *dev,              \
                                    uint64_t id), (dev, id))            \
    OP(vhost_get_inflight_fd, (struct vhost_dev *dev, uint16_t size,    \
                               struct vhost_inflight *inflight),        \
       (dev, size, inflight))                                           \
    OP(vhost_set_inflight_fd, (struct vhost_dev *dev,                   \
                               struct vhost_inflight *inflight),        \
       (dev, inflight))

/* And those that came later. */
#if HOST_SERIES < 900
#define ANNEX_HOST_VHOST_USER_OPS(OP) ANNEX_HOST_VHOST_USER_COMMON_OPS(OP)
#define ANNEX_HOST_VHOST_USER_VOID_OPS(OP)
#else
#define ANNEX_HOST_VHOST_USER_OPS(OP)                                   \
    ANNEX_HOST_VHOST_USER_COMMON_OPS(OP)                                \
    OP(vhost_set_device_state_fd, (struct vhost_dev *dev,               \
                                   VhostDeviceStateDirection direction, \
                                   VhostDeviceStatePhase phase, int fd, \
                                   int *reply_fd, Error **errp),        \
       (dev, direction, phase, fd, reply_fd, errp))                     \
    OP(vhost_check_device_state, (struct vhost_dev *dev, Error **errp), \
       (dev, errp))
#define ANNEX_HOST_VHOST_USER_VOID_OPS(OP)                              \
    OP(vhost_reset_status, (struct vhost_dev *dev), (dev))
#endif

/*
 * What a NotifierWithReturn's function takes, to be called @n and @data, and
 * where it puts an error: among the data of a postcopy notifier up to 8.2.
 */
#if HOST_SERIES < 900
#define ANNEX_HOST_NOTIFY_PARAMS NotifierWithReturn *n, void *data
#define ANNEX_HOST_NOTIFY_ARGS n, data
#define ANNEX_HOST_POSTCOPY_ERRP \
    (((struct PostcopyNotifyData *)data)->errp)
#else
#define ANNEX_HOST_NOTIFY_PARAMS \
    NotifierWithReturn *n, void *data, Error **errp
#define ANNEX_HOST_NOTIFY_ARGS n, data, errp
#define ANNEX_HOST_POSTCOPY_ERRP errp
#endif

typedef int AnnexHostNotifyFn(ANNEX_HOST_NOTIFY_PARAMS);

/* Never called: in the list for the time that we look at the list. */
static inline int annex_host_postcopy_probe(ANNEX_HOST_NOTIFY_PARAMS)
{
    return 0;
}

/*
 * Where the host keeps the head of its list of postcopy notifiers, of which
 * each vhost-user device has one.  The list is private (postcopy-ram.c), but
 * it adds at its head, and an element knows what points to it.
 */
static inline NotifierWithReturn **annex_host_postcopy_notifiers(void)
{
    NotifierWithReturn probe = { .notify = annex_host_postcopy_probe };
    NotifierWithReturn **head;

    postcopy_add_notifier(&probe);
    head = probe.node.le_prev;
    postcopy_remove_notifier(&probe);
    return head;
}

/*
 * Whether the first vhost device of a virtio device tells the back-end of the
 * memory, for all of them.  The host then sends nothing for the others, and
 * in postcopy waits for the reply all the same (hw/virtio/vhost-user.c, 7.2
 * and 10.0, vhost_user_set_mem_table_postcopy()).  Regions one by one, where
 * the back-end has slots for them, are told by each of them in 7.2.
 */
static inline bool annex_host_vhost_first_tells(const struct vhost_dev *dev)
{
    const uint64_t slots = 1ULL << 15;  /* F_CONFIGURE_MEM_SLOTS */

    return HOST_SERIES >= 1000 || !(dev->protocol_features & slots);
}

/*
 * Whether the back-end at hand was told that postcopy begins (it has given a
 * userfaultfd), and not yet that it has ended.
 */
static inline bool annex_host_vhost_in_postcopy(const struct vhost_dev *dev)
{
    const AnnexHostVhostUser *u = dev->opaque;

    return u->postcopy_fd.handler;
}

/* Whether the back-end sees the guest's memory through an IOMMU. */
static inline bool annex_host_vhost_has_iommu(struct vhost_dev *dev)
{
    return dev->vdev && virtio_bus_device_iommu_enabled(dev->vdev) &&
           virtio_host_has_feature(dev->vdev, VIRTIO_F_IOMMU_PLATFORM);
}

/*
 * In 7.2 an error while the log of dirty memory is switched on or off, at the
 * begin and end of a migration, is an abort() (hw/virtio/vhost.c,
 * vhost_log_global_start()).  In 10.0 the migration fails.
 */
#define ANNEX_HOST_VHOST_LOG_ABORTS (HOST_SERIES < 1000)

/*
 * In 7.2 a vhost-user-blk device may miss the end of a connection
 * (hw/virtio/vhost-user.c, vhost_user_async_close_bh()).  Not in 10.0.
 */
#define ANNEX_HOST_VHOST_MISSES_CLOSE (HOST_SERIES < 1000)

/* Whether there is an outgoing migration that can fail.  Under the BQL. */
static inline bool annex_host_migration_can_fail(void)
{
    return migrate_get_current()->to_dst_file;
}

/* Have the outgoing migration, if there is one, fail with @error. */
static inline void annex_host_migration_fail(const char *error)
{
    MigrationState *s = migrate_get_current();
    Error *err = NULL;

    if (s->to_dst_file) {
        error_setg(&err, "%s", error);
        qemu_file_set_error_obj(s->to_dst_file, -EIO, err);
    }
}

#endif
