/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: virtio devices and their features. */
#ifndef ANNEX_HOST_VIRTIO_H
#define ANNEX_HOST_VIRTIO_H

#include "common/host/qdev.h"
#include "hw/virtio/virtio.h"
#include "hw/virtio/virtio-bus.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_net.h"

/* TYPE_VIRTIO_NET of hw/virtio/virtio-net.h, which needs headers of eBPF. */
#define ANNEX_HOST_TYPE_VIRTIO_NET "virtio-net-device"

/*
 * Have @vdev, which is realized, offer feature @bit.  The host asks the
 * device for its features once, before that (hw/virtio/virtio-bus.c).
 */
static inline void annex_host_virtio_offer(VirtIODevice *vdev, unsigned bit)
{
    virtio_add_feature(&vdev->host_features, bit);
}

#endif
