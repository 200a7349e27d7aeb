/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug report: the core's reports as QMP events. */
#ifndef ANNEX_UNPLUG_REPORT_H
#define ANNEX_UNPLUG_REPORT_H

#include "hw-models/unplug-core.h"

/*
 * DEVICE_UNPLUG_ERROR, DEVICE_NOT_DELETED and DEVICE_UNPLUG_DONE, and the
 * stock DEVICE_UNPLUG_GUEST_ERROR for what a guest refused.  The errors,
 * ours and the stock one together, are rate-limited by device: a guest can
 * refuse as fast as somebody asks.  DEVICE_NOT_DELETED comes once for each
 * attempt of the user, DEVICE_UNPLUG_DONE once for each request, or device
 * that a guest ejects.
 */
extern const UnplugReporter unplug_reporter;

/*
 * Call @fn for each request that has ended, after its DEVICE_UNPLUG_DONE.
 * @present: its device is still there.  @r is about to be freed; @fn may not
 * call back into the supervisor.  Under the BQL.
 */
typedef void UnplugObserver(const UnplugRecord *r, UnplugOutcome outcome,
                            bool present);
void unplug_report_observe(UnplugObserver *fn);

#endif
