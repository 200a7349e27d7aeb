/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: a virtio driver on vhost-user, and its back-end. */
#ifndef ANNEX_TEST_FAKE_VHOST_H
#define ANNEX_TEST_FAKE_VHOST_H

#include "memcheck.h"
#include "vhost-backend.h"
#include "vm.h"

/*
 * How late after its time the end of a wait may be noticed: the module's half
 * a second, and what a busy host adds.  Less than any other deadline.
 */
#define FAKE_VHOST_LATE_MS 10000

/*
 * One VM with a network card "nic0" on the netdev "net0", whose back-end,
 * behind the character device "chr0", is in this process.  No guest code
 * runs.  ANNEX_VHOST_VALGRIND: run QEMU under memcheck.
 */
typedef struct FakeVhost {
    TestVm *vm;
    TestVhost *back;
    QtestPci pci;
    uint32_t common;            /* where the card's registers are */
    unsigned queue_pairs;
    unsigned queues;            /* that the driver uses */
    bool iommu;
    bool mtu;
    bool checked;               /* under memcheck */
    Memcheck memcheck;
} FakeVhost;

typedef struct FakeVhostConfig {
    const char *options;        /* of annex-vhost-user */
    bool stock;                 /* do without it */
    uint64_t protocol_features; /* 0: VHOST_PROTOCOL_DEFAULT */
    unsigned queue_pairs;       /* 0: 1 */
    unsigned queues;            /* that the driver uses; 0: all */
    bool no_reconnect;
    bool by_fd;                 /* QEMU is given a connected socket */
    bool iommu;
    bool mtu;                   /* that the card has, and the driver takes */
    bool disk;                  /* "blk0" with two queues; no card */
    const char *args;           /* more of QEMU's, or NULL */
    const char *socket;         /* name of the back-end's; NULL: "vhost" */
} FakeVhostConfig;

/* A VM that does not run yet, and its back-end, which does. */
FakeVhost *fake_vhost_new(const char *name, const FakeVhostConfig *config);

/* The same, started, with a driver that runs. */
FakeVhost *fake_vhost_start(const FakeVhostConfig *config);

/* Quit QEMU, which must end well, and free all. */
void fake_vhost_stop(FakeVhost *f);

/* Free all of one whose QEMU has ended already. */
void fake_vhost_free_ended(FakeVhost *f);

/* What a driver does: feature negotiation, queues, DRIVER_OK. */
void fake_vhost_drive(FakeVhost *f);

/* And what one does that lets go of the device. */
void fake_vhost_reset(FakeVhost *f);

/* Have the card start and stop its back-end, by the link of the netdev. */
void fake_vhost_link(FakeVhost *f, bool up);

/*
 * Wait until the back-end has been told all about the queues of the
 * connection that it has, that is until the device has started.
 */
void fake_vhost_wait_started(FakeVhost *f);

/* Where the registers of the device's own kind are. */
uint32_t fake_vhost_config(FakeVhost *f);

/* Whether the guest sees a carrier. */
bool fake_vhost_has_carrier(FakeVhost *f);

/* query-vhost-user's member for "chr0", out of band. */
JsonObject *fake_vhost_query(FakeVhost *f);

/* Its "last-failure" is of @request, by @reason. */
void fake_vhost_expect_last(FakeVhost *f, const char *request,
                            const char *reason);

/*
 * Wait for the only VHOST_USER_REQUEST_FAILED until now, which is about
 * @request, by @reason and with @action.
 */
const QmpEvent *fake_vhost_expect(FakeVhost *f, const char *request,
                                  const char *reason, const char *action);

/* And that there was none since. */
void fake_vhost_expect_none(FakeVhost *f);

#endif
