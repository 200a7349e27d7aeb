/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover core: the state machine of a pair, without devices or clocks. */
#ifndef ANNEX_FAILOVER_CORE_H
#define ANNEX_FAILOVER_CORE_H

#include "qemu/osdep.h"
#include "annex-failover-qapi-types.h"

/*
 * The core is told what has happened (the functions below), and asked what
 * to do about it (failover_core_next()), until that is nothing.  It knows no
 * clock but the @now_ms that it is given, milliseconds of the host's time,
 * and speaks through a reporter.  It has no locks; its user holds the BQL.
 */

/* No end to retries. */
#define FAILOVER_RETRY_FOR_EVER INT64_MAX

typedef struct FailoverPolicy {
    int64_t unplug_timeout_ms;
    int64_t settle_ms;          /* from a slot's being free to its use */
    int64_t retries;            /* rounds after the first */
    int at_slot_power;          /* not 0: hidden until the guest powers it */
    int on_timeout;             /* a FailoverUnplugAction */
} FailoverPolicy;

typedef enum FailoverAction {
    FAILOVER_DO_NOTHING,

    /*
     * Create the candidate @current, unless its slot is busy: to be answered
     * by failover_core_plugged(), _plug_failed(), _slot_busy(), or by
     * _slot_free(), which may ask to wait.  A slot that is FAILOVER_POWERED
     * is not busy.
     */
    FAILOVER_DO_PLUG,

    /*
     * Have its slot look occupied, unless that is busy: to be answered by
     * failover_core_presented(), or as above.
     */
    FAILOVER_DO_PRESENT,

    /* Have the slot that looks occupied look empty again. */
    FAILOVER_DO_RETRACT,

    /* Ask the guest to let go; _ask_failed() if that cannot be done now. */
    FAILOVER_DO_ASK,

    /* Take the request back. */
    FAILOVER_DO_WITHDRAW,

    /* The same, and cancel the migration. */
    FAILOVER_DO_ABORT,

    /* Take the device from a guest that uses it. */
    FAILOVER_DO_REMOVE,

    /* Take it from a guest that has not begun to run. */
    FAILOVER_DO_REMOVE_AT_RESET,
} FailoverAction;

typedef enum FailoverMigrating {
    FAILOVER_NOT_MIGRATING,
    FAILOVER_MIGRATING,
    FAILOVER_MIGRATION_ABORTING, /* until the host says that it has ended */
    FAILOVER_MIGRATED,          /* out; until the VM runs here again */
} FailoverMigrating;

/* Who has caused a device to go. */
typedef enum FailoverCause {
    FAILOVER_BY_US,
    FAILOVER_BY_USER,           /* device_del */
    FAILOVER_BY_GUEST,
} FailoverCause;

/* Until when no primary is to be plugged. */
typedef enum FailoverHold {
    FAILOVER_NOT_HELD,
    FAILOVER_HELD_BY_GUEST,     /* until its driver starts anew */
    FAILOVER_HELD_BY_USER,      /* until the user says so */
    FAILOVER_HELD_BY_DELETION,  /* the same, or gives another candidate */
} FailoverHold;

/* Of a slot without a device, that looks as if it had one. */
typedef enum FailoverPresence {
    FAILOVER_NOT_PRESENTED,
    FAILOVER_PRESENTED,
    FAILOVER_POWERED,           /* and the guest has switched it on */
    FAILOVER_SWITCHED_OFF,      /* and then off again */
    FAILOVER_STALE,             /* it is not the slot of @current any more */
} FailoverPresence;

typedef struct FailoverOption {
    char *id;
    char *driver;
    FailoverCandidateState state;
    int64_t attempts;
    char *error;                /* or NULL */
    void *opaque;               /* the user's */
} FailoverOption;

typedef struct FailoverCore FailoverCore;

typedef struct FailoverReporter {
    /* @message may be NULL. */
    void (*changed)(const FailoverCore *c, FailoverReason reason,
                    const char *message);
    void (*timed_out)(const FailoverCore *c, FailoverUnplugReason reason,
                      int64_t waited_ms, FailoverUnplugAction action);
    /* What has the guest done about the request?  Never @refused. */
    FailoverUnplugReason (*blame)(const FailoverCore *c);
    void (*option_free)(void *opaque);
} FailoverReporter;

/* To be read by anybody, and changed by the functions below alone. */
struct FailoverCore {
    const FailoverPolicy *policy;
    const FailoverReporter *reporter;
    void *opaque;               /* the user's */

    FailoverState state;
    FailoverReason reason;      /* of the plug, or unplug, in progress */
    GPtrArray *options;         /* of FailoverOption */
    unsigned current;           /* the one plugged, or to be tried next */

