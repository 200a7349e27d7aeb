/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: migrations of a failover pair, the part of silent guests. */
#ifndef ANNEX_BENCH_FAILOVER_H
#define ANNEX_BENCH_FAILOVER_H

#include "bench.h"

/* How long a migration waits for a guest that never lets go. */
void bench_failover_silence(const BenchOptions *o);

#endif
