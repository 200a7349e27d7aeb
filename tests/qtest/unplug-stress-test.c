/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug at random: plug, ask, refuse, cancel, reset, eject, in any order. */
#include "failure.h"
#include "fake-acpi.h"
#include "fake-slots.h"
#include "memcheck.h"
#include "unplug-events.h"

#include <stdlib.h>
#include <string.h>

/*
 * ANNEX_STRESS_ROUNDS: plugs and unplugs on each transport (default 50).
 * ANNEX_STRESS_SEED: to repeat a run.  ANNEX_STRESS_VALGRIND: run QEMU under
 * memcheck, and fail on what it finds in our code.
 */
static unsigned rounds = 50;
static bool under_valgrind;

typedef struct Stress {
    FakeGuest *g;
    GRand *rand;
    unsigned requests;          /* that must have had their DONE */
    unsigned done;
} Stress;

static const char *state(Stress *s)
{
    JsonArray *list = qmp_ok_array(s->g->vm->qmp, "query-unplug-requests",
                                   QMP_ANY);

    if (!json_array_get_length(list)) {
        return "none";
    }
    g_assert_cmpint(json_array_get_length(list), ==, 1);
    return json_object_get_string_member(
        json_array_get_object_element(list, 0), "state");
}

static bool is_slot(const FakeGuest *g)
{
    return g->ops == &fake_pcie || g->ops == &fake_shpc;
}

static bool is_requested(FakeGuest *g)
{
    return is_slot(g) ? fake_slot_is_pressed(g) : fake_acpi_is_requested(g);
}

static void plug(FakeGuest *g)
{
    if (g->ops == &fake_acpi_memory) {
        qmp_ok(g->vm->qmp, "device_add",
               "{'driver': 'pc-dimm', 'id': 'dev0', 'memdev': 'mem0'}");
        return;
    }
    qmp_ok(g->vm->qmp, "device_add",
           "{'driver': 'virtio-rng-pci', 'id': 'dev0', 'bus': %s,"
           " 'addr': %s}",
           g->ops == &fake_acpi_pci_pc ? "pci.0"
           : g->ops == &fake_shpc ? "br0" : "rp0",
           g->ops == &fake_acpi_pci_pc ? "5"
           : g->ops == &fake_shpc ? "2" : "0");
    if (is_slot(g)) {
        fake_slot_ack(g);
        fake_slot_power_on(g);
    }
}

static void ask(Stress *s)
{
    bool is_new = !strcmp(state(s), "none");
    QmpClient *qmp = s->g->vm->qmp;

    if (g_rand_boolean(s->rand)) {
        if (!*qmp_hmp(qmp, "device_del dev0")) {
            s->requests += is_new;
        }
    } else if (qmp_execute(qmp, "device-unplug",
                           "{'id': 'dev0', 'timeout': 0.001}")->ret) {
        s->requests += is_new;
    }
}

/* A guest that had let go is offered the device again; it takes it. */
static void accept_again(Stress *s)
{
    if (s->g->ops == &fake_pcie && fake_slot_is_pressed(s->g)) {
        fake_slot_ack(s->g);
    }
    if (s->g->ops == &fake_pcie) {
        fake_slot_power_on(s->g);
    }
}

/* Count the events that have come, so that the next one is a new one. */
static void count_done(Stress *s)
{
    s->done += qmp_count_events(s->g->vm->qmp, "DEVICE_UNPLUG_DONE", QMP_ANY);
    qmp_forget_events(s->g->vm->qmp);
}

/* What @s's request, if any, comes to: waits for its DONE. */
static void let_go(Stress *s)
{
    const QmpEvent *e;
    const char *outcome;

    s->requests += !strcmp(state(s), "none");
    count_done(s);
    s->g->ops->let_go(s->g);
    e = qmp_wait_event(s->g->vm->qmp, "DEVICE_UNPLUG_DONE", 0, QMP_ANY);
    outcome = json_object_get_string_member(e->data, "outcome");
    if (!strcmp(outcome, "undone")) {
        accept_again(s);
    }
}

static void reset(Stress *s)
{
    bool asked = strcmp(state(s), "none");

    count_done(s);
    qmp_ok(s->g->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(s->g->vm->qmp, "RESET", 0, QMP_ANY);
    if (asked) {
        qmp_wait_event(s->g->vm->qmp, "DEVICE_UNPLUG_DONE", 0, QMP_ANY);
    }
    if (qmp_has_device(s->g->vm->qmp, "dev0")) {
        s->g->ops->set_up(s->g);
    }
}

static void step(Stress *s)
{
    FakeGuest *g = s->g;

    switch (g_rand_int_range(s->rand, 0, 8)) {
    case 0:
    case 1:
        ask(s);
        break;
    case 2:
    case 3:
        if (is_requested(g)) {
            g->ops->take(g);
        }
        break;
    case 4:
        if (g->ops->refuse) {
            g->ops->refuse(g);
        }
        break;
    case 5:
        qmp_execute(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
        break;
    case 6:
        reset(s);
        break;
    case 7:
        let_go(s);
        break;
    }
}

static void one_round(Stress *s)
{
    unsigned steps = 0;

    while (qmp_has_device(s->g->vm->qmp, "dev0")) {
        /* A cancel may keep the device for ever: a reset ends that. */
        if (++steps % 50 == 0) {
            reset(s);
        }
        step(s);
    }
    count_done(s);
    g_assert_cmpuint(s->done, ==, s->requests);
    g_assert_cmpstr(state(s), ==, "none");
    plug(s->g);
}

static void run(gconstpointer data)
{
    Stress s = { NULL };
    const char *seed_text = g_getenv("ANNEX_STRESS_SEED");
    guint32 seed = seed_text ? atoll(seed_text) : g_random_int();
    Memcheck memcheck;
    unsigned i;

    g_test_message("ANNEX_STRESS_SEED=%u, %u rounds", seed, rounds);
    s.rand = g_rand_new_with_seed(seed);
    if (under_valgrind) {
        memcheck = memcheck_begin();
        fake_guest_wrapper = memcheck.command;
        s.g = fake_guest_start(data, "timeout=1", false);
        fake_guest_wrapper = NULL;
    } else {
        s.g = fake_guest_start(data, "timeout=1", false);
    }
    for (i = 0; i < rounds; i++) {
        one_round(&s);
    }
    g_test_message("%u requests", s.requests);
    fake_guest_stop(s.g);
    if (under_valgrind) {
        memcheck_end(&memcheck);
    }
    g_rand_free(s.rand);
}

static void add(const FakeGuestOps *ops)
{
    g_autofree char *path = g_strdup_printf("/unplug-stress/%s/%s",
                                            ops->name, ops->machine);

    g_test_add_data_func(path, ops, run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (g_getenv("ANNEX_STRESS_ROUNDS")) {
        rounds = atoi(g_getenv("ANNEX_STRESS_ROUNDS"));
    }
    under_valgrind = g_getenv("ANNEX_STRESS_VALGRIND");
    add(&fake_pcie);
    add(&fake_acpi_pci_q35);
    add(&fake_shpc);
    add(&fake_acpi_memory);
    return g_test_run();
}
