/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests that do not let go of the primary. */
#include "failover-lab.h"

/* In a slot of its own, and blocks the removal of all PCI devices. */
#define BLOCKER \
    LAB_PRIMARY " -device pcie-root-port,id=rpb,chassis=3,slot=3" \
    " -device virtio-rng-pci,id=blocker,bus=rpb"

/* Enough for a guest that is willing: 6.2 s in PCI Express slots. */
static void start(Lab *lab)
{
    lab->options = lab->setup->native ? "unplug-timeout=7"
                                      : "unplug-timeout=3";
    lab->timeout_ms = lab->setup->native ? 7000 : 3000;
    lab_start(lab);
}

/* What a guest does that was mended: lets go, and has it there. */
static void migrates(Lab *lab)
{
    gint64 since_us = lab_now_us();

    lab_migrates(lab);
    lab_flows(lab, since_us, true, LAB_GAP_MS);
    lab_free(lab);
}

static void masked(Lab *lab)
{
    gint64 since_us;

    start(lab);
    lab_mask(lab, true);
    since_us = lab_now_us();
    lab_aborts(lab, "not-listening");
    lab_watch(lab, since_us, true, LAB_NO_GAP_MS);
    lab_mask(lab, false);
    /* It is not told of what was taken back. */
    lab_flows(lab, since_us, true, LAB_NO_GAP_MS);
    qmp_expect_no_event(lab->vm->qmp, "DEVICE_DELETED", 0,
                        "{'device': 'prim0'}");
    migrates(lab);
}

#define PCIEHP \
    "echo 0000:00:02.0:pcie004 > /sys/bus/pci_express/drivers/pciehp/"

static void no_driver(Lab *lab)
{
    gint64 since_us;

    start(lab);
    guest_ok(lab->vm->guest, PCIEHP "unbind");
    since_us = lab_now_us();
    lab_aborts(lab, "not-listening");
    lab_watch(lab, since_us, true, LAB_NO_GAP_MS);
    guest_ok(lab->vm->guest, PCIEHP "bind");
    migrates(lab);
}

static void paused(Lab *lab)
{
    gint64 since_us;

    start(lab);
    qmp_ok(lab->vm->qmp, "stop", QMP_ANY);
    lab_aborts(lab, "vm-paused");
    qmp_ok(lab->vm->qmp, "cont", QMP_ANY);
    since_us = lab_now_us();
    lab_watch(lab, since_us, true, LAB_NO_GAP_MS);
    migrates(lab);
}

/* The guest removes another device, without end, and holds its locks. */
static void block(Lab *lab)
{
    GuestConsole *guest = lab->vm->guest;

    guest_ok(guest, "annex_hold $(basename $(dirname "
             "$(grep -l 0x1044 /sys/bus/pci/devices/*/device)))");
    guest_skip_log(guest);
    qmp_ok(lab->vm->qmp, "device_del", "{'id': 'blocker'}");
    guest_expect(guest, "annex-hold: remove", 0);
}

/*
 * The guest cannot but finish with the request after it was taken back.  The
 * primary stays, is shown to the guest again, and nothing takes it later.
 */
static void busy(Lab *lab)
{
    gint64 since_us;

    lab->primary = BLOCKER;
    start(lab);
    block(lab);
    since_us = lab_now_us();
    lab_aborts(lab, "busy");
    lab_watch(lab, since_us, true, LAB_NO_GAP_MS);
    since_us = lab_now_us();
    guest_start(lab->vm->guest, "usleep 100000; annex_release");
    qmp_wait_event(lab->vm->qmp, "DEVICE_DELETED", 0,
                   "{'device': 'blocker'}");
    qmp_wait_event(lab->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'prim0'}");
    lab_watch(lab, since_us, true, LAB_GAP_MS);
    failover_expect_state(lab->vm, "plugged");
    lab->primary = LAB_PRIMARY " -device pcie-root-port,id=rpb,chassis=3,"
                   "slot=3";
    migrates(lab);
}

/* Nothing but a reset mends it. */
static void panicked(Lab *lab)
{
    start(lab);
    guest_skip_log(lab->vm->guest);
    guest_start(lab->vm->guest, "usleep 200000;"
                " echo 0 > /proc/sys/kernel/panic;"
                " echo c > /proc/sysrq-trigger");
    guest_expect(lab->vm->guest, "end Kernel panic", 0);
    lab_aborts(lab, "not-seen");
    qmp_forget_events(lab->vm->qmp);
    qmp_ok(lab->vm->qmp, "system_reset", QMP_ANY);
    lab_use_again(lab);
    migrates(lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lab_add("failover-silent", "masked", masked, NULL);
    lab_add("failover-silent", "no-driver", no_driver, "pcie");
    lab_add("failover-silent", "paused", paused, NULL);
    lab_add("failover-silent", "busy", busy, NULL);
    lab_add("failover-silent", "panicked", panicked, NULL);
    return g_test_run();
}
