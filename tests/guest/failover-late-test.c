/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests that let go about when, or after, they may. */
#include <string.h>
#include "failover-lab.h"

/* The driver of the primary is one whose removal lasts until released. */
static void hold_primary(Lab *lab)
{
    guest_ok(lab->vm->guest, "modprobe annex-hold;"
             " echo 0 > /sys/module/annex_hold/parameters/release");
    guest_ok(lab->vm->guest, "annex_hold 0000:02:00.0");
}

/* Nothing but what is known of the slot tells when it is free: settle=0. */
static void start(Lab *lab, int timeout_ms, const char *on_timeout)
{
    g_autofree char *options =
        g_strdup_printf("unplug-timeout=%d.%03d,on-timeout=%s,settle=0",
                        timeout_ms / 1000, timeout_ms % 1000, on_timeout);

    lab->timeout_ms = timeout_ms;
    lab->options = g_intern_string(options);
    lab_start(lab);
}

/* Nothing that the guest still does takes the primary. */
static void lives(Lab *lab, gint64 since_us)
{
    lab_watch(lab, since_us, true, LAB_GAP_MS);
    failover_expect_state(lab->vm, "plugged");
    g_assert_true(qmp_has_device(lab->vm->qmp, "prim0"));
    qmp_expect_no_event(lab->vm->qmp, "DEVICE_DELETED", 0,
                        "{'device': 'prim0'}");
}

/*
 * The migration was cancelled, and the guest has let go nevertheless: the
 * primary is shown to it again, or was gone already, and is created anew.
 */
static void stays(Lab *lab)
{
    const QmpEvent *e = qmp_wait_event(lab->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                                       "{'device': 'prim0'}");

    if (!json_object_get_boolean_member(e->data, "present")) {
        failover_wait(lab->vm, "hidden");
        qmp_wait_event(lab->vm->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                       "{'state': 'plugged', 'reason': 'migration-failed'}");
    }
    qmp_forget_events(lab->vm->qmp);
}

/*
 * The guest lets go @late_ms after the deadline (before, if negative), so
 * that the migration completes or is cancelled.  Either way the primary is
 * where the guest is, and stays.
 */
static void release_at(Lab *lab, int late_ms)
{
    TestVm *there = lab_destination(lab, NULL);
    gint64 since_us;
    const char *end;

    hold_primary(lab);
    qmp_forget_events(lab->vm->qmp);
    since_us = lab_now_us();
    guest_start(lab->vm->guest, "usleep %d; annex_release",
                (lab->timeout_ms + late_ms) * 1000);
    failover_migrate(lab->vm, there);
    end = failover_migration_end(lab->vm);
    g_test_message("released %d ms after the deadline: %s", late_ms, end);
    if (!strcmp(end, "completed")) {
        lab_moved(lab, there);
        failover_wait(lab->vm, "plugged");
    } else {
        g_assert_cmpstr(end, ==, "cancelled");
        test_vm_wait_exit(there, 0);
        test_vm_free(there);
        stays(lab);
    }
    lives(lab, since_us);
}

/* It is in the driver's removal from 5 s on, and gone 1.1 s after that. */
static void about_the_deadline(Lab *lab)
{
    int n = lab->setup->native ? 1100 : 50;

    start(lab, lab->setup->native ? 7000 : 1500, "abort");
    release_at(lab, lab->setup->native ? -n : 100);
    if (lab_is_long()) {
        release_at(lab, lab->setup->native ? 100 : -n);
        release_at(lab, 0);
        release_at(lab, -n / 2);
        release_at(lab, -n - 100);
        release_at(lab, -n + 100);
    }
    lab_free(lab);
}

/*
 * The request is taken back when the guest has switched the power off, and
 * waits for a second before it says so: it gets the primary again.
 */
static void after_power_off(Lab *lab)
{
    gint64 since_us;

    start(lab, 5700, "abort");
    lab_aborts(lab, "busy");
    since_us = lab_now_us();
    stays(lab);
    lives(lab, since_us);
    lab_free(lab);
}

