/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that vhost-user guards look into. */
#include "common/host/vhost-user.h"
#include "common/image.h"

ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_BUS, BusState),
    ANNEX_ABI(TYPE_CHARDEV, Chardev),
    ANNEX_ABI_CLASS(TYPE_CHARDEV, ChardevClass),
    ANNEX_ABI(TYPE_CHARDEV_SOCKET, SocketChardev),
    ANNEX_ABI(TYPE_MIGRATION, MigrationState),
    ANNEX_ABI(TYPE_QIO_CHANNEL_SOCKET, QIOChannelSocket),
    ANNEX_ABI(TYPE_VIRTIO_DEVICE, VirtIODevice),
    /* These embed what is no type of its own: a vhost device and its rings. */
    ANNEX_ABI(TYPE_VHOST_USER_BLK, VHostUserBlk),
    ANNEX_ABI(TYPE_VHOST_VSOCK_COMMON, VHostVSockCommon),
};
