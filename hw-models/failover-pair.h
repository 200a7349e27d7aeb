/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs: the core, tied to devices, clock and main loop. */
#ifndef ANNEX_FAILOVER_PAIR_H
#define ANNEX_FAILOVER_PAIR_H

#include "common/host/qapi.h"
#include "common/host/virtio.h"
#include "hw-models/failover-core.h"

/* What a candidate is created from; FailoverOption.opaque. */
typedef struct FailoverOptions {
    QDict *properties;
    bool from_json;             /* and so the values have types */
    char *bus;
    int64_t lit_since_ms;       /* its slot, as far as was looked; or 0 */
} FailoverOptions;

typedef struct FailoverReport FailoverReport;

typedef struct FailoverPair {
    FailoverCore *core;
    char *id;                   /* of the standby */
    VirtIODevice *standby;      /* or NULL: not there (yet) */
    bool unfit;                 /* what is there cannot be a standby */

    DeviceState *primary;       /* plugged, or NULL */
    FailoverCause cause;        /* why it is going */
    bool asked;                 /* the request in flight is ours */
    bool unlisted;              /* taken out of the migration stream */

    char *presented;            /* bus of a slot that looks occupied, or NULL */

    QEMUTimer *timer;
    bool scheduled;

    FailoverReport *held;       /* an event that came too fast, or NULL */
    QEMUTimer *held_timer;      /* when to send it, or NULL */
} FailoverPair;

/* What the options of the module say. */
extern FailoverPolicy failover_policy;

/* All functions: under the BQL, in any thread, unless they say otherwise. */

/* The pair of standby @id: NULL if there is none, or a new one. */
FailoverPair *failover_pair_find(const char *id);
FailoverPair *failover_pair_get(const char *id);

/* All pairs (of FailoverPair), in the order of their making. */
const GPtrArray *failover_pairs(void);

/* The pair that has candidate @id, or NULL. */
FailoverPair *failover_pair_of_candidate(const char *id);

/* Do what there is to do about the pair, or all: soon, in the main loop. */
void failover_pair_kick(FailoverPair *p);
void failover_pair_kick_all(void);

/* The same now.  Main thread. */
void failover_pair_run(FailoverPair *p);

/* The host's time that the core is given, in ms. */
int64_t failover_now_ms(void);

/* Why the pair cannot work, or NULL.  Static text. */
const char *failover_pair_error(const FailoverPair *p);

/* Once. */
void failover_pair_start(void);

#endif