/* The primary is taken away, for @reason, from a guest that holds it. */
static void remove_held(Lab *lab, const char *reason, bool masked)
{
    TestVm *there;
    gint64 since_us;

    hold_primary(lab);
    if (masked) {
        lab_mask(lab, true);
    }
    there = lab_destination(lab, NULL);
    failover_migrate(lab->vm, there);
    qmp_wait_event(lab->vm->qmp, "FAILOVER_UNPLUG_TIMEOUT", 0,
                   "{'reason': %s, 'action': 'remove'}", reason);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    failover_wait(there, "slot-busy");
    lab_moved(lab, there);
    since_us = lab_now_us();
    lab_watch(lab, since_us, false, LAB_NO_GAP_MS);
    failover_expect_state(there, "slot-busy");
    if (masked) {
        lab_mask(lab, false);
    }
    guest_ok(there->guest, "annex_release");
    failover_wait(there, "plugged");
    lives(lab, since_us);
    lab_free(lab);
}

/*
 * Taken away while the guest's driver was letting it go, for good: there is
 * none there before the guest is done with that, and then one that stays.
 */
static void removed_while_held(Lab *lab)
{
    start(lab, lab->setup->native ? 6000 : 2000, "remove");
    remove_held(lab, "busy", false);
}

/* The same, with a guest that is told by the removal only. */
static void removed_unasked(Lab *lab)
{
    start(lab, 1000, "remove");
    remove_held(lab, "not-listening", true);
}

#define PCIEHP \
    "echo 0000:00:02.0:pcie004 > /sys/bus/pci_express/drivers/pciehp/"

/* Taken away from a guest that is not told: it has a card that is gone. */
static void remove_without_driver(Lab *lab)
{
    TestVm *there;

    start(lab, 2000, "remove");
    guest_ok(lab->vm->guest, PCIEHP "unbind");
    there = lab_destination(lab, NULL);
    failover_migrate(lab->vm, there);
    qmp_wait_event(lab->vm->qmp, "FAILOVER_UNPLUG_TIMEOUT", 0,
                   "{'reason': 'not-listening', 'action': 'remove'}");
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    failover_wait(there, "slot-busy");
    lab_moved(lab, there);
}

/*
 * The driver comes, and switches the power off, since the slot is empty; for
 * the same reason it then does nothing about the card that it has not seen
 * go ("Already disabled"), and takes the next one for it.  Somebody in the
 * guest has to say that the card is gone.
 */
static void driver_comes_late(Lab *lab)
{
    gint64 since_us;

    remove_without_driver(lab);
    guest_skip_log(lab->vm->guest);
    guest_ok(lab->vm->guest, PCIEHP "bind");
    guest_expect(lab->vm->guest, "Already disabled", 0);
    failover_wait(lab->vm, "plugged");
    guest_expect(lab->vm->guest, "Link Up", 0);
    guest_ok(lab->vm->guest,
             "echo 1 > /sys/bus/pci/devices/0000:02:00.0/remove");
    since_us = lab_now_us();
    guest_ok(lab->vm->guest, "echo 1 > /sys/bus/pci/rescan");
    lives(lab, since_us);
    lab_free(lab);
}

/*
 * The driver comes, and the card that is gone was forgotten before: it
 * switches the power off, and the indicator stays on.
 */
static void slot_stays_lit(Lab *lab)
{
    gint64 since_us;

    remove_without_driver(lab);
    guest_ok(lab->vm->guest,
             "echo 1 > /sys/bus/pci/devices/0000:02:00.0/remove");
    since_us = lab_now_us();
    lab_flows(lab, since_us, false, LAB_GAP_MS);
    since_us = lab_now_us();
    guest_ok(lab->vm->guest, PCIEHP "bind");
    failover_wait(lab->vm, "plugged");
    g_test_message("plugged %d ms after the driver had come",
                   (int)((lab_now_us() - since_us) / 1000));
    g_assert_cmpint(lab_now_us() - since_us, >, 5 * G_USEC_PER_SEC);
    lives(lab, since_us);
    lab_free(lab);
}

int main(int argc, char **argv)
{
    static const char *const group = "failover-late";

    g_test_init(&argc, &argv, NULL);
    lab_add(group, "about-the-deadline", about_the_deadline, NULL);
    lab_add(group, "after-power-off", after_power_off, "pcie");
    lab_add(group, "removed-while-held", removed_while_held,
            lab_is_long() ? NULL : "acpi-pci");
    lab_add(group, "removed-unasked", removed_unasked, "pcie");
    lab_add(group, "driver-comes-late", driver_comes_late, "pcie");
    lab_add(group, "slot-stays-lit", slot_stays_lit, "pcie");
    return g_test_run();
}
