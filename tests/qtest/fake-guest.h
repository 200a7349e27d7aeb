/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: drive each transport's registers as a driver would. */
#ifndef ANNEX_TEST_FAKE_GUEST_H
#define ANNEX_TEST_FAKE_GUEST_H

#include "vm.h"

/*
 * No guest code runs (test_vm_halt_rom()); the test is the guest, by qtest.
 * The device to be unplugged always has the id "dev0".
 */
typedef struct FakeGuest FakeGuest;

typedef struct FakeGuestOps {
    const char *name;           /* the transport, as in QMP */
    const char *machine;        /* "q35" or "pc" */
    const char *args;           /* more of the command line, with dev0 */
    bool deleted_event;         /* whether DEVICE_DELETED comes (TCG) */
    int code;                   /* of a refusal, or -1 */
    void (*set_up)(FakeGuest *g);
    void (*listen)(FakeGuest *g);       /* enable the interrupt */
    void (*take)(FakeGuest *g);         /* take note of the request */
    void (*refuse)(FakeGuest *g);       /* or NULL: it has no way to */
    void (*let_go)(FakeGuest *g);       /* the device may go */
} FakeGuestOps;

struct FakeGuest {
    const FakeGuestOps *ops;
    TestVm *vm;
    QtestAcpi acpi;
    QtestPci pci;               /* the port or bridge */
    uint16_t cap;               /* its slot registers */
    int select;                 /* ACPI PCI: number of the bus */
    int slot;
};

/* All transports; ends with a NULL. */
extern const FakeGuestOps *const fake_guests[];

/* The one of @name. */
const FakeGuestOps *fake_guest_ops(const char *name);

/* A command to run QEMU under (test_vm_wrapper()), or NULL. */
extern const char *fake_guest_wrapper;

/*
 * Start a VM with dev0 plugged and the guest not listening.  @options: of
 * annex-unplug, or NULL for a stock QEMU.  @incoming: start as the
 * destination of a migration, and do not touch the registers.
 */
FakeGuest *fake_guest_start(const FakeGuestOps *ops, const char *options,
                            bool incoming);

/* Quit QEMU, which must end well, and free. */
void fake_guest_stop(FakeGuest *g);

/* Take over the registers' addresses after a migration from @from. */
void fake_guest_arrive(FakeGuest *g, const FakeGuest *from);

#endif
