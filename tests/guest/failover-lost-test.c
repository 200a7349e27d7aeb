/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests whose migration ends before its end. */
#include "failover-lab.h"

/* So slow that the migration is still sending when it is to end. */
#define SLOW 1000000
#define FAST 10000000000

static void set_bandwidth(Lab *lab, gint64 bytes)
{
    qmp_ok(lab->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': %" G_GINT64_FORMAT "}", bytes);
}

/* The migration, as QEMU's events tell, has got to @status. */
static void wait_status(Lab *lab, const char *status)
{
    qmp_wait_event(lab->vm->qmp, "MIGRATION", 0, "{'status': %s}", status);
}

static void set_pause(Lab *lab, bool pause)
{
    qmp_ok(lab->vm->qmp, "migrate-set-capabilities", pause
           ? "{'capabilities': [{'capability': 'pause-before-switchover',"
             " 'state': true}]}"
           : "{'capabilities': [{'capability': 'pause-before-switchover',"
             " 'state': false}]}");
}

static void begin(Lab *lab, TestVm *there, bool pause)
{
    qmp_forget_events(lab->vm->qmp);
    set_pause(lab, pause);
    failover_migrate(lab->vm, there);
}

/* The guest goes on where it was, with the primary. */
static void stays(Lab *lab, gint64 since_us)
{
    lab_flows(lab, since_us, true, LAB_GAP_MS);
    failover_expect_state(lab->vm, "plugged");
    set_bandwidth(lab, FAST);
}

static void migrates(Lab *lab)
{
    gint64 since_us = lab_now_us();

    set_pause(lab, false);
    lab_migrates(lab);
    lab_flows(lab, since_us, true, LAB_GAP_MS);
    lab_free(lab);
}

static void end_destination(TestVm *there)
{
    test_vm_kill(there);
    test_vm_free(there);
}

/* While the source waits for the guest. */
static void lost_in_wait_unplug(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us = lab_now_us();

    begin(lab, there, false);
    wait_status(lab, "wait-unplug");
    end_destination(there);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "failed");
    failover_wait(lab->vm, "plugged");
    stays(lab, since_us);
}

/* While memory is being sent: see failover-guest-migration-test.c. */
static void lost_in_active(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us = lab_now_us();

    set_bandwidth(lab, SLOW);
    begin(lab, there, false);
    failover_wait(lab->vm, "unplugged-for-migration");
    wait_status(lab, "active");
    end_destination(there);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "failed");
    failover_wait(lab->vm, "plugged");
    stays(lab, since_us);
}

/* When the source has stopped, and nothing but devices is to be sent. */
static void lost_in_switchover(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us = lab_now_us();

    begin(lab, there, true);
    wait_status(lab, "pre-switchover");
    end_destination(there);
    qmp_ok(lab->vm->qmp, "migrate-continue", "{'state': 'pre-switchover'}");
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "failed");
    failover_wait(lab->vm, "plugged");
    stays(lab, since_us);
}

/* When it has all, and has not begun to run: the user goes back. */
static void lost_before_cont(Lab *lab)
{
    TestVm *there = lab_destination(lab, "-S");
    gint64 since_us = lab_now_us();

    begin(lab, there, false);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    end_destination(there);
    failover_expect_state(lab->vm, "unplugged-for-migration");
    qmp_ok(lab->vm->qmp, "cont", QMP_ANY);
    failover_wait(lab->vm, "plugged");
    stays(lab, since_us);
}

static void destination_lost(Lab *lab)
{
    lab_start(lab);
    lost_in_wait_unplug(lab);
    if (lab_is_long()) {
        lost_in_active(lab);
    }
    lost_in_switchover(lab);
    lost_before_cont(lab);
    migrates(lab);
}

/* The user cancels: the destination ends by itself. */
static void cancel(Lab *lab, TestVm *there)
{
    qmp_ok(lab->vm->qmp, "migrate_cancel", QMP_ANY);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "cancelled");
    failover_wait(lab->vm, "plugged");
    test_vm_wait_exit(there, 0);
    test_vm_free(there);
}

static void expect_cancelled(Lab *lab)
{
    JsonObject *last = json_object_get_object_member(
        failover_query(lab->vm), "last");

    g_assert_cmpstr(json_object_get_string_member(last, "outcome"), ==,
                    "cancelled");
    g_assert_false(json_object_has_member(last, "reason"));
}

/*
 * The request is taken back: by ACPI from a guest that is not told of it, in
 * a PCI Express slot while it blinks.
 */
static void cancelled_in_wait_unplug(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us;

    if (!lab->setup->native) {
        lab_mask(lab, true);
    }
    since_us = lab_now_us();
    begin(lab, there, false);
    wait_status(lab, "wait-unplug");
    cancel(lab, there);
    expect_cancelled(lab);
    if (!lab->setup->native) {
        lab_mask(lab, false);
    }
    stays(lab, since_us);
}

static void cancelled_in_active(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us = lab_now_us();

    set_bandwidth(lab, SLOW);
    begin(lab, there, false);
    failover_wait(lab->vm, "unplugged-for-migration");
    wait_status(lab, "active");
    cancel(lab, there);
    stays(lab, since_us);
}

static void cancelled_in_switchover(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us = lab_now_us();

    begin(lab, there, true);
    wait_status(lab, "pre-switchover");
    cancel(lab, there);
    stays(lab, since_us);
}

static void cancelled(Lab *lab)
{
    lab_start(lab);
    cancelled_in_wait_unplug(lab);
    cancelled_in_active(lab);
    cancelled_in_switchover(lab);
    migrates(lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lab_add("failover-lost", "destination-lost", destination_lost, NULL);
    lab_add("failover-lost", "cancelled", cancelled, NULL);
    return g_test_run();
}
