/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: removals on pseries, of a DIMM of many LMBs and of many cores. */
#include <stdio.h>
#include "bench.h"
#include "bench-papr-vm.h"
#include "bench-report.h"

#define TARGET_RATIO 1.05
#define TARGET_QUERY_MS 1

enum { REQUEST, LET_GO, ALL, CPU, N_MEASURES };

static const struct {
    const char *key;
    const char *what;
} measures[N_MEASURES] = {
    [REQUEST] = { "request", "device_del" },
    [LET_GO] = { "let-go", "guest lets go" },
    [ALL] = { "all", "request to last event" },
    [CPU] = { "cpu", "QEMU's CPU time for that" },
};

typedef struct Removal {
    const char *key;
    const char *what;
    unsigned devices;
    double (*let_go)(PaprVm *p);
    BenchPair pairs[N_MEASURES];
    GArray *queries;            /* with all of it in flight */
} Removal;

static void remove_all(PaprVm *p, Removal *r)
{
    double us[N_MEASURES] = { 0 };
    gint64 start_us, paused_us = 0;
    double cpu_us, paused_cpu_us = 0;
    unsigned n, m;

    /* The first of each finds cold caches. */
    papr_vm_qmp(p);
    cpu_us = papr_vm_cpu(p);
    start_us = g_get_monotonic_time();
    for (n = 0; n < r->devices; n++) {
        us[REQUEST] += papr_vm_request(p, n);
    }
    if (p->annex) {
        paused_cpu_us = papr_vm_cpu(p);
        paused_us = g_get_monotonic_time();
        papr_vm_query(p, r->devices);
        bench_samples_add(r->queries, papr_vm_query(p, r->devices) -
                          papr_vm_qmp(p));
        paused_us = g_get_monotonic_time() - paused_us;
        paused_cpu_us = papr_vm_cpu(p) - paused_cpu_us;
    }
    us[LET_GO] = r->let_go(p);
    papr_vm_wait(p, r->devices);
    us[ALL] = g_get_monotonic_time() - start_us - paused_us;
    us[CPU] = papr_vm_cpu(p) - cpu_us - paused_cpu_us;
    for (m = 0; m < N_MEASURES; m++) {
        bench_samples_add(p->annex ? r->pairs[m].annex : r->pairs[m].stock,
                          us[m]);
    }
}

/* Again and again, in the same two machines. */
static void remove_dimms(int rounds, Removal *r)
{
    PaprVm *vms[] = { papr_vm_start_dimm(false), papr_vm_start_dimm(true) };
    int i, j;

    for (i = 0; i < rounds; i++) {
        for (j = 0; j < 2; j++) {
            PaprVm *p = vms[(i + j) & 1];

            papr_vm_plug_dimm(p);
            remove_all(p, r);
        }
    }
    papr_vm_stop(vms[0]);
    papr_vm_stop(vms[1]);
}

/* A machine that has lost a core does not survive another plug (TCG). */
static void remove_cores(int rounds, Removal *r)
{
    int i, j;

    for (i = 0; i < rounds; i++) {
        for (j = 0; j < 2; j++) {
            PaprVm *p = papr_vm_start_cores((i + j) & 1);

            remove_all(p, r);
            papr_vm_stop(p);
        }
    }
}

static void print(const Removal *r)
{
    BenchSpread query = bench_spread(r->queries);
    unsigned m;

    report_begin(r->key);
    printf("%s\n", r->what);
    for (m = 0; m < N_MEASURES; m++) {
        const BenchPair *pair = &r->pairs[m];
        BenchSpread ratio = bench_pair_ratio(pair);

        printf("  %-24s %8.1f ms %8.1f ms   %.3f (%.3f to %.3f)\n",
               measures[m].what, bench_median(pair->stock) / 1e3,
               bench_median(pair->annex) / 1e3, ratio.median, ratio.min,
               ratio.max);
        report_pair(measures[m].key, pair);
    }
    printf("  %-24s %11s %8.2f ms\n", "query-unplug-requests", "",
           query.median / 1e3);
    report_spread("query", query);
    report_end();
}

static void measure(const BenchOptions *o, Removal *r,
                    void (*run)(int rounds, Removal *r))
{
    unsigned m;

    for (m = 0; m < N_MEASURES; m++) {
        r->pairs[m] = bench_pair_new();
    }
    r->queries = bench_samples_new();
    run(o->removals, r);
    print(r);
    for (m = 0; m < N_MEASURES; m++) {
        bench_pair_free(&r->pairs[m]);
    }
    g_array_unref(r->queries);
}

void bench_papr(const BenchOptions *o)
{
    Removal dimm = { "dimm", "A DIMM of 1024 LMBs", 1, papr_vm_let_go_dimm };
    Removal cores = { "cores", "239 cores at once", PAPR_CORES,
                      papr_vm_let_go_cores };

    report_title("Removals on pseries",
                 "The guest's RTAS calls by qtest; medians, and of the "
                 "pairs' ratios the\nmedian and the range. A query, without "
                 "its round trip, when all is asked for.");
    report_begin("papr");
    report_text("unit", "us");
    report_number("pairs", o->removals);
    report_number("target-ratio", TARGET_RATIO);
    report_number("target-query-ms", TARGET_QUERY_MS);
    printf("%-26s %11s %11s   %s\n", "", "stock", "Annex", "Annex / stock");
    measure(o, &dimm, remove_dimms);
    measure(o, &cores, remove_cores);
    printf("Targets: no more than %.2f, and a query in %d ms.\n",
           TARGET_RATIO, TARGET_QUERY_MS);
    report_end();
}
