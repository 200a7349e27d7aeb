/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: requests, completions, queries, by the number in flight. */
#include <math.h>
#include <stdio.h>
#include "bench.h"
#include "bench-report.h"
#include "bench-scale-vm.h"

#define TARGET_GROWTH 2

/* For all queries of one level, and for a single one. */
#define QUERY_BUDGET_US 1e6
#define QUERY_LIMIT_US 5e6

/* Less than this, net of the round trip, is no base for a ratio. */
#define BASE_US 20

static const unsigned levels[] = { 1, 10, 100, 1000 };

#define N_LEVELS G_N_ELEMENTS(levels)

enum { REQUEST, READ, EJECT, DELETED, QUERY, QMP, QTEST, N_MEASURES };

static const struct {
    const char *key;
    const char *what;
    int base;                   /* the round trip to take off, or -1 */
    bool annex_only;
} measures[N_MEASURES] = {
    [REQUEST] = { "request", "device_del", QMP },
    [READ] = { "read", "guest reads requests", QTEST },
    [EJECT] = { "completion", "guest ejects", QTEST },
    [DELETED] = { "deleted", "eject to DELETED", -1 },
    [QUERY] = { "query", "query-unplug-requests", QMP, true },
    [QMP] = { "qmp", "QMP round trip", -1 },
    [QTEST] = { "qtest", "qtest round trip", -1 },
};

/* All that is measured with one number in flight. */
typedef struct Level {
    unsigned devices;
    unsigned in_flight;
    BenchPair pairs[N_MEASURES];
} Level;

static GArray *samples_of(const Level *l, unsigned m, bool annex)
{
    return annex ? l->pairs[m].annex : l->pairs[m].stock;
}

/* Microseconds of stock or Annex, without the round trip; NaN: none. */
static double net(const Level *l, unsigned m, bool annex)
{
    GArray *samples = samples_of(l, m, annex);
    double us = samples->len ? bench_median(samples) : NAN;

    return measures[m].base < 0 ? us
                                : us - net(l, measures[m].base, annex);
}

/*
 * What takes long is not repeated so often, and not done at all if the
 * level before tells that it would take much too long.
 */
static bool may_query(const Level *l, const Level *before)
{
    const GArray *done = l->pairs[QUERY].annex;

    if (done->len) {
        return bench_median(done) * done->len < QUERY_BUDGET_US;
    }
    return !before || (before->pairs[QUERY].annex->len &&
                       bench_median(before->pairs[QUERY].annex) *
                       l->in_flight / before->in_flight < QUERY_LIMIT_US);
}

