/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests that migrate. */
#include <string.h>
#include "failover-guest.h"

#define ONE FAILOVER_PRIMARY ",id=prim0"

/* Masked: the guest is not told of requests, until it is unmasked. */
static void mask(TestVm *vm, const FailoverSetup *setup, bool masked)
{
    if (setup->native) {
        guest_ok(vm->guest, "echo 0000:00:02.0:pcie004 > "
                 "/sys/bus/pci_express/drivers/pciehp/%s",
                 masked ? "unbind" : "bind");
    } else {
        guest_ok(vm->guest, "echo %s > "
                 "/sys/firmware/acpi/interrupts/gpe01",
                 masked ? "mask" : "unmask");
    }
}

/* The migration that has begun completes, and the primary is there again. */
static void finish(TestVm *here, TestVm *there)
{
    g_assert_cmpstr(failover_migration_end(here), ==, "completed");
    failover_wait(there, "plugged");
    failover_traffic(there, true);
    test_vm_quit(here);
    test_vm_free(here);
    test_vm_quit(there);
    test_vm_free(there);
}

static void there_and_back(const FailoverSetup *setup)
{
    TestVm *here = failover_vm(setup, "here", NULL, ONE), *there;
    int i;

    failover_start(here);
    for (i = 0; i < 2; i++) {
        there = failover_destination(setup, NULL, ONE);
        failover_migrate(here, there);
        failover_wait(here, "unplugged-for-migration");
        g_assert_cmpstr(failover_migration_end(here), ==, "completed");
        failover_wait(there, "plugged");
        failover_traffic(there, true);
        test_vm_quit(here);
        test_vm_free(here);
        here = there;
    }
    test_vm_quit(here);
    test_vm_free(here);
}

/* The guest does not let go: the migration ends, and the primary stays. */
static void aborts_at_the_deadline(const FailoverSetup *setup)
{
    TestVm *here = failover_vm(setup, "here", "unplug-timeout=9", ONE);
    TestVm *there = failover_destination(setup, NULL, ONE);
    const QmpEvent *e;
    JsonObject *last;

    failover_start(here);
    mask(here, setup, true);
    failover_migrate(here, there);
    e = qmp_wait_event(here->qmp, "FAILOVER_UNPLUG_TIMEOUT", 0, QMP_ANY);
    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    "not-listening");
    g_assert_cmpstr(json_object_get_string_member(e->data, "action"), ==,
                    "abort");
    g_assert_cmpstr(failover_migration_end(here), ==, "cancelled");
    failover_expect_state(here, "plugged");
    last = json_object_get_object_member(failover_query(here), "last");
    g_assert_cmpstr(json_object_get_string_member(last, "outcome"), ==,
                    "aborted");
    g_assert_cmpstr(json_object_get_string_member(last, "reason"), ==,
                    "not-listening");
    failover_traffic(here, true);
    mask(here, setup, false);
    failover_traffic(here, true);
    failover_expect_state(here, "plugged");
    test_vm_wait_exit(there, 0);
    test_vm_free(there);

    there = failover_destination(setup, NULL, ONE);
    qmp_ok(here->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 1000000000}");
    failover_migrate(here, there);
    finish(here, there);
}

/*
 * The same, and it is taken away.  By ACPI the guest learns of that when it
 * listens again; in a PCI Express slot, while its driver waits for a second
 * press of the button.
 */
static void removes_at_the_deadline(const FailoverSetup *setup)
{
    TestVm *here = failover_vm(setup, "here",
                               "unplug-timeout=2,on-timeout=remove", ONE);
    TestVm *there = failover_destination(setup, NULL, ONE);
    const QmpEvent *e;

    failover_start(here);
    if (!setup->native) {
        mask(here, setup, true);
    }
    failover_migrate(here, there);
    e = qmp_wait_event(here->qmp, "FAILOVER_UNPLUG_TIMEOUT", 0, QMP_ANY);
    g_assert_cmpstr(json_object_get_string_member(e->data, "action"), ==,
                    "remove");
    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    setup->native ? "busy" : "not-listening");
    g_assert_cmpstr(failover_migration_end(here), ==, "completed");
    if (!setup->native) {
        failover_wait(there, "slot-busy");
        mask(there, setup, false);
    }
    failover_wait(there, "plugged");
    failover_traffic(there, true);
    test_vm_quit(here);
    test_vm_free(here);
    test_vm_quit(there);
    test_vm_free(there);
}

/* The destination dies when the guest has let go: it gets the primary back. */
static void comes_back_after_a_failure(const FailoverSetup *setup)
{
    TestVm *here = failover_vm(setup, "here", NULL, ONE);
    TestVm *there = failover_destination(setup, NULL, ONE);

    failover_start(here);
    qmp_ok(here->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 1000000}");
    failover_migrate(here, there);
    failover_wait(here, "unplugged-for-migration");
    test_vm_kill(there);
    g_assert_cmpstr(failover_migration_end(here), ==, "failed");
    failover_wait(here, "plugged");
    failover_traffic(here, true);
    test_vm_free(there);

    qmp_ok(here->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 1000000000}");
    there = failover_destination(setup, NULL, ONE);
    failover_migrate(here, there);
    finish(here, there);
}

int main(int argc, char **argv)
{
    static const char *const group = "failover-guest-migration";

    g_test_init(&argc, &argv, NULL);
    failover_guest_add(group, "there-and-back", there_and_back, NULL);
    failover_guest_add(group, "aborts-at-the-deadline",
                       aborts_at_the_deadline, NULL);
    failover_guest_add(group, "removes-at-the-deadline",
                       removes_at_the_deadline, NULL);
    failover_guest_add(group, "comes-back-after-a-failure",
                       comes_back_after_a_failure, NULL);
    return g_test_run();
}
