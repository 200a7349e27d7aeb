/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug core: records of requests, their deadlines and their outcomes. */
#ifndef ANNEX_UNPLUG_CORE_H
#define ANNEX_UNPLUG_CORE_H

#include "qemu/osdep.h"
#include "annex-unplug-qapi-types.h"

/*
 * Pure bookkeeping: the core never looks into a device, a handler or a
 * transport, knows no clock but the @now_ms that it is given (milliseconds
 * of guest-running time), and speaks through a reporter.  It has no locks;
 * its user holds the BQL.
 *
 * A request lives from unplug_core_open() to exactly one done() report, or
 * to unplug_core_drop(), which reports nothing because the request never
 * reached the guest.
 */
typedef struct UnplugCore UnplugCore;

typedef enum UnplugCancel {
    UNPLUG_CANCEL_NONE,
    UNPLUG_CANCEL_ABORTING,     /* the guest was asked to stop */
    UNPLUG_CANCEL_KEEPING,      /* the device will be presented again */
} UnplugCancel;

typedef struct UnplugRecord {
    /* What was asked for: identity and names. */
    struct DeviceState *dev;    /* NULL once it has been finalized */
    struct HotplugHandler *handler;
    const struct UnplugTransportOps *transport;
    char *id;                   /* or NULL */
    char *path;
    char *type;

    /* How far it has got: changed by the functions below alone. */
    unsigned attempt;
    int64_t since_ms;           /* first attempt */
    int64_t asked_ms;           /* last attempt */
    int64_t timeout_ms;         /* 0: none */
    bool seen;                  /* by the guest, in this attempt */
    int64_t seen_ms;            /* when */
    bool timed_out;             /* in this attempt */
    bool leaving;               /* unrealized, not yet finalized */
    UnplugOutcome leaving_as;
    UnplugCancel cancel;

    /* The host has itself told of the guest's refusal; the core: never. */
    bool host_reported;

    /* The transport's own; cleared at open, never touched by the core. */
    struct {
        int slot;               /* of the controller, or of the bus */
        int bus;                /* by which the controller knows it */
        bool peeked;            /* the guest has read the request ... */
        int64_t peeked_ms;      /* ... or acknowledged it, at this time */
        bool press_on_blink;    /* a cancel waits for the guest to blink */
        bool presenting;        /* kept, and about to be presented again */
        uint32_t index;         /* of the (first) connector */
        unsigned events;        /* by which the guest was told */
        int64_t alarm_ms;       /* when to look at it again, or 0 */
        uint32_t fence;         /* connector of an event behind the request */
    } t;

    /* The core's own. */
    GSequenceIter *due;
    GList link;
} UnplugRecord;

/*
 * How the core speaks.  @elapsed_ms counts from the first attempt.  A
 * reporter may not call back into the core.
 */
typedef struct UnplugReporter {
    void (*error)(const UnplugRecord *r, UnplugErrorReason reason, int code,
                  const char *message, int64_t elapsed_ms);
    void (*not_deleted)(const UnplugRecord *r, int64_t elapsed_ms);
    void (*done)(const UnplugRecord *r, UnplugOutcome outcome, bool present,
                 int64_t elapsed_ms);
} UnplugReporter;

/* A refusal that came without a status code. */
#define UNPLUG_NO_CODE (-1)

/* The longest deadline that may be asked for, in seconds. */
#define UNPLUG_TIMEOUT_MAX 86400

UnplugCore *unplug_core_new(const UnplugReporter *reporter);

/* Forget all records without a report, and free. */
void unplug_core_free(UnplugCore *core);

/* The record of @dev, or NULL.  Constant time. */
UnplugRecord *unplug_core_find(UnplugCore *core, const void *dev);

/* All records, the oldest first. */
const GList *unplug_core_list(UnplugCore *core);

/*
 * Begin a request for @dev, which has none.  The names are copied.  No
 * attempt has been made yet.
 */
UnplugRecord *unplug_core_open(UnplugCore *core, void *dev, const char *id,
                               const char *path, const char *type);

/*
 * The guest has been asked (again): count the attempt, forget what was
 * seen of the last one, and start the deadline.
 */
void unplug_core_asked(UnplugCore *core, UnplugRecord *r, int64_t timeout_ms,
                       int64_t now_ms);

/*
 * The user has asked again, and the guest is at it already: as above, but
 * what was seen still holds.
 */
void unplug_core_continued(UnplugCore *core, UnplugRecord *r,
                           int64_t timeout_ms, int64_t now_ms);

/* A request that never reached the guest: forget it without a report. */
void unplug_core_drop(UnplugCore *core, UnplugRecord *r);

/* The guest has taken the request. */
void unplug_core_seen(UnplugRecord *r, int64_t now_ms);

/*
 * The request has failed for good: report error() and done(refused).  @r
 * is freed.  Ignored, and @r kept, when the device is already leaving.
 */
void unplug_core_refused(UnplugCore *core, UnplugRecord *r,
                         UnplugErrorReason reason, int code,
                         const char *message, int64_t now_ms);

/*
 * The device was unrealized and will go.  @in_reset: by a reset.  Its
 * deadline runs on: an object that somebody holds is not deleted.
 */
void unplug_core_leaving(UnplugRecord *r, bool in_reset);

/*
 * The device's memory is about to be freed: forget its address, which
 * another device may get before done() is reported.
 */
void unplug_core_detach(UnplugCore *core, UnplugRecord *r);

/* A device that was leaving has gone: report done().  @r is freed. */
void unplug_core_gone(UnplugCore *core, UnplugRecord *r, int64_t now_ms);

/* End a request in any other way: report done().  @r is freed. */
void unplug_core_finish(UnplugCore *core, UnplugRecord *r,
                        UnplugOutcome outcome, bool present, int64_t now_ms);

/*
 * Mark a cancel that waits for the guest.  From here on the deadline is
 * not reported any more: the user does not want the device deleted.
 */
void unplug_core_cancelling(UnplugCore *core, UnplugRecord *r,
                            UnplugCancel cancel);

/* When the next deadline falls, or -1. */
int64_t unplug_core_next_deadline(UnplugCore *core);

/* Report not_deleted() for each deadline that has passed, once. */
void unplug_core_expire(UnplugCore *core, int64_t now_ms);

/* requested, seen or timed-out. */
UnplugState unplug_core_state(const UnplugRecord *r);

/* Time to the deadline at @now_ms, or -1 when there is none. */
int64_t unplug_core_remaining(const UnplugRecord *r, int64_t now_ms);

/*
 * Put back what migration brought along (unplug-vmstate.c): the request was
 * first made @elapsed_ms ago and last @asked_ms ago.
 */
void unplug_core_resume(UnplugCore *core, UnplugRecord *r, unsigned attempt,
                        int64_t elapsed_ms, int64_t asked_ms, bool timed_out,
                        int64_t now_ms);

#endif
