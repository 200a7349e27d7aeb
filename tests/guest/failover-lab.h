/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failover pair at a switch, whose Linux guest goes from VM to VM. */
#ifndef ANNEX_TEST_FAILOVER_LAB_H
#define ANNEX_TEST_FAILOVER_LAB_H

#include "failover-guest.h"
#include "failover-peer.h"

/*
 * The guest pings the switch's host, and is pinged by it, ten times in a
 * second, from lab_start() to the end.  What is to be different is set before
 * the VM is made.
 */
typedef struct Lab {
    const FailoverSetup *setup;
    const char *options;        /* of the module, or NULL */
    const char *primary;        /* -device options, not only of candidates */
    const char *append;         /* words for the guest's kernel, or NULL */
    int timeout_ms;             /* unplug-timeout, as in @options */
    FailoverPeer *peer;
    TestVm *vm;                 /* where the guest runs */
} Lab;

#define LAB_PRIMARY FAILOVER_PRIMARY ",id=prim0"

/* Whether each test is to take its time: ANNEX_FAILOVER_LONG is set. */
bool lab_is_long(void);

Lab *lab_new(const FailoverSetup *setup);
void lab_free(Lab *lab);

/* Another VM, that does not run yet: the one to start with, or as @uri. */
TestVm *lab_vm(Lab *lab, const char *name, const char *args);

/* Boot the guest, and have it use the pair. */
void lab_start(Lab *lab);

/* The same after a boot that is waited for here; the primary is plugged. */
void lab_use_again(Lab *lab);

/* Have the guest ping from now on: of lab_start() and lab_use_again(). */
void lab_ping(Lab *lab);

/* A destination that waits for a stream; @args: more options, or NULL. */
TestVm *lab_destination(Lab *lab, const char *args);

/* The guest runs in @there now: end and forget the VM before. */
void lab_moved(Lab *lab, TestVm *there);

/* A migration to another VM, by which the primary is plugged at the end. */
void lab_migrates(Lab *lab);

/* The time, for lab_watch(). */
gint64 lab_now_us(void);

/*
 * Traffic passes both ways, by the primary or by the standby, and has done
 * so since @since_us, and does so for another second: no gap is longer than
 * @gap_ms.  lab_watch(): for another 6 s, or 60 s.
 */
void lab_flows(Lab *lab, gint64 since_us, bool by_primary, int gap_ms);
void lab_watch(Lab *lab, gint64 since_us, bool by_primary, int gap_ms);

/* The guest has sent no pings, and answered none, since @since_us. */
void lab_expect_silence(Lab *lab, gint64 since_us);

/* Without a plug or unplug: nothing but a busy machine makes a gap. */
#define LAB_NO_GAP_MS 4000

/* With one: see failover-traffic-test.c. */
#define LAB_GAP_MS 5000

/*
 * The guest is not told of requests, until it is unmasked: in a PCI Express
 * slot by the attention button, by ACPI by its general-purpose event.
 */
void lab_mask(Lab *lab, bool masked);

/*
 * A migration that the guest does not let happen ends in time, for @reason,
 * and the primary stays.
 */
void lab_aborts(Lab *lab, const char *reason);

/* Run @fn, as case @name of @group, for the set-ups. */
void lab_add(const char *group, const char *name, void (*fn)(Lab *lab),
             const char *only_setup);

#endif
