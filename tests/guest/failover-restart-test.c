/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests that start anew, or their drivers do. */
#include "failover-lab.h"

/* So slow that what the test does meanwhile is before the end. */
#define SLOW 1000000
#define FAST 10000000000

static void set_bandwidth(TestVm *vm, gint64 bytes)
{
    qmp_ok(vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': %" G_GINT64_FORMAT "}", bytes);
}

/* The migration that is slow completes now; the primary is plugged there. */
static void finish(Lab *lab, TestVm *there)
{
    set_bandwidth(lab->vm, FAST);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    failover_wait(there, "plugged");
    lab_moved(lab, there);
}

/*
 * The migration waits for the guest: by ACPI that lasts since the guest is
 * masked, in a PCI Express slot it blinks.  The reset ends the wait.  The
 * guest that starts anew accepts the standby, and gets nothing before it has
 * arrived.
 */
static void restarts_in_wait_unplug(Lab *lab, bool by_guest)
{
    TestVm *there;

    lab->primary = LAB_PRIMARY " -smp 2";
    lab_start(lab);
    there = lab_destination(lab, NULL);
    if (!lab->setup->native) {
        guest_ok(lab->vm->guest,
                 "echo mask > /sys/firmware/acpi/interrupts/gpe01");
    }
    set_bandwidth(lab->vm, SLOW);
    failover_migrate(lab->vm, there);
    qmp_wait_event(lab->vm->qmp, "MIGRATION", 0,
                   "{'status': 'wait-unplug'}");
    if (by_guest) {
        guest_start(lab->vm->guest, "usleep 200000; reboot -f");
    } else {
        qmp_ok(lab->vm->qmp, "system_reset", QMP_ANY);
    }
    failover_wait(lab->vm, "unplugged-for-migration");
    qmp_wait_event(lab->vm->qmp, "MIGRATION", 0, "{'status': 'active'}");
    guest_wait_ready(lab->vm->guest, 0);
    guest_ok(lab->vm->guest, "ls -d /sys/class/net/*/master");
    failover_expect_state(lab->vm, "unplugged-for-migration");
    g_assert_false(qmp_has_device(lab->vm->qmp, "prim0"));
    finish(lab, there);
    failover_configure(lab->vm);
    failover_traffic(lab->vm, true);
    lab_free(lab);
}

static void reset_in_wait_unplug(Lab *lab)
{
    restarts_in_wait_unplug(lab, false);
}

static void reboot_in_wait_unplug(Lab *lab)
{
    restarts_in_wait_unplug(lab, true);
}

static void wait_failure(TestVm *vm, int attempt)
{
    qmp_wait_event(vm->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                   "{'reason': 'plug-failed', 'attempt': %d}", attempt);
}

/*
 * No candidate can be created, and all are tried again and again: a guest
 * that starts anew has it begin anew.  Then there is one that can.
 */
static void reboot_in_retry(Lab *lab)
{
    TestVm *vm;
    gint64 since_us;

    lab->primary = "-device vfio-pci,host=ffff:ff:1f.7,id=bad0,bus=rpp,"
                   "standby=net1";
    lab->vm = vm = lab_vm(lab, "here", NULL);
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    wait_failure(vm, 2);
    qmp_forget_events(vm->qmp);
    guest_start(vm->guest, "usleep 200000; reboot -f");
    guest_wait_ready(vm->guest, 0);
    wait_failure(vm, 1);
    wait_failure(vm, 2);
    failover_configure(vm);
    failover_traffic(vm, false);

    qmp_ok(vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'prim0',"
           " 'netdev': 'n1', 'mac': '" FAILOVER_MAC "', 'bus': 'rpp',"
           " 'standby': 'net1'}");
    failover_wait(vm, "plugged");
    g_assert_true(qmp_has_device(vm->qmp, "prim0"));
    since_us = lab_now_us();
    failover_traffic(vm, true);
    lab_ping(lab);
    lab_flows(lab, since_us, true, LAB_GAP_MS);
    lab_free(lab);
}

/* A device without a driver is let go as well, and so is the next. */
static void primary_without_driver(Lab *lab)
{
    gint64 since_us;

    lab_start(lab);
    since_us = lab_now_us();
    guest_ok(lab->vm->guest, "rmmod e1000e");
    lab_flows(lab, since_us, false, LAB_GAP_MS);
    lab_migrates(lab);
    lab_flows(lab, since_us, false, LAB_GAP_MS);
    since_us = lab_now_us();
    guest_ok(lab->vm->guest, "modprobe e1000e");
    lab_flows(lab, since_us, true, LAB_GAP_MS);
    lab_free(lab);
}

/* The guest lets go of the standby on its way: it arrives without a pair. */
static void standby_without_driver(Lab *lab)
{
    TestVm *there;

    lab_start(lab);
    there = lab_destination(lab, NULL);
    set_bandwidth(lab->vm, SLOW);
    failover_migrate(lab->vm, there);
    failover_wait(lab->vm, "unplugged-for-migration");
    guest_ok(lab->vm->guest, "rmmod virtio_net");
    set_bandwidth(lab->vm, FAST);
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    lab_moved(lab, there);
    guest_ok(there->guest, "true");
    failover_expect_state(there, "hidden");
    guest_ok(there->guest, "modprobe virtio_net");
    failover_wait(there, "plugged");
    failover_configure(there);
    failover_traffic(there, true);
    lab_free(lab);
}

int main(int argc, char **argv)
{
    static const char *const group = "failover-restart";

    g_test_init(&argc, &argv, NULL);
    lab_add(group, "reset-in-wait-unplug", reset_in_wait_unplug, NULL);
    lab_add(group, "reboot-in-wait-unplug", reboot_in_wait_unplug, NULL);
    lab_add(group, "reboot-in-retry", reboot_in_retry, NULL);
    lab_add(group, "primary-without-driver", primary_without_driver, NULL);
    lab_add(group, "standby-without-driver", standby_without_driver, NULL);
    return g_test_run();
}
