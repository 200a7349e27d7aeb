/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The benchmarks: what each measures, and how often. */
#ifndef ANNEX_BENCH_H
#define ANNEX_BENCH_H

#include <stdbool.h>

typedef struct BenchOptions {
    bool quick;
    int boots;                  /* pairs */
    int loads;                  /* pairs */
    int refusals;               /* of each transport */
    int requests;               /* at each number of requests in flight */
    int removals;               /* pairs, of a DIMM, of all cores */
    int trips;                  /* each way, of each slot and card */
    int watch_s;                /* of a migration that waits */
    int runs;                   /* pairs, of vhost-user requests */
    int starts;                 /* pairs, of a vhost-user device */
    int transfers;              /* pairs, of a guest's data */
    int slots;                  /* devices replaced at each number of them */
} BenchOptions;

/* A guest's boot, with and without the module. */
void bench_boot(const BenchOptions *o);

/* The start of QEMU, and its memory. */
void bench_load(const BenchOptions *o);

/* From a guest's refusal to the event. */
void bench_latency(const BenchOptions *o);

/* The cost of a request, and so on, by the number in flight. */
void bench_scale(const BenchOptions *o);

/* Removals on pseries: a DIMM of many LMBs, many cores. */
void bench_papr(const BenchOptions *o);

/* Migrations of a failover pair. */
void bench_failover(const BenchOptions *o);
/* device_add with pools of PCI slots. */
void bench_slots(const BenchOptions *o);

/* vhost-user requests, starts and stops. */
void bench_vhost(const BenchOptions *o);

#endif
