/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug supervisor: sees every unplug of the host, whatever the transport. */
#ifndef ANNEX_UNPLUG_SUPERVISOR_H
#define ANNEX_UNPLUG_SUPERVISOR_H

#include "common/host/qapi.h"
#include "hw-models/unplug-transport.h"
#include "hw-models/unplug-vmstate.h"

/*
 * One per process, shared by the modules that bring transports.
 *
 * It interposes unplug_request() and unplug() of every hotplug handler
 * (include/hw/hotplug.h), and so sees device_del by QMP and HMP, ejects by
 * the guest, and completions at reset.  All of it runs under the BQL: in
 * the main thread for requests, timers and resets, in a vCPU thread for
 * what guests do.
 */

/*
 * Start the supervisor, if it is not running yet, for module @owner.
 * Returns false with nothing changed and an error on a host whose handlers
 * are not as expected.
 */
bool unplug_supervisor_start(const char *owner, Error **errp);

/* Whether @dev, or another device of its slot, has a record. */
bool unplug_supervisor_has_slot(HotplugHandler *handler, DeviceState *dev);

/*
 * A handler is about to get a request for @dev.  The answer: let it, or
 * fail with the error, or do without it.  *@is_new: no request was pending.
 */
UnplugRetry unplug_supervisor_asking(HotplugHandler *handler,
                                     DeviceState *dev, bool *is_new,
                                     Error **errp);

/* The handler has got it, or has failed. */
void unplug_supervisor_asked(DeviceState *dev, bool is_new, bool failed);

/* The request for @dev was done without the handler. */
void unplug_supervisor_continued(DeviceState *dev);

/* A handler is about to remove @dev for good. */
void unplug_supervisor_ejecting(HotplugHandler *handler, DeviceState *dev);

/* It could not: the device is still there. */
void unplug_supervisor_eject_failed(DeviceState *dev, const char *message);

/*
 * device_del with a deadline of its own; @timeout_ms < 0: the transport's.
 * Errors are those of device_del.  Main thread.
 */
void unplug_supervisor_request(const char *id_or_path, int64_t timeout_ms,
                               Error **errp);

/* Cancel the request of @r; see device-unplug-cancel. */
bool unplug_supervisor_cancel(UnplugRecord *r, UnplugOutcome *outcome,
                              bool *pending, Error **errp);

/*
 * Adopt a request that was not made here, because @dev's registers show it
 * (@in_flight, @seen), or the source has told of it (@saved, or NULL).
 * Without @saved, the deadline starts afresh.
 */
void unplug_supervisor_adopt(HotplugHandler *handler, DeviceState *dev,
                             bool in_flight, bool seen,
                             const UnplugSaved *saved);

/*
 * The machine is being reset (@begin), or has been: what is still there
 * then has outlived its request.
 */
void unplug_supervisor_reset(bool begin);

#endif
