/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests that were told to leave hotplug alone. */
#include "failover-lab.h"

/* Linux has no "pci=nohp"; these are what it has for the two kinds. */
static void start(Lab *lab, const char *append)
{
    lab->append = append;
    lab->vm = lab_vm(lab, "here", NULL);
    failover_start(lab->vm);
    lab_ping(lab);
}

/*
 * Nobody switches the slot's power on: the guest never sees a primary, and
 * has no part in its removal.
 */
static void without_ports(Lab *lab)
{
    gint64 since_us;

    start(lab, "pcie_ports=compat");
    failover_traffic(lab->vm, false);
    since_us = lab_now_us();
    lab_migrates(lab);
    lab_watch(lab, since_us, false, LAB_GAP_MS);
    failover_expect_state(lab->vm, "plugged");
    guest_ok(lab->vm->guest, "! test -e /sys/bus/pci/devices/0000:02:00.0");
    lab_free(lab);
}

/*
 * The firmware's code reads the request, and there is no driver to act on
 * it.  The primary is found by a scan.
 */
static void without_acpiphp(Lab *lab)
{
    gint64 since_us;

    lab->options = "unplug-timeout=3";
    lab->timeout_ms = 3000;
    start(lab, "acpiphp.disable=1");
    guest_ok(lab->vm->guest, "echo 1 > /sys/bus/pci/rescan");
    failover_traffic(lab->vm, true);
    since_us = lab_now_us();
    lab_aborts(lab, "busy");
    lab_watch(lab, since_us, true, LAB_NO_GAP_MS);
    lab_free(lab);
}

int main(int argc, char **argv)
{
    static const char *const group = "failover-kernel";

    g_test_init(&argc, &argv, NULL);
    lab_add(group, "without-ports", without_ports, "pcie");
    lab_add(group, "without-acpiphp", without_acpiphp, "acpi-pci");
    return g_test_run();
}
