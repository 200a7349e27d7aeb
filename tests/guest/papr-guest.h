/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real pseries guests: machines, devices, ways to be in the way. */
#ifndef ANNEX_TEST_PAPR_GUEST_H
#define ANNEX_TEST_PAPR_GUEST_H

#include "vm.h"

/* How each of these is done, and was measured: README.md. */
typedef enum PaprKind {
    PAPR_CORE,
    PAPR_DIMM,                  /* of PAPR_LMBS blocks */
    PAPR_DISK,                  /* virtio-blk, with known content */
    PAPR_BRIDGED,               /* such a disk behind a PCI bridge */
    PAPR_PHB,                   /* a PCI host bridge */
} PaprKind;

#define PAPR_LMBS 3

typedef struct PaprGuest {
    TestVm *vm;
    PaprKind kind;
    bool stock;                 /* QEMU without the module */
    bool listens;               /* to PCI events: papr_listen() was called */
    char *checksum;             /* of every disk */
    unsigned taken;             /* devices handed out */
    GPtrArray *devices;
} PaprGuest;

/* A device: to be unplugged.  Belongs to its guest. */
typedef struct PaprDevice {
    PaprGuest *g;
    unsigned n;                 /* number of its place */
    char *id;                   /* in QMP; a disk's serial number, too */
    unsigned index;             /* of its (first) connector */
    unsigned block;             /* DIMM: number of its first memory block */
    char *cpu;                  /* core: in the guest, "cpu1" */
} PaprDevice;

/* "papr-cpu" and so on: in test paths, where it names the transport. */
const char *papr_kind_name(PaprKind kind);

/*
 * Under TCG, QEMU 10.0 corrupts its heap when a core is removed, without any
 * module (README.md).
 */
bool papr_host_removes_cores(void);

/* The number of disk @n's slot on its bus. */
unsigned papr_slot(unsigned n);

/*
 * A guest that has booted, for devices of @kind; disks, and the first host
 * bridge, are there from the start.  @options: of annex-papr-drc, NULL for a
 * stock QEMU.
 */
PaprGuest *papr_guest_start(PaprKind kind, const char *options);

/*
 * The same, not started, with @cold devices of @kind from the start: for
 * migrations, and requests that come before the guest does.
 */
PaprGuest *papr_guest_new(PaprKind kind, const char *options, unsigned cold);

/* Quit QEMU, which must end well, and free. */
void papr_guest_stop(PaprGuest *g);

/* Free; QEMU has ended. */
void papr_guest_free(PaprGuest *g);

/* Have the guest handle events of PCI and host bridges; once is enough. */
void papr_listen(PaprGuest *g);

/* system_reset, and wait for the next boot.  It listens no more. */
void papr_reset(PaprGuest *g);

/* The next device, plugged and in use in the guest. */
PaprDevice *papr_take(PaprGuest *g);

/* The next device, as it is from the start: the guest may not run yet. */
PaprDevice *papr_take_cold(PaprGuest *g);

/* The device of the same place in a guest that has migrated to @g. */
PaprDevice *papr_arrived(PaprGuest *g, const PaprDevice *from);

/* Plug one that was not there from the start, without any wait. */
PaprDevice *papr_plug_spare(PaprGuest *g);

/* Plug one of the same id into the same place; in use in the guest. */
void papr_plug_again(PaprDevice *d);

/* Wait until the guest has it, and can use it. */
void papr_use(PaprDevice *d);

/*
 * Fail unless the guest can use it now: run a task on a core, have all
 * memory online, read and compare all of a disk.
 */
void papr_works(PaprDevice *d);

/*
 * Have the guest keep the device, until papr_release(): a core and LMB @lmb
 * of a DIMM do not go offline, a disk's driver does not return.
 */
void papr_hold(PaprDevice *d, unsigned lmb);
void papr_release(PaprDevice *d);

/* The guest removes the device by itself, as an administrator would. */
void papr_remove(PaprDevice *d);

/*
 * device_del of a DIMM that the guest is to let go of LMB by LMB: the first
 * one, and later the others.
 */
void papr_remove_first_lmb(PaprDevice *d);
void papr_remove_other_lmbs(PaprDevice *d);

#endif
