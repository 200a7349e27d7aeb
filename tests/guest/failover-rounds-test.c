/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests: there and back, many times. */
#include "failover-lab.h"

/* With ports for so many VMs there is a switch; see failover-peer.c. */
#define LONG_ROUNDS 10
#define ROUNDS 3

/* The primary is in the guest, and it moves to another VM, with traffic. */
static void trip(Lab *lab)
{
    gint64 since_us = lab_now_us();

    lab_migrates(lab);
    lab_flows(lab, since_us, true, LAB_GAP_MS);
    failover_expect_state(lab->vm, "plugged");
}

/* Each trip is to a new VM, since QEMU is not reused. */
static void there_and_back(Lab *lab)
{
    int i, n = lab_is_long() ? LONG_ROUNDS : ROUNDS;

    lab->primary = LAB_PRIMARY " -smp 2";
    lab_start(lab);
    for (i = 0; i < n; i++) {
        g_test_message("round %d", i);
        trip(lab);
        trip(lab);
    }
    lab_free(lab);
}

/*
 * A destination that does not run yet: there is no traffic, and no primary;
 * nor does the guest get any of it later.
 */
static void destination_paused(Lab *lab)
{
    TestVm *there;
    gint64 since_us;

    lab->primary = LAB_PRIMARY " -smp 2";
    lab_start(lab);
    there = lab_destination(lab, "-S");
    failover_migrate(lab->vm, there);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    lab_moved(lab, there);
    since_us = lab_now_us();
    g_usleep(2 * G_USEC_PER_SEC);
    lab_expect_silence(lab, since_us);
    g_assert_false(qmp_has_device(there->qmp, "prim0"));
    qmp_expect_no_event(there->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                        "{'state': 'plugged'}");

    since_us = lab_now_us();
    qmp_ok(there->qmp, "cont", QMP_ANY);
    failover_wait(there, "plugged");
    lab_watch(lab, since_us, true, LAB_GAP_MS);
    lab_free(lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lab_add("failover-rounds", "there-and-back", there_and_back, NULL);
    lab_add("failover-rounds", "destination-paused", destination_paused,
            NULL);
    return g_test_run();
}
