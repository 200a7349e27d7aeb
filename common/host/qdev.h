/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: devices, buses, machines and their hotplug handlers. */
#ifndef ANNEX_HOST_QDEV_H
#define ANNEX_HOST_QDEV_H

#include "qemu/osdep.h"
#include "hw/boards.h"
#include "hw/core/cpu.h"
#include "hw/hotplug.h"
#include "hw/qdev-core.h"
#include "monitor/qdev.h"
#include "qapi/qapi-commands-qdev.h"
#include "qom/object.h"

#if HOST_SERIES < 1000
#include "sysemu/sysemu.h"
#else
#include "system/system.h"
#endif

/*
 * Mark @dev as about to be deleted, or not.  A later device_del passes the
 * host's own check all the same (softmmu/qdev-monitor.c, 7.2,
 * qmp_device_del()).
 */
static inline void annex_host_set_pending_delete(DeviceState *dev, bool pending)
{
    dev->pending_deleted_event = pending;
    dev->pending_deleted_expires_ms = pending ? 1 : 0;
}

#endif
