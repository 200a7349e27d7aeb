/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug report: the core's reports as QMP events. */
#ifndef ANNEX_UNPLUG_REPORT_H
#define ANNEX_UNPLUG_REPORT_H

#include "hw-models/unplug-core.h"

/*
 * DEVICE_UNPLUG_ERROR, DEVICE_NOT_DELETED and DEVICE_UNPLUG_DONE, and the
 * stock DEVICE_UNPLUG_GUEST_ERROR for what a guest refused.  Errors, which
 * a guest could cause at will, are rate-limited by device; the other two
 * come once for each request or attempt of the user.
 */
extern const UnplugReporter unplug_reporter;

#endif
