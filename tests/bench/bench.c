/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The benchmarks: what Annex costs, next to stock in the same run. */
#include <stdio.h>
#include <string.h>
#include "bench.h"
#include "bench-report.h"
#include "vm.h"

static BenchOptions options = {
    .boots = 0, .loads = 20, .refusals = 500, .requests = 25, .removals = 9,
    .trips = 3, .watch_s = 30, .runs = 200, .starts = 200,
    .transfers = 20, .slots = 1000,
};

static char *only;
static char *json_path;

static const GOptionEntry entries[] = {
    { "quick", 0, 0, G_OPTION_ARG_NONE, &options.quick,
      "fewer repetitions, for a few minutes in all", NULL },
    { "boots", 0, 0, G_OPTION_ARG_INT, &options.boots,
      "pairs of boots (default 5, quick 2)", "N" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only,
      "one of: boot, load, latency, scale, papr, failover, "
      "vhost-user, slots", "PART" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "also write all results to this file", "FILE" },
    G_OPTION_ENTRY_NULL
};

static const struct {
    const char *name;
    void (*run)(const BenchOptions *o);
} parts[] = {
    { "boot", bench_boot },
    { "load", bench_load },
    { "latency", bench_latency },
    { "scale", bench_scale },
    { "papr", bench_papr },
    { "failover", bench_failover },
    { "vhost-user", bench_vhost },
    { "slots", bench_slots },
};

static bool parse(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1 ||
        options.boots < 0) {
        fprintf(stderr, "annex-bench: %s\n",
                error ? error->message : "wrong arguments");
        return false;
    }
    if (options.quick) {
        options.loads = 8;
        options.refusals = 100;
        options.requests = 7;
        options.removals = 2;
        options.trips = 1;
        options.watch_s = 10;
        options.runs = 20;
        options.starts = 30;
        options.transfers = 4;
        options.slots = 40;
    }
    if (!options.boots) {
        options.boots = options.quick ? 2 : 5;
    }
    return true;
}

/* Which QEMU this is about. */
static void identify(void)
{
    TestVm *vm = test_vm_new("identify");
    JsonObject *version, *qemu;
    g_autofree char *text = NULL;

    test_vm_args(vm, "-machine none");
    test_vm_start(vm);
    version = qmp_ok(vm->qmp, "query-version", QMP_ANY);
    qemu = json_object_get_object_member(version, "qemu");
    text = g_strdup_printf("QEMU %d.%d.%d (%s)",
                           (int)json_object_get_int_member(qemu, "major"),
                           (int)json_object_get_int_member(qemu, "minor"),
                           (int)json_object_get_int_member(qemu, "micro"),
                           json_object_get_string_member(version,
                                                         "package"));
    printf("%s, TCG, %u processors\n", text, g_get_num_processors());
    report_text("qemu", text);
    report_number("processors", g_get_num_processors());
    report_text("mode", options.quick ? "quick" : "full");
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* The harness's own words are for tests. */
static void say_nothing(const char *text)
{
}

int main(int argc, char **argv)
{
    gint64 start_us = g_get_monotonic_time();
    bool any = false;
    unsigned i;

    if (!parse(argc, argv)) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    g_set_print_handler(say_nothing);
    report_start();
    identify();
    for (i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!only || !strcmp(only, parts[i].name)) {
            parts[i].run(&options);
            any = true;
        }
    }
    if (!any) {
        fprintf(stderr, "annex-bench: there is no part '%s'\n", only);
        return 2;
    }
    printf("\nMeasured in %.0f s.\n",
           (g_get_monotonic_time() - start_us) / 1e6);
    if (json_path) {
        report_write(json_path);
    }
    return 0;
}
