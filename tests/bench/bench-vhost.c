/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: vhost-user requests, starts and stops. */
#include <stdio.h>
#include "bench.h"
#include "bench-report.h"
#include "bench-vhost.h"
#include "bench-vhost-vm.h"
#include "fake-vhost.h"

#define TARGET_MORE_NS 100

#define QUEUE_PAIRS 8

/* Of one run of a machine. */
#define REQUESTS 1000

enum { P10, P50, P99, CPU, RATE, N_MEASURES };

static const struct {
    const char *key;
    const char *what;
    bool in_us;
} measures[N_MEASURES] = {
    /* That which a busy machine makes no slower. */
    [P10] = { "p10", "round trip, 1 in 10 (us)", true },
    [P50] = { "p50", "round trip, median (us)", true },
    [P99] = { "p99", "round trip, 99 in 100 (us)", true },
    [CPU] = { "cpu", "QEMU's CPU time (us)", true },
    [RATE] = { "rate", "requests in a second", false },
};

void bench_vhost_print(const char *key, const char *what,
                       const BenchPair *pair, bool in_us)
{
    BenchSpread ratio = bench_pair_ratio(pair);
    BenchSpread more = bench_pair_difference(pair);

    printf("  %-28s %9.*f %9.*f   %.3f (%.3f to %.3f)", what, in_us ? 2 : 0,
           bench_median(pair->stock), in_us ? 2 : 0,
           bench_median(pair->annex), ratio.median, ratio.low, ratio.high);
    if (in_us) {
        printf("   %+.0f ns", more.median * 1e3);
    }
    putchar('\n');
    report_pair(key, pair);
}

static void add_run(GArray *const *samples, RequestVm *r)
{
    RequestRun run = request_vm_run(r, REQUESTS);

    bench_samples_add(samples[P10], run.p10_us);
    bench_samples_add(samples[P50], run.p50_us);
    bench_samples_add(samples[P99], run.p99_us);
    bench_samples_add(samples[CPU], run.cpu_us);
    bench_samples_add(samples[RATE], run.per_s);
}

static void measure_requests(const BenchOptions *o, unsigned processors)
{
    RequestVm *vms[] = { request_vm_start(processors, false),
                         request_vm_start(processors, true) };
    g_autofree char *key = g_strdup_printf("requests-%u", processors);
    BenchPair pairs[N_MEASURES];
    GArray *samples[2][N_MEASURES];
    unsigned m;
    int i;

    for (m = 0; m < N_MEASURES; m++) {
        pairs[m] = bench_pair_new();
        samples[0][m] = pairs[m].stock;
        samples[1][m] = pairs[m].annex;
    }
    for (i = 0; i < o->runs; i++) {
        add_run(samples[i & 1], vms[i & 1]);
        add_run(samples[~i & 1], vms[~i & 1]);
    }
    printf("%u processor%s\n", processors, processors > 1 ? "s" : "");
    report_begin(key);
    for (m = 0; m < N_MEASURES; m++) {
        bench_vhost_print(measures[m].key, measures[m].what, &pairs[m],
                          measures[m].in_us);
        bench_pair_free(&pairs[m]);
    }
    report_end();
    request_vm_stop(vms[0]);
    request_vm_stop(vms[1]);
}

static double set_link(FakeVhost *f, bool up)
{
    gint64 begun_us = g_get_monotonic_time();

    fake_vhost_link(f, up);
    return g_get_monotonic_time() - begun_us;
}

static void measure_starts(const BenchOptions *o)
{
    FakeVhost *vms[2];
    BenchPair stops = bench_pair_new(), starts = bench_pair_new();
    unsigned j;
    int i;

    for (j = 0; j < 2; j++) {
        vms[j] = fake_vhost_start(&(FakeVhostConfig) {
            .stock = !j, .queue_pairs = QUEUE_PAIRS });
        test_vhost_wait(vms[j]->back, VHOST_SET_VRING_ENABLE, QUEUE_PAIRS);
        qmp_sync(vms[j]->vm->qmp);
    }
    for (i = 0; i < o->starts; i++) {
        for (j = 0; j < 2; j++) {
            unsigned n = (i + j) & 1;

            bench_samples_add(n ? stops.annex : stops.stock,
                              set_link(vms[n], false));
            bench_samples_add(n ? starts.annex : starts.stock,
                              set_link(vms[n], true));
        }
    }
    printf("A card of %d queue pairs\n", QUEUE_PAIRS);
    bench_vhost_print("stop", "stop (us)", &stops, true);
    bench_vhost_print("start", "start (us)", &starts, true);
    fake_vhost_stop(vms[0]);
    fake_vhost_stop(vms[1]);
    bench_pair_free(&stops);
    bench_pair_free(&starts);
}

void bench_vhost(const BenchOptions *o)
{
    report_title("vhost-user requests",
                 "Processors that write to a device's configuration, a "
                 "request each time; set_link off\nand on. Medians, and of "
                 "the pairs' ratios the median and the range of 9 in 10.");
    report_begin("vhost-user");
    report_text("unit", "us");
    report_number("runs", o->runs);
    report_number("requests-per-run", REQUESTS);
    report_number("target-more-ns", TARGET_MORE_NS);
    printf("%-30s %9s %9s   %-24s   %s\n", "", "stock", "Annex",
           "Annex / stock", "more");
    measure_requests(o, 1);
    measure_requests(o, 4);
    measure_starts(o);
    bench_vhost_data(o);
    printf("Targets: no more than %d ns for a request, no less than %.2f of "
           "stock's data.\n", TARGET_MORE_NS, BENCH_VHOST_TARGET_DATA);
    report_end();
}