/* The last device makes the number full, again and again. */
static void round_of(ScaleVm *s, Level *l, bool annex, bool query)
{
    unsigned last = s->devices - 1;
    double us[N_MEASURES] = { 0 };
    unsigned m;

    /* The first of each after a plug finds cold caches. */
    scale_vm_qmp(s);
    us[QMP] = scale_vm_qmp(s);
    scale_vm_qtest(s);
    us[QTEST] = scale_vm_qtest(s);
    scale_vm_qmp(s);
    us[REQUEST] = scale_vm_request(s, last);
    us[READ] = scale_vm_read(s, last);
    if (query) {
        us[QUERY] = scale_vm_query(s, l->in_flight);
    }
    us[EJECT] = scale_vm_eject(s, last, &us[DELETED]);
    if (annex) {
        qmp_wait_event(s->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': 'dev%u', 'outcome': 'deleted'}", last);
    }
    scale_vm_plug(s, last);
    for (m = 0; m < N_MEASURES; m++) {
        if (m != QUERY || query) {
            bench_samples_add(samples_of(l, m, annex), us[m]);
        }
    }
}

static void report_side(const char *key, const char *net_key,
                        const Level *l, unsigned m, bool annex)
{
    GArray *samples = samples_of(l, m, annex);

    if (samples->len) {
        report_spread(key, bench_spread(samples));
        report_number(net_key, net(l, m, annex));
    }
}

static void report_level(const Level *l)
{
    unsigned m;

    report_begin(NULL);
    report_number("devices", l->devices);
    report_number("in-flight", l->in_flight);
    for (m = 0; m < N_MEASURES; m++) {
        report_begin(measures[m].key);
        report_side("stock", "stock-net", l, m, false);
        report_side("annex", "annex-net", l, m, true);
        report_end();
    }
    report_end();
}

/* Fill @levels from the first to the last, in two machines. */
static void measure(const BenchOptions *o, unsigned devices, Level *all,
                    unsigned n)
{
    ScaleVm *stock = scale_vm_start(devices, false);
    ScaleVm *annex = scale_vm_start(devices, true);
    unsigned asked = 0;
    unsigned i, m;
    int j;

    for (i = 0; i < n; i++) {
        Level *l = &all[i];

        l->devices = devices;
        for (m = 0; m < N_MEASURES; m++) {
            l->pairs[m] = bench_pair_new();
        }
        for (; asked < l->in_flight - 1; asked++) {
            scale_vm_request(stock, asked);
            scale_vm_request(annex, asked);
        }
        for (j = 0; j < o->requests; j++) {
            bool query = may_query(l, i ? l - 1 : NULL);

            round_of(j & 1 ? annex : stock, l, j & 1, query && (j & 1));
            round_of(j & 1 ? stock : annex, l, !(j & 1), query && !(j & 1));
        }
        report_level(l);
    }
    scale_vm_stop(stock);
    scale_vm_stop(annex);
}

/* From the first level to the last, as a ratio if there is a base. */
static char *growth_text(const Level *const *l, unsigned m, bool annex)
{
    double first = net(l[0], m, annex);
    double last = net(l[N_LEVELS - 1], m, annex);

    if (isnan(last)) {
        return g_strdup("-");
    }
    return first >= BASE_US ? g_strdup_printf("x %.1f", last / first)
                            : g_strdup_printf("%+.0f us", last - first);
}

static void print_row(const Level *const *l, unsigned m, bool annex)
{
    g_autofree char *growth = growth_text(l, m, annex);
    unsigned i;

    printf("%-22s %-5s", annex && !measures[m].annex_only
           ? "" : measures[m].what, annex ? "Annex" : "stock");
    for (i = 0; i < N_LEVELS; i++) {
        double us = net(l[i], m, annex);

        if (isnan(us)) {
            printf(" %8s", "-");
        } else {
            printf(" %8.0f", us);
        }
    }
    printf("   %s\n", growth);
}

static void print_table(const char *title, const Level *const *l)
{
    unsigned i, m;

    printf("%s\n%-28s", title, "in flight");
    for (i = 0; i < N_LEVELS; i++) {
        printf(" %8u", l[i]->in_flight);
    }
    printf("   growth\n");
    for (m = 0; m < N_MEASURES; m++) {
        if (!measures[m].annex_only) {
            print_row(l, m, false);
        }
        print_row(l, m, true);
    }
    putchar('\n');
}

static void report_growth_side(const char *key, const Level *const *l,
                               unsigned m, bool annex)
{
    double first = net(l[0], m, annex);
    double last = net(l[N_LEVELS - 1], m, annex);

    if (isnan(first) || isnan(last)) {
        return;
    }
    report_begin(key);
    report_number("difference", last - first);
    if (first >= BASE_US) {
        report_number("ratio", last / first);
    }
    report_end();
}

static void report_growth(const char *key, const Level *const *l)
{
    unsigned m;

    report_begin(key);
    for (m = REQUEST; m <= QUERY; m++) {
        report_begin(measures[m].key);
        report_growth_side("stock", l, m, false);
        report_growth_side("annex", l, m, true);
        report_end();
    }
    report_end();
}

static void free_level(Level *l)
{
    unsigned m;

    for (m = 0; m < N_MEASURES; m++) {
        bench_pair_free(&l->pairs[m]);
    }
}

void bench_scale(const BenchOptions *o)
{
    Level full[N_LEVELS] = {}, grown[N_LEVELS - 1] = {};
    const Level *by_requests[N_LEVELS], *by_devices[N_LEVELS];
    unsigned i;

    report_title("Requests in flight",
                 "ACPI PCI slots of pc, by QMP and qtest; medians of "
                 "microseconds, less the\nround trip of a command, or an "
                 "access, that does nothing.");
    report_begin("scale");
    report_text("unit", "us");
    report_number("target-growth", TARGET_GROWTH);
    report_begin_list("levels");
    for (i = 0; i < N_LEVELS; i++) {
        full[i].in_flight = levels[i];
        by_requests[i] = &full[i];
        by_devices[i] = &full[i];
    }
    measure(o, levels[N_LEVELS - 1], full, N_LEVELS);
    for (i = 0; i < N_LEVELS - 1; i++) {
        grown[i].in_flight = levels[i];
        by_devices[i] = &grown[i];
        measure(o, levels[i], &grown[i], 1);
    }
    report_end_list();
    report_growth("growth-by-requests", by_requests);
    report_growth("growth-by-devices", by_devices);
    report_end();
    print_table("A machine with 1000 devices", by_requests);
    print_table("A machine with as many devices as requests", by_devices);
    printf("Targets: device_del and eject grow by no more than x %d from 1 "
           "to 1000 in flight,\nqueries no faster than the list. Growth is "
           "a ratio, or, from less than %d us, a\ndifference. -: a query "
           "that would take more than %.0f s, and was not made.\n",
           TARGET_GROWTH, BASE_US, QUERY_LIMIT_US / 1e6);
    for (i = 0; i < N_LEVELS; i++) {
        free_level(&full[i]);
    }
    for (i = 0; i < N_LEVELS - 1; i++) {
        free_level(&grown[i]);
    }
}
