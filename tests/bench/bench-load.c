/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: how much longer QEMU starts with the module, and its memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "bench.h"
#include "bench-report.h"
#include "failure.h"
#include "vm.h"

#define TARGET_LOAD_MS 20
#define TARGET_MEMORY_MIB 2

enum { START, CPU, PSS, DIRTY, N_MEASURES };

static const struct {
    const char *key;
    const char *what;
    const char *unit;
    double target;              /* of the difference; 0: none */
} measures[N_MEASURES] = {
    [START] = { "start", "exec to first QMP answer", "ms", TARGET_LOAD_MS },
    [CPU] = { "cpu", "CPU time for that", "ms", 0 },
    [PSS] = { "pss", "memory: PSS", "MiB", TARGET_MEMORY_MIB },
    [DIRTY] = { "private-dirty", "memory: private dirty", "MiB",
                TARGET_MEMORY_MIB },
};

static double cpu_ms(void)
{
    struct rusage u;

    getrusage(RUSAGE_CHILDREN, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* MiB of a line like "Pss:   1234 kB". */
static double field(const char *rollup, const char *name)
{
    const char *found = strstr(rollup, name);

    if (!found) {
        test_fail("smaps_rollup has no %s", name);
    }
    return strtod(found + strlen(name), NULL) / 1024;
}

/* A machine that does not run: what is new in it is the module alone. */
static void load(bool annex, double *result)
{
    TestVm *vm = test_vm_new(annex ? "annex" : "stock");
    g_autofree char *path = NULL;
    g_autofree char *rollup = NULL;
    double before;
    gint64 start_us;

    test_vm_args(vm, "-machine q35 -m 64M -S");
    test_vm_halt_rom(vm);
    if (annex) {
        test_vm_plugin(vm, "unplug", NULL);
    }
    before = cpu_ms();
    start_us = g_get_monotonic_time();
    test_vm_start(vm);
    result[START] = (g_get_monotonic_time() - start_us) / 1e3;
    path = g_strdup_printf("/proc/%d/smaps_rollup", vm->pid);
    g_assert_true(g_file_get_contents(path, &rollup, NULL, NULL));
    result[PSS] = field(rollup, "\nPss:");
    result[DIRTY] = field(rollup, "\nPrivate_Dirty:");
    test_vm_kill(vm);
    result[CPU] = cpu_ms() - before;
    test_vm_free(vm);
}

static void print(unsigned m, const BenchPair *pair)
{
    BenchSpread d = bench_pair_difference(pair);
    g_autofree char *target = NULL;

    if (measures[m].target) {
        target = g_strdup_printf("< %g %s", measures[m].target,
                                 measures[m].unit);
    }
    printf("%-24s %6.2f %6.2f %+6.2f %s (%+.2f to %+.2f)%s%s\n",
           measures[m].what, bench_median(pair->stock),
           bench_median(pair->annex), d.median, measures[m].unit, d.min,
           d.max, target ? ", target " : "", target ? target : "");
    report_pair(measures[m].key, pair);
}

void bench_load(const BenchOptions *o)
{
    BenchPair pairs[N_MEASURES];
    double result[N_MEASURES];
    unsigned m;
    int i, j;

    report_title("Start of QEMU",
                 "q35 that does not run (-S), stock and Annex in turns; "
                 "medians, and of the pairs'\ndifferences the median and "
                 "the range.");
    for (m = 0; m < N_MEASURES; m++) {
        pairs[m] = bench_pair_new();
    }
    load(false, result);
    load(true, result);
    for (i = 0; i < o->loads; i++) {
        for (j = 0; j < 2; j++) {
            bool annex = (i + j) & 1;

            load(annex, result);
            for (m = 0; m < N_MEASURES; m++) {
                bench_samples_add(annex ? pairs[m].annex : pairs[m].stock,
                                  result[m]);
            }
        }
    }
    report_begin("load");
    report_number("pairs", o->loads);
    report_number("target-start-ms", TARGET_LOAD_MS);
    report_number("target-memory-mib", TARGET_MEMORY_MIB);
    printf("%-24s %6s %6s %6s\n", "", "stock", "Annex", "more");
    for (m = 0; m < N_MEASURES; m++) {
        print(m, &pairs[m]);
        bench_pair_free(&pairs[m]);
    }
    report_end();
}