    bool negotiated;
    bool running;
    bool was_reset;             /* since the guest had accepted STANDBY */
    FailoverMigrating migrating;
    int64_t began_ms;           /* the migration */
    FailoverHold hold;

    int64_t rounds;             /* of all candidates, that failed */
    unsigned tried;             /* candidates in this round */
    bool exhausted;             /* no more retries */
    bool was_busy;              /* the slot */
    int64_t busy_since_ms;
    int64_t not_before_ms;      /* the next attempt, to plug or to ask */

    FailoverPresence presence;
    int64_t presented_ms;       /* since when */

    int64_t asked_ms;           /* when the guest was asked */
    int64_t waited_ms;          /* how long that took in the end */
    int64_t ask_again_ms;       /* after FAILOVER_DO_ASK has failed, or -1 */
    char *ask_error;            /* why that failed, or NULL */
    bool refused;
    bool removing;              /* by surprise, has begun */
    bool leaving;               /* the guest has let go; it is being freed */

    bool has_last;
    int64_t last_ms;
    FailoverOutcome last;
    bool has_last_reason;
    FailoverUnplugReason last_reason;
    char *last_message;         /* or NULL */
};

FailoverCore *failover_core_new(const FailoverPolicy *policy,
                                const FailoverReporter *reporter,
                                void *opaque);
void failover_core_free(FailoverCore *c);

/* The candidate @current, or NULL when there is none. */
FailoverOption *failover_core_current(const FailoverCore *c);

/* Whether a device is in the slot. */
bool failover_core_has_primary(const FailoverCore *c);

/* The number of candidate @id, or -1. */
int failover_core_find(const FailoverCore *c, const char *id);

/* A candidate more.  The strings are copied. */
void failover_core_add(FailoverCore *c, const char *id, const char *driver,
                       void *opaque);

/* Forget candidate @n, which is not plugged. */
void failover_core_forget(FailoverCore *c, unsigned n);

/* The guest's driver has accepted STANDBY, or let go of the standby. */
void failover_core_negotiated(FailoverCore *c, bool negotiated);

/* The machine was reset. */
void failover_core_reset(FailoverCore *c);

/* The VM runs, and is free to get devices, or not. */
void failover_core_running(FailoverCore *c, bool running);

/* A migration begins, fails (or is cancelled), or has completed. */
void failover_core_migration_begins(FailoverCore *c, int64_t now_ms);
void failover_core_migration_cancelling(FailoverCore *c, int64_t now_ms);
void failover_core_migration_failed(FailoverCore *c);
void failover_core_migration_done(FailoverCore *c);

/* Commands.  They may be refused, with *@message set to static text. */
bool failover_core_user_plug(FailoverCore *c, int candidate,
                             const char **message);
bool failover_core_user_unplug(FailoverCore *c, const char **message);

/* Answers to FAILOVER_DO_PLUG and FAILOVER_DO_PRESENT. */
void failover_core_presented(FailoverCore *c, int64_t now_ms);
void failover_core_slot_busy(FailoverCore *c, int64_t now_ms);
bool failover_core_slot_free(FailoverCore *c, int64_t now_ms);
void failover_core_plugged(FailoverCore *c, int64_t now_ms);
void failover_core_plug_failed(FailoverCore *c, const char *message,
                               int64_t now_ms);
/* It could not be tried: the host takes no devices at the moment. */
void failover_core_plug_later(FailoverCore *c, int64_t now_ms);

/* The guest has switched the slot that looks occupied on, or off. */
void failover_core_powered(FailoverCore *c, bool on);

/* FAILOVER_DO_ASK could not be done now. */
void failover_core_ask_failed(FailoverCore *c, const char *message,
                              int64_t now_ms);

/* The guest has refused. */
void failover_core_refused(FailoverCore *c);

/* The request has ended with the device still there. */
void failover_core_kept(FailoverCore *c);

/* The guest has let go, or it is taken: the device will be gone soon. */
void failover_core_leaving(FailoverCore *c);

/* The device is gone. */
void failover_core_gone(FailoverCore *c, FailoverCause cause, int64_t now_ms);

/* What to do now. */
FailoverAction failover_core_next(FailoverCore *c, int64_t now_ms);

/* When to ask that again though nothing has happened, or -1. */
int64_t failover_core_due_ms(const FailoverCore *c);

/*
 * Since when the guest is waited for.  A migration waits no longer than it
 * may, though another request were in progress when it began, and have ended
 * since with the device still there: it counts from its own begin.
 */
int64_t failover_core_waits_since_ms(const FailoverCore *c);

/* Whether a migration has to wait for the guest. */
bool failover_core_holds_migration(const FailoverCore *c);

#endif
