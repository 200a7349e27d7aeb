/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: vhost-user, what its parts share. */
#ifndef ANNEX_BENCH_VHOST_H
#define ANNEX_BENCH_VHOST_H

#include "bench.h"
#include "bench-report.h"

/* Of stock's throughput. */
#define BENCH_VHOST_TARGET_DATA 0.99

/* A line of the table, and of the report; @in_us: times, not rates. */
void bench_vhost_print(const char *key, const char *what,
                       const BenchPair *pair, bool in_us);

/* What Linux guests read and send, through real back-ends. */
void bench_vhost_data(const BenchOptions *o);

#endif
