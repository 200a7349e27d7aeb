/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs at random: user, guest and migrations, in any order. */
#include <stdlib.h>
#include <string.h>
#include "fake-acpi.h"
#include "fake-move.h"
#include "fake-slots.h"
#include "memcheck.h"

/*
 * ANNEX_STRESS_ROUNDS: rounds on each transport (default 20), which end with
 * a primary that is plugged.  ANNEX_STRESS_SEED: to repeat a run.
 * ANNEX_STRESS_VALGRIND: run QEMU under memcheck.
 */
#define STEPS 20

static const char *const ids[] = { "prim0", "a", "b", "c" };

static bool is_native(const FakePair *f)
{
    return f->slot.ops == &fake_pcie;
}

static bool is_requested(FakePair *f)
{
    return is_native(f) ? fake_slot_is_pressed(&f->slot)
                        : fake_acpi_is_requested(&f->slot);
}

/* A guest has nothing to do with a VM that does not run. */
static bool is_running(FakePair *f)
{
    return json_object_get_boolean_member(
        qmp_ok(f->vm->qmp, "query-status", QMP_ANY), "running");
}

static bool is_in_state(FakePair *f, const char *state)
{
    return !strcmp(json_object_get_string_member(fake_pair_query(f), "state"),
                   state);
}

static bool is_plugged(FakePair *f)
{
    return is_in_state(f, "plugged");
}

/* After a reset nothing else is left, in the end. */
static bool is_absent(FakePair *f)
{
    return is_in_state(f, "hidden");
}

/*
 * What can be created, what cannot, and what is refused.  Without a ROM: see
 * fake_move_wait_asked().
 */
static void add_candidate(FakePair *f, GRand *rand)
{
    const char *id = ids[g_rand_int_range(rand, 0, G_N_ELEMENTS(ids))];

    switch (g_rand_int_range(rand, 0, 4)) {
    case 0:
        qmp_execute(f->vm->qmp, "device_add", "{'driver': 'vfio-pci',"
                    " 'id': %s, 'bus': 'rp0', 'standby': 'net1',"
                    " 'host': 'ffff:1f:1f.7'}", id);
        break;
    case 1:
        qmp_execute(f->vm->qmp, "device_add", "{'driver': 'e1000e',"
                    " 'id': %s, 'bus': 'rp0', 'standby': 'net1',"
                    " 'mac': 'wrong'}", id);
        break;
    default:
        qmp_execute(f->vm->qmp, "device_add", "{'driver': 'e1000e',"
                    " 'id': %s, 'bus': 'rp0', 'standby': 'net1',"
                    " 'romfile': ''}", id);
        break;
    }
}

static void user(FakePair *f, GRand *rand)
{
    QmpClient *qmp = f->vm->qmp;

    switch (g_rand_int_range(rand, 0, 9)) {
    case 0:
        qmp_execute(qmp, "device_del", "{'id': %s}",
                    ids[g_rand_int_range(rand, 0, G_N_ELEMENTS(ids))]);
        break;
    case 1:
    case 2:
        add_candidate(f, rand);
        break;
    case 3:
        qmp_execute(qmp, "failover-plug", "{'standby': 'net1'}");
        break;
    case 4:
        qmp_execute(qmp, "failover-unplug", "{'standby': 'net1'}");
        break;
    case 5:
    case 6:
        qmp_execute(qmp, "migrate", "{'uri': 'exec:cat > /dev/null'}");
        break;
    case 7:
        qmp_execute(qmp, "migrate_cancel", QMP_ANY);
        break;
    case 8:
        qmp_execute(qmp, g_rand_boolean(rand) ? "stop" : "cont", QMP_ANY);
        break;
    }
}

static void reset(FakePair *f)
{
    qmp_ok(f->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(f->vm->qmp, "RESET", 0, QMP_ANY);
    f->slot.ops->set_up(&f->slot);
    f->slot.ops->listen(&f->slot);
}

static void guest(FakePair *f, GRand *rand)
{
    switch (g_rand_int_range(rand, 0, 8)) {
    case 0:
    case 1:
        fake_pair_drive(f, true);
        break;
    case 2:
        fake_pair_drive(f, false);
        break;
    case 3:
        if (is_native(f)) {
            fake_slot_power_on(&f->slot);
        }
        break;
    case 4:
    case 5:
        if (is_requested(f)) {
            f->slot.ops->take(&f->slot);
        }
        break;
    case 6:
        f->slot.ops->let_go(&f->slot);
        break;
    case 7:
        reset(f);
        break;
    }
}

/* No migration, and the VM runs. */
static bool is_calm(FakePair *f)
{
    qmp_execute(f->vm->qmp, "cont", QMP_ANY);
    return is_running(f) &&
           !json_object_has_member(fake_pair_query(f), "migration");
}

/* Whatever was, a new candidate is plugged for a driver that starts. */
static void expect_works(FakePair *f)
{
    unsigned i;

    qmp_ok(f->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_pair_until(f, is_calm);
    reset(f);
    fake_pair_until(f, is_absent);
    for (i = 0; i < G_N_ELEMENTS(ids); i++) {
        qmp_execute(f->vm->qmp, "device_del", "{'id': %s}", ids[i]);
        g_assert_false(qmp_has_device(f->vm->qmp, ids[i]));
    }
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'prim0',"
           " 'bus': 'rp0', 'standby': 'net1', 'romfile': ''}");
    fake_pair_drive(f, true);
    fake_pair_until(f, is_plugged);
    g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));
    qmp_forget_events(f->vm->qmp);
}

static void run(gconstpointer data)
{
    const char *rounds_text = g_getenv("ANNEX_STRESS_ROUNDS");
    const char *seed_text = g_getenv("ANNEX_STRESS_SEED");
    guint32 seed = seed_text ? atoll(seed_text) : g_random_int();
    unsigned i, j, rounds = rounds_text ? atoi(rounds_text) : 20;
    GRand *rand = g_rand_new_with_seed(seed);
    FakePair *f = fake_pair_new(data, "unplug-timeout=1,settle=0",
                                FAKE_STANDBY " " FAKE_PRIMARY ",romfile=");
    bool under_valgrind = g_getenv("ANNEX_STRESS_VALGRIND");
    Memcheck memcheck;

    g_test_message("ANNEX_STRESS_SEED=%u, %u rounds", seed, rounds);
    if (under_valgrind) {
        memcheck = memcheck_begin();
        test_vm_wrapper(f->vm, memcheck.command);
    }
    fake_pair_start(f);
    for (i = 0; i < rounds; i++) {
        for (j = 0; j < STEPS; j++) {
            if (g_rand_boolean(rand) && is_running(f)) {
                guest(f, rand);
            } else {
                user(f, rand);
            }
        }
        expect_works(f);
    }
    fake_pair_stop(f);
    if (under_valgrind) {
        memcheck_end(&memcheck);
    }
    g_rand_free(rand);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = { { "random", run }, {} };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-stress", tests);
    return g_test_run();
}
