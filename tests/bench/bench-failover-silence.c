/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: a migration that waits for a guest that never lets go. */
#include <stdio.h>
#include "bench-failover.h"
#include "bench-report.h"
#include "failover-trip.h"

#define CARD "vmxnet3"
#define BOUND_S 3
#define BOUND "unplug-timeout=3"
#define TARGET_MORE_S 1

/* No more does the guest know of requests to unplug. */
static void deafen(TestVm *vm, const FailoverSetup *setup)
{
    if (setup->native) {
        guest_ok(vm->guest, "cd /sys/bus/pci_express/drivers/pciehp &&"
                 " for p in 0000:*; do echo $p > unbind; done");
    } else {
        guest_ok(vm->guest, "echo mask > /sys/firmware/acpi/interrupts/gpe01");
    }
}

static const char *status(TestVm *vm)
{
    return json_object_get_string_member(
        qmp_ok(vm->qmp, "query-migrate", QMP_ANY), "status");
}

/* Seconds until the migration is cancelled, or -1 if it still waits. */
static double wait_for(const FailoverSetup *setup, FailoverWay way,
                       int watch_s)
{
    const FailoverPlan plan = { setup, way, CARD, BOUND };
    FailoverPeer *peer = failover_peer_new();
    TestVm *here = failover_trip_vm(peer, &plan, "here");
    gint64 since_us;
    double waited_s = -1;

    failover_trip_start(here, peer);
    deafen(here, setup);
    qmp_ok(here->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true}]}");
    since_us = g_get_monotonic_time();
    /* To nobody: it does not come so far. */
    qmp_ok(here->qmp, "migrate", "{'uri': 'exec:cat > /dev/null'}");
    if (way == FAILOVER_BY_ANNEX) {
        const QmpEvent *e = qmp_wait_event(here->qmp, "MIGRATION", 0,
                                           "{'status': 'cancelled'}");

        waited_s = (e->received_us - since_us) / 1e6;
        /* The primary, which the guest keeps, is of use. */
        failover_peer_wait(peer, FAILOVER_PRIMARY_HERE, e->received_us);
    } else {
        g_usleep(watch_s * G_USEC_PER_SEC);
        g_assert_cmpstr(status(here), ==, "wait-unplug");
    }
    /* One that waits does not quit either. */
    test_vm_kill(here);
    test_vm_free(here);
    failover_peer_free(peer);
    return waited_s;
}

void bench_failover_silence(const BenchOptions *o)
{
    const FailoverSetup *setup;

    printf("A guest that does not listen: cancelled after\n");
    report_begin("silence");
    report_number("bound-s", BOUND_S);
    report_number("target-more-s", TARGET_MORE_S);
    report_number("stock-watched-s", o->watch_s);
    for (setup = failover_setups; setup->name; setup++) {
        GArray *annex = bench_samples_new();
        int i;

        for (i = 0; i < o->trips; i++) {
            bench_samples_add(annex, wait_for(setup, FAILOVER_BY_ANNEX, 0));
        }
        wait_for(setup, FAILOVER_BY_STOCK, o->watch_s);
        printf("  %-10s stock: waits when %d s are over; Annex: %.2f s "
               "(%.2f to %.2f)\n", setup->name, o->watch_s,
               bench_spread(annex).median, bench_spread(annex).min,
               bench_spread(annex).max);
        report_samples(setup->name, annex);
        g_array_unref(annex);
    }
    printf("Target: " BOUND ", and at most %d s more.\n", TARGET_MORE_S);
    report_end();
}
