/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real Linux guests: set-ups, devices, ways to be in the way. */
#ifndef ANNEX_TEST_UNPLUG_GUEST_H
#define ANNEX_TEST_UNPLUG_GUEST_H

#include "vm.h"

/* How each of these is done, and was measured: README.md. */
typedef enum UnplugKind {
    UNPLUG_KIND_DISK,           /* virtio-blk, with known content */
    UNPLUG_KIND_CPU,
    UNPLUG_KIND_DIMM,
} UnplugKind;

/* A machine, and the slots that its devices are in. */
typedef struct UnplugSetup {
    const char *name;           /* in test paths */
    const char *transport;      /* as in QMP */
    UnplugKind kind;
    const char *machine;
    const char *args;           /* more of the command line, or NULL */
    const char *bus;            /* of all disks; NULL: a root port each */
    unsigned cold;              /* devices there from the start */
    unsigned devices;           /* that a boot has at most */
    const char *gpe;            /* of the transport, or NULL */
    const char *driver;         /* of the port or bridge, or NULL */
} UnplugSetup;

/* All set-ups; ends with one without a name. */
extern const UnplugSetup unplug_setups[];
const UnplugSetup *unplug_setup(const char *name);

typedef struct UnplugGuest UnplugGuest;

/* A device: to be unplugged.  Belongs to its guest. */
typedef struct UnplugDevice {
    UnplugGuest *g;
    unsigned n;                 /* number of its place */
    char *id;                   /* in QMP; a disk's serial number, too */
    char *address;              /* disk: in the guest, "0000:01:00.0" */
    char *port;                 /* disk: of the bridge above it */
    unsigned block;             /* DIMM: number of its memory block */
    unsigned slot;              /* DIMM: of the controller */
    bool ejected;               /* by the guest, unasked */
    bool settled;               /* DIMM: the guest is done with its removal */
} UnplugDevice;

struct UnplugGuest {
    const UnplugSetup *setup;
    TestVm *vm;
    bool stock;
    char *checksum;             /* of every disk */
    unsigned taken;             /* devices handed out */
    bool released;              /* what blocked ACPI, see device_hold() */
    GPtrArray *devices;
};

/*
 * A guest that has booted.  @options: of annex-unplug, NULL for a stock
 * QEMU.
 */
UnplugGuest *unplug_guest_start(const UnplugSetup *setup,
                                const char *options);

/*
 * The same with @cold devices instead of the set-up's number, not started:
 * for migrations.
 */
UnplugGuest *unplug_guest_new(const UnplugSetup *setup, const char *options,
                              unsigned cold);

/* Quit QEMU, which must end well, and free. */
void unplug_guest_stop(UnplugGuest *g);

/* Free; QEMU has ended, or is killed. */
void unplug_guest_free(UnplugGuest *g);

/* The next device, plugged and in use in the guest. */
UnplugDevice *device_take(UnplugGuest *g);

/* The device of the same place in a guest that has migrated to @g. */
UnplugDevice *device_arrived(UnplugGuest *g, const UnplugDevice *from);

/* Plug a new device into the place of @old, without any wait. */
UnplugDevice *device_plug_again(const UnplugDevice *old);

/* Plug a CPU that the set-up has a place left for. */
UnplugDevice *device_plug_spare(UnplugGuest *g);

/* Wait until the guest has it; online it (CPU, DIMM); have it work. */
void device_use(UnplugDevice *d);

/* Fail unless the guest can use it: read and compare all of a disk. */
void device_works(UnplugDevice *d);

/* device_del must succeed; device-unplug with a deadline, too. */
void device_del(UnplugDevice *d);
void device_request(UnplugDevice *d, unsigned timeout_ms);

/* device_del by HMP: the error's text, "" for none. */
const char *device_del_hmp(UnplugDevice *d);

/* Have the guest miss requests for the device, and take them again. */
void device_deafen(UnplugDevice *d);
void device_hear(UnplugDevice *d);

/*
 * Have the guest not let go of the device, until device_release(): by a
 * driver that holds it (disk), or that holds up the kernel's queue for
 * everything in ACPI (CPU, DIMM).  device_wait_held(): it is at that.
 */
void device_hold(UnplugDevice *d);
void device_wait_held(UnplugDevice *d);
void device_release(UnplugDevice *d);

/* Wait until what device_hold() had added has gone, if released. */
void unplug_guest_settle(UnplugGuest *g);

/* CPU, DIMM: have the guest refuse with 0x80 or 0x82, or (0) no more. */
void device_refuse(UnplugDevice *d, unsigned code);

/* The guest ejects the device by itself. */
void device_eject(UnplugDevice *d);

#endif
