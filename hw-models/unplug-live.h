/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug, live: the core's records, tied to devices, clock and main loop. */
#ifndef ANNEX_UNPLUG_LIVE_H
#define ANNEX_UNPLUG_LIVE_H

#include "hw-models/unplug-transport.h"
#include "hw-models/unplug-vmstate.h"

/*
 * For the supervisor alone; all under the BQL.  A record is attached to its
 * device (common/shadow.h), so that it never outlives it unnoticed: when the
 * device is finalized, the record is taken off its address at once, and
 * reported as gone from the main loop, after the host's DEVICE_DELETED.
 */

/* Once, before everything else.  Transports put their hooks into @set. */
void unplug_live_start(AnnexHookSet *set);

/* Begin a record for @dev, which has none, and watch its registers. */
UnplugRecord *unplug_live_open(HotplugHandler *handler, DeviceState *dev,
                               const UnplugTransportOps *transport);

/* Watch the registers for another attempt. */
void unplug_live_attach(UnplugRecord *r);

/* As unplug_core_asked(), and so on; the timer follows. */
void unplug_live_asked(UnplugRecord *r, int64_t timeout_ms);
void unplug_live_continued(UnplugRecord *r, int64_t timeout_ms);
void unplug_live_cancelling(UnplugRecord *r, UnplugCancel cancel);
void unplug_live_resume(UnplugRecord *r, const UnplugSaved *saved);

/*
 * Ends of a record whose device is still there: as the functions of the
 * core.  @r is freed, except by a refusal when the device is leaving.
 */
void unplug_live_finish(UnplugRecord *r, UnplugOutcome outcome, bool present);
void unplug_live_refused(UnplugRecord *r, UnplugErrorReason reason, int code,
                         const char *message);
void unplug_live_drop(UnplugRecord *r);

/* The device is as good as gone: report it from the main loop. */
void unplug_live_gone_soon(UnplugRecord *r);

#endif
