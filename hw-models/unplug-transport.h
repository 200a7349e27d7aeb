/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug transports: what the supervisor asks of each, and offers to it. */
#ifndef ANNEX_UNPLUG_TRANSPORT_H
#define ANNEX_UNPLUG_TRANSPORT_H

#include "common/hooks.h"
#include "hw-models/unplug-core.h"

/* What became of an attempt to cancel; see UnplugTransportOps.cancel. */
typedef enum UnplugCancelAction {
    UNPLUG_CANCEL_FAILED,       /* errp is set, nothing has changed */
    UNPLUG_CANCEL_WITHDRAWN,    /* done: the guest never saw the request */
    UNPLUG_CANCEL_UNDONE,       /* done: the device was presented again */
    UNPLUG_CANCEL_ASKED,        /* the guest was asked to stop */
    UNPLUG_CANCEL_KEEP,         /* the guest will let go, the device stays */
} UnplugCancelAction;

/* What to do about a request for a device that has one in flight. */
typedef enum UnplugRetry {
    UNPLUG_RETRY_REFUSE,        /* errp is set, nothing has changed */
    UNPLUG_RETRY_ASK,           /* let the host's handler ask again */
    UNPLUG_RETRY_RESUME,        /* the guest is at it, do not poke it */
} UnplugRetry;

/*
 * One transport: one file, one table.  Everything runs under the BQL.  Of
 * the record, a transport changes r->t alone; what it sees the guest do it
 * tells by the functions below.  Optional entries may be NULL.
 */
typedef struct UnplugTransportOps UnplugTransportOps;

struct UnplugTransportOps {
    UnplugTransport id;
    const void *data;           /* the transport's own */

    /*
     * The device's object may outlive its removal for ever (a TCG vCPU, as
     * of 10.0): report it gone once it is unrealized.
     */
    bool gone_when_unrealized;

    /*
     * The host's migration stream leaves requests behind that the guest has
     * not taken: they have to be made again.
     */
    bool lost_in_stream;

    /*
     * The guest cannot eject what was not asked for: what goes without a
     * record goes along with another device.
     */
    bool never_unsolicited;

    /* Is a request for @dev that @handler gets ours? */
    bool (*claims)(const UnplugTransportOps *ops, HotplugHandler *handler,
                   DeviceState *dev);

    /* Start to watch the guest's registers.  Called for each attempt. */
    void (*attach)(AnnexHookSet *hooks, UnplugRecord *r);

    /*
     * Optional.  The user asks for @dev while a request is in flight, for it
     * or for another device of its slot (@r): is it safe to poke the guest?
     * If it is, make sure that it will notice.
     */
    UnplugRetry (*retry)(UnplugRecord *r, DeviceState *dev, Error **errp);

    /* Optional.  Does the guest have the transport's interrupt enabled? */
    bool (*listening)(const UnplugRecord *r);

    /* Optional.  Take the request back. */
    UnplugCancelAction (*cancel)(UnplugRecord *r, Error **errp);

    /*
     * Optional.  A cancel that waits for the guest has come along by
     * migration: set up here what is not in the registers.
     */
    void (*resume_cancel)(UnplugRecord *r);

    /* Optional.  The slot of @dev on its bus, for what goes as a whole. */
    int (*slot)(const DeviceState *dev);

    /*
     * Optional.  The record of another device that the guest would remove
     * together with @dev, or NULL.  Constant time.
     */
    UnplugRecord *(*slot_mate)(const DeviceState *dev);

    /*
     * Optional.  Do the registers show a request for @dev in flight?  For
     * a VM that has just arrived.  *@seen: has the guest taken it?
     */
    bool (*in_flight)(const UnplugTransportOps *ops, HotplugHandler *handler,
                      DeviceState *dev, bool *seen);

    /*
     * Optional.  The request was found at the destination of a migration:
     * mend what the host's stream has left behind.  Before the guest runs.
     */
    void (*arrived)(UnplugRecord *r);

    /*
     * Optional.  The machine was reset and the device is still there: clear
     * whatever of the request would outlive the reset.
     */
    void (*after_reset)(UnplugRecord *r);

    /* Optional.  The machine was reset: clear what has no record. */
    void (*reset)(void);

    /*
     * Optional.  The device is being unrealized: is that because the guest
     * has started afresh, without a reset of the machine?
     */
    bool (*leaves_by_reset)(const UnplugRecord *r);

    /* Optional.  The device is gone: clear what is left of the request. */
    void (*after_removal)(UnplugRecord *r);

    /* Optional.  Units let go and units in all. */
    void (*progress)(const UnplugRecord *r, int64_t *done, int64_t *total);

    /*
     * Optional.  Describe, in *@info, the connector by which the guest knows
     * the device; its strings are the transport's.  Returns false when there
     * is none any more.
     */
    bool (*connector)(const UnplugRecord *r, UnplugConnector *info);
};

/* The record of @dev, or NULL. */
UnplugRecord *unplug_find(const void *dev);

/* All records (of UnplugRecord), the oldest first. */
const GList *unplug_records(void);

/* Milliseconds of guest-running time. */
int64_t unplug_now_ms(void);

/* The guest has taken the request. */
void unplug_seen(UnplugRecord *r);

/* The guest has definitely refused.  @r is freed. */
void unplug_guest_refused(UnplugRecord *r, int code, const char *message);

/* A cancel that waited for the guest has ended.  @r is freed. */
void unplug_cancelled(UnplugRecord *r, UnplugOutcome outcome);

#endif
