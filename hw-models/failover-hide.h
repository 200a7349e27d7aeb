/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover: takes the options of devices with "standby", and keeps them. */
#ifndef ANNEX_FAILOVER_HIDE_H
#define ANNEX_FAILOVER_HIDE_H

/*
 * -device and device_add ask listeners whether a device is to be hidden
 * (include/hw/qdev-core.h, DeviceListener.hide_device), with all that was
 * given for it.  What could only fail at the plug, maybe at the destination
 * of a migration, is found now: wrong names, wrong values, a bus that takes
 * no hotplug.  Nothing is created or opened.
 */

/* Once. */
void failover_hide_start(void);

#endif
