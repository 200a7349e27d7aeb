/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: a virtio-net driver, and the slot of a failover primary. */
#ifndef ANNEX_TEST_FAKE_PAIR_H
#define ANNEX_TEST_FAKE_PAIR_H

#include "fake-guest.h"

/*
 * The standby is "net1" on the root bus, the port "rp0" is free for the
 * primary, and there are two more, "rp1" and "rp2".  No guest code runs.
 */
typedef struct FakePair {
    TestVm *vm;
    const char *standby;        /* its id */
    FakeGuest slot;             /* "rp0"; its steps are slot.ops's */
    QtestPci net;
    uint32_t bar;               /* where its memory is mapped */
    uint32_t common;            /* and where its registers are */
} FakePair;

/* By PCI Express slots, and by ACPI. */
extern const char *const fake_pair_transports[];

/* The standby, and a primary, as -device options. */
#define FAKE_STANDBY "-device virtio-net-pci,id=net1,addr=5,mac=" FAKE_MAC
#define FAKE_PRIMARY "-device e1000e,id=prim0,bus=rp0,standby=net1," \
                     "mac=" FAKE_MAC
#define FAKE_MAC "52:54:00:11:22:33"

/* A VM that does not run yet, of the ports and @devices. */
FakePair *fake_pair_new(const char *transport, const char *options,
                        const char *devices);

/* Start it, with a guest that listens to its slots. */
void fake_pair_start(FakePair *f);

/* The same in one, with FAKE_STANDBY and FAKE_PRIMARY, which is plugged. */
FakePair *fake_pair_plugged(const char *transport, const char *options);

/* Quit, and free. */
void fake_pair_stop(FakePair *f);

/*
 * Another pair of the same VM, which runs: standby @id is number @dev on the
 * root bus, its primary is for "rp1".  To be freed with g_free().
 */
FakePair *fake_pair_second(FakePair *f, const char *id, int dev);

/* The standby is the device behind "rp1", not on the root bus. */
void fake_pair_behind_port(FakePair *f);

/* Whether the standby offers STANDBY. */
bool fake_pair_is_offered(FakePair *f);

/* Drive the standby; with STANDBY accepted or not. */
void fake_pair_drive(FakePair *f, bool standby);

/* Let go of the standby. */
void fake_pair_reset(FakePair *f);

/* What a guest does about a newly plugged primary. */
void fake_pair_power_on(FakePair *f);

/* Take the request for the primary, and let it go. */
void fake_pair_release(FakePair *f);

/* Wait for FAILOVER_PRIMARY_CHANGED to @state; its reason is @reason. */
const QmpEvent *fake_pair_wait(FakePair *f, const char *state,
                               const char *reason);

/* query-failover's member for the pair. */
JsonObject *fake_pair_query(FakePair *f);
void fake_pair_expect(FakePair *f, const char *state);

/* Wait for what no event tells of. */
#define fake_pair_until(f, done) \
    fake_pair_until_named((f), (done), #done)
void fake_pair_until_named(FakePair *f, bool (*done)(FakePair *f),
                           const char *name);

/* The tests of a program; the end has no name. */
typedef struct FakePairTest {
    const char *name;
    void (*fn)(gconstpointer transport);
    bool native_only;
} FakePairTest;

/* Add @tests as "/PROGRAM/TRANSPORT/NAME", for each transport. */
void fake_pair_add_tests(const char *program, const FakePairTest *tests);

#endif
