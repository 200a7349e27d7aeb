/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: device_add with pools of slots, by the number of devices. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>
#include "bench.h"
#include "bench-report.h"
#include "vm.h"

#define PCI_EJECT 8
#define PCI_SELECT 16

#define BRIDGES 20
#define PUT_ON "'driver': 'pci-testdev', 'id': 'd%u', 'bus': 'br%u'"

enum { STOCK, POOLS, IN_MEMORY, NOT_FLUSHED, ON_DISK, N_KINDS };

static const char *const kinds[N_KINDS] = {
    [STOCK] = "stock", [POOLS] = "pools",
    [IN_MEMORY] = "and a ledger, on tmpfs",
    [NOT_FLUSHED] = "on a disk, not flushed",
    [ON_DISK] = "and a ledger, on a disk",
};
static const char *const keys[N_KINDS] = {
    "stock", "pools", "ledger-in-memory", "ledger-not-flushed",
    "ledger-on-disk",
};

static const unsigned levels[] = { 10, 100, 520 };

#define N_LEVELS G_N_ELEMENTS(levels)

/* A machine with bridges, and who is where on them. */
typedef struct SlotsBench {
    TestVm *vm;
    QtestAcpi acpi;
    int selects[BRIDGES];
    GArray *ids;                /* unsigned; of the devices there are */
    unsigned next_id;
    GHashTable *buses;          /* number of the bus, by id */
    char *ledger;
} SlotsBench;

static void load_module(SlotsBench *s, int kind)
{
    g_autoptr(GString) options = g_string_new("migrate=off");
    unsigned i;

    for (i = 0; i < BRIDGES; i++) {
        g_string_append_printf(options, ",pool=p%u:br%u:1-31:any", i, i);
    }
    if (kind >= IN_MEMORY) {
        g_autofree char *name = g_strdup_printf("annex-bench-%u.ledger",
                                                (unsigned)getpid());

        s->ledger = g_build_filename(kind == IN_MEMORY ? "/dev/shm"
                                                       : s->vm->dir,
                                     name, NULL);
        g_string_append_printf(options, ",ledger=%s,ledger-sync=%s",
                               s->ledger, kind == NOT_FLUSHED ? "off" : "on");
    }
    test_vm_plugin(s->vm, "pci-slots", options->str);
}

static SlotsBench *start(int kind)
{
    SlotsBench *s = g_new0(SlotsBench, 1);
    unsigned i;

    s->vm = test_vm_new(keys[kind]);
    s->ids = g_array_new(FALSE, FALSE, sizeof(unsigned));
    s->buses = g_hash_table_new(NULL, NULL);
    test_vm_args(s->vm, "-machine pc -m 64M");
    for (i = 0; i < BRIDGES; i++) {
        test_vm_args(s->vm, "-device pci-bridge,id=br%u,chassis_nr=%u,"
                     "shpc=off,addr=0x%x", i, i + 1, i + 3);
    }
    if (kind != STOCK) {
        load_module(s, kind);
    }
    test_vm_halt_rom(s->vm);
    test_vm_qtest(s->vm);
    test_vm_start(s->vm);
    s->acpi = qtest_acpi_enable(s->vm->qtest, "pc");
    for (i = 0; i < BRIDGES; i++) {
        const QmpReply *reply =
            qmp_execute(s->vm->qmp, "qom-get",
                        "{'path': '/machine/peripheral/br%u/br%u',"
                        " 'property': 'acpi-pcihp-bsel'}", i, i);

        g_assert_nonnull(reply->ret);
        s->selects[i] = json_node_get_int(reply->ret);
    }
    return s;
}

static void stop(SlotsBench *s)
{
    test_vm_kill(s->vm);
    if (s->ledger) {
        g_autofree char *lock = g_strconcat(s->ledger, ".lock", NULL);

        g_unlink(s->ledger);
        g_unlink(lock);
    }
    g_free(s->ledger);
    test_vm_free(s->vm);
    g_array_unref(s->ids);
    g_hash_table_unref(s->buses);
    g_free(s);
}

/* device_add without an address: microseconds. */
static double add(SlotsBench *s, unsigned bus)
{
    unsigned id = s->next_id++;
    const QmpReply *reply = qmp_execute(s->vm->qmp, "device_add",
                                        "{" PUT_ON "}", id, bus);

    if (reply->error_desc) {
        g_error("device_add: %s", reply->error_desc);
    }
    g_array_append_val(s->ids, id);
    g_hash_table_insert(s->buses, GUINT_TO_POINTER(id),
                        GUINT_TO_POINTER(bus));
    return reply->received_us - reply->sent_us;
}

