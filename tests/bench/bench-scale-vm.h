/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for the benchmark by numbers: many ACPI PCI slots. */
#ifndef ANNEX_BENCH_SCALE_VM_H
#define ANNEX_BENCH_SCALE_VM_H

#include "vm.h"

/*
 * pc with PCI bridges, a device in each slot: "dev0" and so on.  No guest
 * code runs.
 */
typedef struct ScaleVm {
    TestVm *vm;
    QtestAcpi acpi;
    unsigned devices;
    int *selects;               /* of each bus, for the guest */
} ScaleVm;

/* The most that a machine has slots for. */
#define SCALE_DEVICES_MAX 1018

ScaleVm *scale_vm_start(unsigned devices, bool annex);
void scale_vm_stop(ScaleVm *s);

/* The calls below return microseconds. */

/* Round trips that do next to nothing. */
double scale_vm_qmp(ScaleVm *s);
double scale_vm_qtest(ScaleVm *s);

/* device_del of device @n. */
double scale_vm_request(ScaleVm *s, unsigned n);

/* The guest reads the register with the requests for the bus of @n. */
double scale_vm_read(ScaleVm *s, unsigned n);

/* query-unplug-requests, which must list @expected. */
double scale_vm_query(ScaleVm *s, unsigned expected);

/*
 * The guest ejects @n: until the write returns; *@deleted_us: until its
 * DEVICE_DELETED comes.
 */
double scale_vm_eject(ScaleVm *s, unsigned n, double *deleted_us);

/* Plug @n again. */
void scale_vm_plug(ScaleVm *s, unsigned n);

#endif
