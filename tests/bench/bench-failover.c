/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: migrations of a failover pair, three ways. */
#include <stdio.h>
#include "bench-failover.h"
#include "bench-report.h"
#include "failover-trip.h"

#define TARGET_GAP_MS 500

/* One whose link takes its time, and one whose link is up at once. */
static const char *const cards[] = { "e1000e", "vmxnet3" };

enum { UNPLUG, TOTAL, GAP_OUT, GAP_IN, LOST_OUT, LOST_IN, N_MEASURES };

static const struct {
    const char *key;
    const char *what;
    bool count;                 /* and no milliseconds */
} measures[N_MEASURES] = {
    [UNPLUG] = { "unplug", "guest lets go" },
    [TOTAL] = { "total", "primary carries, there" },
    [GAP_OUT] = { "gap-out", "longest gap out" },
    [GAP_IN] = { "gap-in", "longest gap in" },
    [LOST_OUT] = { "lost-out", "pings lost out", true },
    [LOST_IN] = { "lost-in", "pings lost in", true },
};

typedef GArray *Samples[N_MEASURES][FAILOVER_WAYS];

static void go(const FailoverPlan *plan, Samples samples)
{
    FailoverTrip trip = failover_trip(plan);
    const int values[N_MEASURES] = {
        [UNPLUG] = trip.unplug_ms,
        [TOTAL] = trip.total_ms,
        [GAP_OUT] = trip.gaps.out_ms,
        [GAP_IN] = trip.gaps.in_ms,
        [LOST_OUT] = trip.gaps.out_lost,
        [LOST_IN] = trip.gaps.in_lost,
    };
    unsigned m;

    for (m = 0; m < N_MEASURES; m++) {
        bench_samples_add(samples[m][plan->way], values[m]);
    }
    g_free(trip.log);
}

static void print(unsigned m, GArray *const *samples)
{
    const BenchPair pair = {
        .stock = samples[FAILOVER_BY_STOCK],
        .annex = samples[FAILOVER_BY_ANNEX],
    };
    unsigned way;

    report_begin(measures[m].key);
    printf("  %-22s", measures[m].what);
    for (way = 0; way < FAILOVER_WAYS; way++) {
        BenchSpread s = bench_spread(samples[way]);

        printf(" %5.0f %5.0f-%-5.0f", s.median, s.min, s.max);
        report_samples(failover_ways[way], samples[way]);
    }
    if (!measures[m].count) {
        BenchSpread ratio = bench_pair_ratio(&pair);

        printf("  %.2f", ratio.median);
        report_spread("ratio", ratio);
    }
    putchar('\n');
    report_end();
}

/* All ways in turns, none always first. */
static void measure(const BenchOptions *o, const FailoverSetup *setup,
                    const char *card)
{
    g_autofree char *key = g_strdup_printf("%s-%s", setup->name, card);
    Samples samples;
    unsigned m, way;
    int i;

    for (m = 0; m < N_MEASURES; m++) {
        for (way = 0; way < FAILOVER_WAYS; way++) {
            samples[m][way] = bench_samples_new();
        }
    }
    for (i = 0; i < o->trips; i++) {
        for (way = 0; way < FAILOVER_WAYS; way++) {
            const FailoverPlan plan = { setup, (i + way) % FAILOVER_WAYS,
                                        card };

            go(&plan, samples);
        }
    }
    printf("%s, %s\n", setup->name, card);
    report_begin(key);
    for (m = 0; m < N_MEASURES; m++) {
        print(m, samples[m]);
        for (way = 0; way < FAILOVER_WAYS; way++) {
            g_array_unref(samples[m][way]);
        }
    }
    report_end();
}

void bench_failover(const BenchOptions *o)
{
    const FailoverSetup *setup;
    unsigned i;

    report_title("Migrations of a failover pair",
                 "A Linux guest that pings, and is pinged, ten times in a "
                 "second; from the first\ncommand on: medians of ms, and "
                 "ranges; of the ratios the medians.  By hand:\n"
                 "device_del, migrate, device_add.");
    report_begin("failover");
    report_text("unit", "ms");
    report_number("trips", o->trips);
    report_number("target-gap-ms", TARGET_GAP_MS);
    printf("%-24s", "");
    for (i = 0; i < FAILOVER_WAYS; i++) {
        printf(" %-17s", failover_ways[i]);
    }
    printf("  annex / stock\n");
    for (setup = failover_setups; setup->name; setup++) {
        for (i = 0; i < G_N_ELEMENTS(cards); i++) {
            measure(o, setup, cards[i]);
        }
    }
    printf("Target: gaps below %d ms.\n", TARGET_GAP_MS);
    bench_failover_silence(o);
    report_end();
}
