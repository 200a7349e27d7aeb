/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's trip to another QEMU: its failover pair, and its traffic. */
#ifndef ANNEX_TEST_FAILOVER_TRIP_H
#define ANNEX_TEST_FAILOVER_TRIP_H

#include "failover-guest.h"
#include "failover-peer.h"

/* Who takes the primary away, and gives the guest another. */
typedef enum FailoverWay {
    FAILOVER_BY_ANNEX,
    FAILOVER_BY_STOCK,          /* failover=on */
    FAILOVER_BY_HAND,           /* device_del, migrate, device_add */
} FailoverWay;

#define FAILOVER_WAYS (FAILOVER_BY_HAND + 1)

extern const char *const failover_ways[FAILOVER_WAYS];

/* Ports of the switch, in the order in which the VMs are made. */
enum {
    FAILOVER_STANDBY_HERE,
    FAILOVER_PRIMARY_HERE,
    FAILOVER_STANDBY_THERE,
    FAILOVER_PRIMARY_THERE,
};

typedef struct FailoverPlan {
    const FailoverSetup *setup;
    FailoverWay way;
    const char *card;           /* a driver of both QEMU and the guest */
    const char *options;        /* the module's, or NULL */
} FailoverPlan;

/*
 * A VM on two ports of @peer.  Without a primary where one comes by hand
 * later: if @name is "there".
 */
TestVm *failover_trip_vm(FailoverPeer *peer, const FailoverPlan *plan,
                         const char *name);

/* Start the first VM of a peer, and wait until its primary carries pings. */
void failover_trip_start(TestVm *vm, FailoverPeer *peer);

/* Milliseconds from the first command on. */
typedef struct FailoverTrip {
    int unplug_ms;              /* until migration goes on, or can begin */
    int total_ms;               /* until the primary there carries pings */
    FailoverGaps gaps;          /* until two seconds after that */
    char *log;                  /* see failover_peer_log() */
} FailoverTrip;

/* From one VM to another.  Free the log. */
FailoverTrip failover_trip(const FailoverPlan *plan);

#endif
