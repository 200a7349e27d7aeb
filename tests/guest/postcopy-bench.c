/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an outage in postcopy does to a guest: annex-postcopy, and stock. */
#include <stdio.h>
#include <string.h>
#include "postcopy-guest.h"

/*
 * usage: postcopy-bench [SETUP [ROUNDS]]
 *
 * Prints a table, and passes no judgement.
 */

/* How long stock is watched, where it does not answer. */
#define PATIENCE_MS 5000

typedef struct Series {
    GArray *held_ms;            /* from the cut to the event */
    GArray *stop_ms;            /* of the command, while paused */
    GArray *resume_ms;          /* from postcopy-active to RESUME */
    GArray *instructions;       /* from the cut on, until held or at the end */
} Series;

static Series series_new(void)
{
    return (Series) {
        .held_ms = g_array_new(false, false, sizeof(double)),
        .stop_ms = g_array_new(false, false, sizeof(double)),
        .resume_ms = g_array_new(false, false, sizeof(double)),
        .instructions = g_array_new(false, false, sizeof(double)),
    };
}

static void add(GArray *values, double value)
{
    g_array_append_val(values, value);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static char *describe(GArray *values, const char *otherwise)
{
    if (!values->len) {
        return g_strdup(otherwise);
    }
    g_array_sort(values, compare);
    return g_strdup_printf("%.1f (%.1f)",
                           g_array_index(values, double, values->len / 2),
                           g_array_index(values, double, values->len - 1));
}

static void print_row(const char *what, GArray *with, GArray *without,
                      const char *otherwise)
{
    g_autofree char *a = describe(with, "-");
    g_autofree char *b = describe(without, otherwise);

    printf("# %-44s %20s %24s\n", what, a, b);
}

static double between_ms(const QmpEvent *first, const QmpEvent *second)
{
    return (second->time_us - first->time_us) / 1e3;
}

static void round_with(PostcopyPair *p, Series *s)
{
    guint64 before = postcopy_instructions(p);
    gint64 cut_us = g_get_monotonic_time();
    const QmpEvent *held, *active, *resume;
    const QmpReply *reply;

    test_link_cut(p->link);
    held = qmp_wait_event(p->to->qmp, "POSTCOPY_HELD", 0, QMP_ANY);
    add(s->held_ms, (held->received_us - cut_us) / 1e3);
    add(s->instructions, postcopy_instructions(p) - before);
    postcopy_pair_wait_paused(p);
    reply = qmp_execute(p->to->qmp, "stop", QMP_ANY);
    add(s->stop_ms, (reply->received_us - reply->sent_us) / 1e3);
    /* Let go of that, and be held by policy alone. */
    qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'run'}");
    qmp_ok(p->to->qmp, "cont", QMP_ANY);
    qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'pause'}");
    qmp_wait_event(p->to->qmp, "POSTCOPY_HELD", 0, QMP_ANY);
    qmp_forget_events(p->to->qmp);
    postcopy_pair_reconnect(p);
    active = qmp_wait_event(p->to->qmp, "MIGRATION", 0,
                            "{'status': 'postcopy-active'}");
    resume = qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
    add(s->resume_ms, between_ms(active, resume));
    postcopy_wait_status(p->from, "postcopy-active");
}

static void round_without(PostcopyPair *p, Series *s)
{
    guint64 before = postcopy_instructions(p);
    gint64 id;

    test_link_cut(p->link);
    postcopy_pair_wait_paused(p);
    id = qmp_send(p->to->qmp, "stop", QMP_ANY);
    g_usleep(PATIENCE_MS * 1000);
    add(s->instructions, postcopy_instructions(p) - before);
    postcopy_pair_reconnect(p);
    postcopy_wait_status(p->from, "postcopy-active");
    qmp_reply(p->to->qmp, id, 0);
    qmp_ok(p->to->qmp, "cont", QMP_ANY);
}

static void measure(const PostcopySetup *of, const char *options, int n,
                    Series *s)
{
    PostcopyPair *p = postcopy_pair_new(of, options);
    int i;

    postcopy_pair_count(p);
    postcopy_pair_begin(p);
    for (i = 0; i < n; i++) {
        (options ? round_with : round_without)(p, s);
        guest_ok(p->to->guest, "true");
    }
    postcopy_pair_free(p);
}

static const PostcopySetup *setup = postcopy_setups;
static int rounds = 5;

static void bench(void)
{
    Series with = series_new(), without = series_new();

    measure(setup, "policy=pause", rounds, &with);
    measure(setup, NULL, 1, &without);
    printf("# QEMU %s, %s (%s), %d rounds: median (maximum)\n",
           test_host_name(), setup->name, setup->args, rounds);
    printf("# %-44s %20s %24s\n", "", "annex-postcopy", "stock");
    print_row("cut -> every vCPU held, ms", with.held_ms, without.held_ms,
              "never");
    print_row("stop, while paused, ms", with.stop_ms, without.stop_ms,
              "not before recovery");
    print_row("recovered -> running, ms", with.resume_ms, without.resume_ms,
              "-");
    print_row("instructions after the cut (stock: in 5 s)",
              with.instructions, without.instructions, "-");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    while (argc > 1 && setup->name && strcmp(setup->name, argv[1])) {
        setup++;
    }
    if (!setup->name) {
        fprintf(stderr, "no set-up '%s'\n", argv[1]);
        return 2;
    }
    if (argc > 2) {
        rounds = atoi(argv[2]);
    }
    g_test_add_func("/postcopy-bench", bench);
    return g_test_run();
}
