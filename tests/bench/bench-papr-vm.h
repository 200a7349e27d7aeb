/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for the benchmark of PAPR: a DIMM of many LMBs, many cores. */
#ifndef ANNEX_BENCH_PAPR_VM_H
#define ANNEX_BENCH_PAPR_VM_H

#include "vm.h"

/* 256 GiB, and all cores that the machine can have but the first. */
#define PAPR_LMBS 1024
#define PAPR_CORES 239

/* pseries that does not run, with the module or stock. */
typedef struct PaprVm {
    TestVm *vm;
    bool annex;
} PaprVm;

PaprVm *papr_vm_start_dimm(bool annex);
PaprVm *papr_vm_start_cores(bool annex);
void papr_vm_stop(PaprVm *p);

/* Plug "dev0", the DIMM, and have the guest use all of it. */
void papr_vm_plug_dimm(PaprVm *p);

/* The calls below return microseconds. */

/* device_del of "dev@n". */
double papr_vm_request(PaprVm *p, unsigned n);

/* The guest lets the LMBs, or cores, go: until its last call returns. */
double papr_vm_let_go_dimm(PaprVm *p);
double papr_vm_let_go_cores(PaprVm *p);

/* Wait for the last event about the removals of @n devices. */
void papr_vm_wait(PaprVm *p, unsigned n);

/* query-unplug-requests, which must list @expected; and a round trip. */
double papr_vm_query(PaprVm *p, unsigned expected);
double papr_vm_qmp(PaprVm *p);

/* What QEMU's main thread, which does all of this, has run so far. */
double papr_vm_cpu(PaprVm *p);

#endif
