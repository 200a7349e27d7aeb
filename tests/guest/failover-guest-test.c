/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests, without a migration. */
#include <string.h>
#include "failover-guest.h"

#define ONE FAILOVER_PRIMARY ",id=prim0"

static void plugs_when_negotiated(const FailoverSetup *setup)
{
    TestVm *vm = failover_vm(setup, "failover", NULL, ONE);

    failover_start(vm);
    failover_expect_state(vm, "plugged");
    failover_traffic(vm, true);
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* The driver lets go of the standby, and takes it again. */
static void follows_the_driver(const FailoverSetup *setup)
{
    TestVm *vm = failover_vm(setup, "failover", "settle=2", ONE);

    failover_start(vm);
    guest_ok(vm->guest, "rmmod virtio_net");
    failover_wait(vm, "unplugging");
    failover_wait(vm, "hidden");
    g_assert_false(qmp_has_device(vm->qmp, "prim0"));
    guest_ok(vm->guest, "modprobe virtio_net");
    failover_wait(vm, "plugged");
    failover_configure(vm);
    failover_traffic(vm, true);
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* A machine that starts anew has no primary until it knows of the standby. */
static void hides_at_reset(const FailoverSetup *setup)
{
    TestVm *vm = failover_vm(setup, "failover", NULL, ONE);

    failover_start(vm);
    qmp_ok(vm->qmp, "system_reset", QMP_ANY);
    failover_wait(vm, "hidden");
    guest_wait_ready(vm->guest, 0);
    failover_wait(vm, "plugged");
    failover_configure(vm);
    failover_traffic(vm, true);
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void bind_port(TestVm *vm, const char *verb)
{
    guest_ok(vm->guest, "echo 0000:00:02.0:pcie004 > "
             "/sys/bus/pci_express/drivers/pciehp/%s", verb);
}

static const char *wait_failure(TestVm *vm, const char *primary)
{
    const QmpEvent *e = qmp_wait_event(vm->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                                       "{'reason': 'plug-failed',"
                                       " 'primary': %s}", primary);

    return json_object_get_string_member(e->data, "message");
}

/*
 * Nothing is created before the guest powers the slot on, and so not without
 * a driver for the slot.  Linux does so for each candidate in turn, switches
 * a slot off when it finds nothing, and leaves it on when it finds a card.
 */
static void powers_the_slot(const FailoverSetup *setup)
{
    TestVm *vm = failover_vm(setup, "failover",
                             "hidden-until=slot-power,unplug-timeout=9",
                             "-device vfio-pci,id=absent,bus=rpp,"
                             "host=ffff:1f:1f.7,standby=net1 " ONE);

    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    g_assert_nonnull(strstr(wait_failure(vm, "absent"), "no such host"));
    failover_wait(vm, "plugged");
    failover_configure(vm);
    failover_traffic(vm, true);
    /* Longer than a button that was pressed would blink. */
    guest_ok(vm->guest, "sleep 8");
    failover_expect_state(vm, "plugged");

    guest_ok(vm->guest, "rmmod virtio_net");
    failover_wait(vm, "hidden");
    bind_port(vm, "unbind");
    guest_ok(vm->guest, "modprobe virtio_net");
    g_assert_cmpstr(wait_failure(vm, "prim0"), ==,
                    "the guest has not switched the slot on");
    g_assert_false(qmp_has_device(vm->qmp, "prim0"));
    bind_port(vm, "bind");
    failover_wait(vm, "plugged");
    failover_configure(vm);
    failover_traffic(vm, true);
    test_vm_quit(vm);
    test_vm_free(vm);
}

int main(int argc, char **argv)
{
    static const char *const group = "failover-guest";

    g_test_init(&argc, &argv, NULL);
    failover_guest_add(group, "plugs-when-negotiated",
                       plugs_when_negotiated, NULL);
    failover_guest_add(group, "follows-the-driver", follows_the_driver, NULL);
    failover_guest_add(group, "hides-at-reset", hides_at_reset, NULL);
    /* ACPI has no power to switch on. */
    failover_guest_add(group, "powers-the-slot", powers_the_slot, "pcie");
    return g_test_run();
}