/* The bus that it has left. */
static unsigned del(SlotsBench *s, unsigned at)
{
    unsigned id = g_array_index(s->ids, unsigned, at);
    unsigned bus = GPOINTER_TO_UINT(
        g_hash_table_lookup(s->buses, GUINT_TO_POINTER(id)));
    const QmpReply *reply =
        qmp_execute(s->vm->qmp, "qom-get",
                    "{'path': '/machine/peripheral/d%u',"
                    " 'property': 'addr'}", id);

    qmp_ok(s->vm->qmp, "device_del", "{'id': 'd%u'}", id);
    qtest_outl(s->vm->qtest, s->acpi.pcihp + PCI_SELECT, s->selects[bus]);
    qtest_outl(s->vm->qtest, s->acpi.pcihp + PCI_EJECT,
               1u << (json_node_get_int(reply->ret) / 8));
    qmp_forget_events(s->vm->qmp);
    g_array_remove_index_fast(s->ids, at);
    g_hash_table_remove(s->buses, GUINT_TO_POINTER(id));
    return bus;
}

static double round_trip(SlotsBench *s)
{
    const QmpReply *reply = qmp_execute(s->vm->qmp, "query-name", QMP_ANY);

    return reply->received_us - reply->sent_us;
}

/*
 * What two flushes take by themselves: of a new file of the ledger's size,
 * and of its folder after a rename.  Microseconds.
 */
static double flush(const SlotsBench *s)
{
    g_autofree char *aside = g_strconcat(s->ledger, ".aside", NULL);
    g_autofree char *name = g_strconcat(s->ledger, ".flushed", NULL);
    g_autofree char *text = NULL;
    gint64 start_us, taken_us;
    int fd, folder;
    gsize len;

    g_assert_true(g_file_get_contents(s->ledger, &text, &len, NULL));
    fd = g_open(aside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    folder = g_open(s->vm->dir, O_RDONLY, 0);
    g_assert_cmpint(write(fd, text, len), ==, len);
    start_us = g_get_monotonic_time();
    g_assert_cmpint(fsync(fd), ==, 0);
    taken_us = g_get_monotonic_time() - start_us;
    g_assert_cmpint(g_rename(aside, name), ==, 0);
    start_us = g_get_monotonic_time();
    g_assert_cmpint(fsync(folder), ==, 0);
    taken_us += g_get_monotonic_time() - start_us;
    close(fd);
    close(folder);
    g_unlink(name);
    return taken_us;
}

/* Microseconds, net of the round trip, of each machine in turn. */
static void measure(SlotsBench **all, unsigned rounds, GArray **samples,
                    GArray *flushes)
{
    unsigned i, kind;

    for (i = 0; i < rounds; i++) {
        unsigned at = g_random_int_range(0, all[0]->ids->len);

        for (kind = 0; kind < N_KINDS; kind++) {
            unsigned bus = del(all[kind], at);
            double base = round_trip(all[kind]);

            bench_samples_add(samples[kind], add(all[kind], bus) - base);
        }
        bench_samples_add(flushes, flush(all[ON_DISK]));
    }
}

static void fill(SlotsBench *s, unsigned devices)
{
    while (s->ids->len < devices) {
        add(s, s->ids->len % BRIDGES);
    }
}

static void report_flushes(unsigned devices, GArray *flushes)
{
    BenchSpread spread = bench_spread(flushes);

    report_spread("disk-flushes", spread);
    printf("%7u  %-25s %8.0f %8.0f %8.0f\n", devices,
           "two flushes by themselves", spread.low, spread.median,
           spread.high);
}

static void report_level(unsigned devices, GArray **samples, GArray *flushes)
{
    double stock = bench_median(samples[STOCK]);
    unsigned kind;

    report_begin(NULL);
    report_number("devices", devices);
    for (kind = 0; kind < N_KINDS; kind++) {
        BenchSpread spread = bench_spread(samples[kind]);

        report_spread(keys[kind], spread);
        printf("%7u  %-25s %8.0f %8.0f %8.0f", devices, kinds[kind],
               spread.low, spread.median, spread.high);
        if (kind == STOCK) {
            putchar('\n');
        } else {
            printf("   %+6.0f   x %.2f\n", spread.median - stock,
                   spread.median / stock);
        }
    }
    report_flushes(devices, flushes);
    report_end();
}

void bench_slots(const BenchOptions *o)
{
    SlotsBench *all[N_KINDS];
    GArray *samples[N_KINDS];
    unsigned i, kind;

    report_begin("slots");
    report_title("Slot pools",
                 "device_add of devices without an address, after a random "
                 "one was removed, on\n20 bridges; microseconds, without the "
                 "round trip.");
    printf("devices  %-25s %8s %8s %8s   to stock\n", "", "5 %", "median",
           "95 %");
    report_begin_list("levels");
    for (kind = 0; kind < N_KINDS; kind++) {
        all[kind] = start(kind);
    }
    for (i = 0; i < N_LEVELS; i++) {
        GArray *flushes = bench_samples_new();

        for (kind = 0; kind < N_KINDS; kind++) {
            fill(all[kind], levels[i]);
            samples[kind] = bench_samples_new();
        }
        measure(all, o->slots, samples, flushes);
        report_level(levels[i], samples, flushes);
        g_array_unref(flushes);
        for (kind = 0; kind < N_KINDS; kind++) {
            g_array_unref(samples[kind]);
        }
    }
    report_end_list();
    report_end();
    for (kind = 0; kind < N_KINDS; kind++) {
        stop(all[kind]);
    }
}
