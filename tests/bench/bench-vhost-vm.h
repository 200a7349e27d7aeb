/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: machines that make a vhost-user request after the other. */
#ifndef ANNEX_BENCH_VHOST_VM_H
#define ANNEX_BENCH_VHOST_VM_H

#include "vm.h"

/*
 * A VM with a vhost-user-blk device, whose back-end is a thread of this
 * process.  Its processors do nothing but switch the disk's cache on and off,
 * which is a SET_CONFIG and its acknowledgement each time, with the BQL held.
 * It is stopped except in request_vm_run().
 */
typedef struct RequestVm RequestVm;

typedef struct RequestRun {
    double p10_us;              /* from a request to the next, which comes */
    double p50_us;              /* as soon as the first has its reply */
    double p99_us;
    double cpu_us;              /* QEMU's CPU time, per request */
    double per_s;
} RequestRun;

RequestVm *request_vm_start(unsigned processors, bool module);

/* Run until @n requests have come. */
RequestRun request_vm_run(RequestVm *r, unsigned n);

void request_vm_stop(RequestVm *r);

#endif
