/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: a Linux guest's boot, with and without the module. */
#include <stdio.h>
#include <sys/resource.h>
#include "bench.h"
#include "bench-report.h"
#include "vm.h"

typedef struct Boot {
    double user;                /* seconds, of the QEMU process */
    double cpu;                 /* the same with the kernel's share */
    double ready;               /* seconds by the clock */
} Boot;

static double seconds(struct timeval t)
{
    return t.tv_sec + t.tv_usec / 1e6;
}

/* From QEMU's start to its end; ready is when the guest runs commands. */
static Boot boot(bool annex)
{
    TestVm *vm = test_vm_new(annex ? "annex" : "stock");
    struct rusage before, after;
    gint64 start_us;
    Boot b;

    test_vm_args(vm, "-device pcie-root-port,id=rp0,chassis=1 -blockdev "
                 "driver=null-co,node-name=null0,size=1048576,read-zeroes=on "
                 "-device virtio-blk-pci,drive=null0,bus=rp0");
    if (annex) {
        test_vm_plugin(vm, "unplug", NULL);
    }
    test_vm_guest(vm, "q35");
    getrusage(RUSAGE_CHILDREN, &before);
    start_us = g_get_monotonic_time();
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    b.ready = (g_get_monotonic_time() - start_us) / 1e6;
    test_vm_quit(vm);
    getrusage(RUSAGE_CHILDREN, &after);
    b.user = seconds(after.ru_utime) - seconds(before.ru_utime);
    b.cpu = b.user + seconds(after.ru_stime) - seconds(before.ru_stime);
    test_vm_free(vm);
    return b;
}

static void print(const char *what, const char *key, const BenchPair *pair)
{
    BenchSpread ratio = bench_pair_ratio(pair);

    printf("%-26s %8.3f s %8.3f s   %.4f (%.4f to %.4f)\n", what,
           bench_median(pair->stock), bench_median(pair->annex),
           ratio.median, ratio.min, ratio.max);
    report_pair(key, pair);
}

void bench_boot(const BenchOptions *o)
{
    BenchPair user = bench_pair_new(), cpu = bench_pair_new(),
              ready = bench_pair_new();
    int i, j;

    report_title("Boot of a Linux guest",
                 "Pairs of boots, stock and Annex in turns; medians, and "
                 "of the pairs' ratios\nthe median and the range.");
    /* The first run finds cold caches: it does not count. */
    boot(false);
    for (i = 0; i < o->boots; i++) {
        for (j = 0; j < 2; j++) {
            bool annex = (i + j) & 1;
            Boot b = boot(annex);

            bench_samples_add(annex ? user.annex : user.stock, b.user);
            bench_samples_add(annex ? cpu.annex : cpu.stock, b.cpu);
            bench_samples_add(annex ? ready.annex : ready.stock, b.ready);
        }
    }
    report_begin("boot");
    report_number("pairs", o->boots);
    report_text("unit", "s");
    printf("%-26s %10s %10s   %s\n", "", "stock", "Annex", "Annex / stock");
    print("user CPU time of QEMU", "user", &user);
    print("user and system CPU time", "cpu", &cpu);
    print("time to ready", "ready", &ready);
    report_end();
    bench_pair_free(&user);
    bench_pair_free(&cpu);
    bench_pair_free(&ready);
}
