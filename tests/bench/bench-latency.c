/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: from the register write that is a refusal to the event. */
#include <stdio.h>
#include "bench.h"
#include "bench-report.h"
#include "fake-acpi.h"
#include "fake-slots.h"

#define TARGET_MS 1

#define OST_SOURCE_EJECT 3
#define OST_BUSY 0x82

/* Of the ACPI controllers, as in tests/qtest/fake-acpi.c. */
#define CPU_COMMAND 5
#define CPU_DATA 8
#define MEMORY_OST_EVENT 4
#define MEMORY_OST_STATUS 8

/* Of slots with a button, as in tests/qtest/fake-slots.c. */
#define SLTCTL 0x18
#define SLTCTL_PIC 0x0300
#define SLTCTL_PIC_ON 0x0100
#define SHPC_BAR 0xfe000000
#define SHPC_COMMAND 0x14
#define SHPC_LED_ON (1 << 2)

/* Two writes: one that prepares, one that is the refusal. */
typedef struct Refusal {
    const FakeGuestOps *ops;
    const char *stock_event;    /* that the same write causes, or NULL */
    void (*prepare)(FakeGuest *g);
    void (*refuse)(FakeGuest *g);
} Refusal;

static uint16_t pcie_port, pcie_value;

static void pcie_prepare(FakeGuest *g)
{
    /* Only the address: the data follow. */
    qtest_outl(g->vm->qtest, 0xcf8, 1u << 31 | g->pci.dev << 11 |
               ((g->cap + SLTCTL) & ~3));
    pcie_port = 0xcfc + ((g->cap + SLTCTL) & 3);
    pcie_value = qtest_inw(g->vm->qtest, pcie_port) & ~SLTCTL_PIC;
}

static void pcie_refuse(FakeGuest *g)
{
    qtest_outw(g->vm->qtest, pcie_port, pcie_value | SLTCTL_PIC_ON);
}

static void shpc_prepare(FakeGuest *g)
{
}

static void shpc_refuse(FakeGuest *g)
{
    qtest_writew(g->vm->qtest, SHPC_BAR + SHPC_COMMAND,
                 SHPC_LED_ON | (g->slot + 1) << 8);
}

static void cpu_prepare(FakeGuest *g)
{
    uint16_t base = g->acpi.cpu_hotplug;

    qtest_outl(g->vm->qtest, base, g->slot);
    qtest_outb(g->vm->qtest, base + CPU_COMMAND, 1);
    qtest_outl(g->vm->qtest, base + CPU_DATA, OST_SOURCE_EJECT);
    qtest_outb(g->vm->qtest, base + CPU_COMMAND, 2);
}

static void cpu_refuse(FakeGuest *g)
{
    qtest_outl(g->vm->qtest, g->acpi.cpu_hotplug + CPU_DATA, OST_BUSY);
}

static void memory_prepare(FakeGuest *g)
{
    uint16_t base = g->acpi.memory_hotplug;

    qtest_outl(g->vm->qtest, base, g->slot);
    qtest_outl(g->vm->qtest, base + MEMORY_OST_EVENT, OST_SOURCE_EJECT);
}

static void memory_refuse(FakeGuest *g)
{
    qtest_outl(g->vm->qtest, g->acpi.memory_hotplug + MEMORY_OST_STATUS,
               OST_BUSY);
}

static const Refusal refusals[] = {
    { &fake_pcie, NULL, pcie_prepare, pcie_refuse },
    { &fake_shpc, NULL, shpc_prepare, shpc_refuse },
    { &fake_acpi_cpu, "ACPI_DEVICE_OST", cpu_prepare, cpu_refuse },
    { &fake_acpi_memory, "ACPI_DEVICE_OST", memory_prepare, memory_refuse },
};

/* One request and its refusal, with the times in microseconds. */
typedef struct Sample {
    double write;               /* the write's own round trip */
    double event;
} Sample;

static Sample sample(const Refusal *r, FakeGuest *g, const char *event)
{
    const QmpEvent *e = NULL;
    gint64 start_us;
    Sample s;

    if (event) {
        qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
        g->ops->take(g);
    } else {
        /* Stock allows no request for 5 s after one, and has no event. */
        fake_slot_blink(g);
    }
    r->prepare(g);
    qmp_forget_events(g->vm->qmp);
    start_us = g_get_monotonic_time();
    r->refuse(g);
    s.write = g_get_monotonic_time() - start_us;
    if (event) {
        e = qmp_wait_event(g->vm->qmp, event, 0, QMP_ANY);
    }
    s.event = e ? e->received_us - start_us : s.write;
    return s;
}

static void print(const Refusal *r, const BenchPair *writes,
                  const BenchPair *events)
{
    BenchSpread d = bench_pair_difference(events);

    printf("%-12s %8.0f %8.0f   %+5.0f (%+.0f to %+.0f)   %s\n",
           r->ops->name, bench_median(events->stock),
           bench_median(events->annex), d.median, d.low, d.high,
           r->stock_event ? r->stock_event : "the write's own reply");
    report_begin(r->ops->name);
    report_text("yardstick", r->stock_event ? r->stock_event : "write");
    report_pair("event", events);
    report_pair("write", writes);
    report_end();
}

/*
 * The error event is limited to ten in a row; DEVICE_UNPLUG_DONE, which
 * follows it at once, is not, and comes no earlier.
 */
static void measure(const BenchOptions *o, const Refusal *r)
{
    FakeGuest *stock = fake_guest_start(r->ops, NULL, false);
    FakeGuest *annex = fake_guest_start(r->ops, "", false);
    BenchPair writes = bench_pair_new(), events = bench_pair_new();
    int i;

    r->ops->listen(stock);
    r->ops->listen(annex);
    for (i = 0; i < o->refusals + 1; i++) {
        Sample s, a;

        s = sample(r, stock, r->stock_event);
        a = sample(r, annex, "DEVICE_UNPLUG_DONE");
        if (i) {
            bench_samples_add(writes.stock, s.write);
            bench_samples_add(writes.annex, a.write);
            bench_samples_add(events.stock, s.event);
            bench_samples_add(events.annex, a.event);
        }
    }
    print(r, &writes, &events);
    fake_guest_stop(stock);
    fake_guest_stop(annex);
    bench_pair_free(&writes);
    bench_pair_free(&events);
}

void bench_latency(const BenchOptions *o)
{
    unsigned i;

    report_title("From a refusal to its event",
                 "From the guest's register write, by qtest, until the event "
                 "is read from QMP\n(DEVICE_UNPLUG_DONE, right behind the "
                 "error event); medians of microseconds, and\nthe range of "
                 "9 in 10. Stock has an event of its own for the same write, "
                 "or\nnone: then it is the write's reply that counts.");
    report_begin("latency");
    report_text("unit", "us");
    report_number("target-ms", TARGET_MS);
    printf("%-12s %8s %8s   %s   yardstick of stock\n", "", "stock",
           "Annex", "more (range)");
    for (i = 0; i < G_N_ELEMENTS(refusals); i++) {
        measure(o, &refusals[i]);
    }
    printf("Target: less than %d us.\n", TARGET_MS * 1000);
    report_end();
}
