/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests: several pairs, postcopy, stock's own. */
#include <string.h>
#include "failover-guest.h"

#define ONE FAILOVER_PRIMARY ",id=prim0"

static void stop(TestVm *vm)
{
    test_vm_quit(vm);
    test_vm_free(vm);
}

static const char *const second_pair =
    "-device pcie-root-port,id=rps2,chassis=3,slot=3"
    " -device pcie-root-port,id=rpp2,chassis=4,slot=4"
    " -device virtio-net-pci,id=net2,bus=rps2,mac=52:54:00:11:22:44"
    " -device e1000e,id=prim2,bus=rpp2,standby=net2,mac=52:54:00:11:22:44"
    " -smp 2 ";

static void wait_second(TestVm *vm, const char *state)
{
    qmp_wait_event(vm->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                   "{'standby': 'net2', 'state': %s}", state);
}

/* Two pairs, two processors: the migration waits for both. */
static void two_pairs(const FailoverSetup *setup)
{
    g_autofree char *devices = g_strconcat(second_pair, ONE, NULL);
    TestVm *here = failover_vm(setup, "here", NULL, devices);
    TestVm *there = failover_destination(setup, NULL, devices);

    failover_start(here);
    wait_second(here, "plugged");
    failover_migrate(here, there);
    failover_wait(here, "unplugged-for-migration");
    wait_second(here, "unplugged-for-migration");
    g_assert_cmpstr(failover_migration_end(here), ==, "completed");
    failover_wait(there, "plugged");
    wait_second(there, "plugged");
    failover_traffic(there, true);
    stop(here);
    stop(there);
}

static void allow_postcopy(TestVm *vm)
{
    qmp_ok(vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true},"
           " {'capability': 'postcopy-ram', 'state': true}]}");
}

/* The destination runs long before it has all of its memory. */
static void postcopy(const FailoverSetup *setup)
{
    TestVm *here = failover_vm(setup, "here", NULL, ONE);
    TestVm *there = failover_vm(setup, "there", NULL, ONE);

    failover_start(here);
    guest_start(here->guest, "while :; do ping -c 1 10.0.2.2; done");
    test_vm_args(there, "-incoming defer");
    test_vm_start(there);
    allow_postcopy(there);
    allow_postcopy(here);
    qmp_ok(there->qmp, "migrate-incoming", "{'uri': %s}",
           failover_uri(there));
    qmp_ok(here->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 4000000}");
    qmp_ok(here->qmp, "migrate", "{'uri': %s}", failover_uri(there));
    failover_wait(here, "unplugged-for-migration");
    qmp_wait_event(here->qmp, "MIGRATION", 0, "{'status': 'active'}");
    qmp_ok(here->qmp, "migrate-start-postcopy", QMP_ANY);
    qmp_wait_event(there->qmp, "MIGRATION", 0,
                   "{'status': 'postcopy-active'}");
    qmp_wait_event(there->qmp, "MIGRATION", 0, "{'status': 'completed'}");
    failover_wait(there, "plugged");
    failover_traffic(there, true);
    stop(here);
    stop(there);
}

/* A QEMU whose own failover it is; its primary needs romfile=. */
static TestVm *stock_vm(const FailoverSetup *setup, const char *name)
{
    TestVm *vm = test_vm_new(name);

    test_vm_args(vm, "%s -netdev user,id=u0,restrict=on"
                 " -netdev hubport,id=h0,hubid=0,netdev=u0"
                 " -netdev hubport,id=n0,hubid=0"
                 " -netdev hubport,id=n1,hubid=0"
                 " -device pcie-root-port,id=rps,chassis=1,slot=1"
                 " -device pcie-root-port,id=rpp,chassis=2,slot=2"
                 " -device virtio-net-pci,id=net1,netdev=n0,bus=rps,"
                 "mac=" FAILOVER_MAC ",failover=on"
                 " -device e1000e,netdev=n1,mac=" FAILOVER_MAC ",bus=rpp,"
                 "failover_pair_id=net1,id=prim0,romfile=",
                 setup->args ? setup->args : "");
    test_vm_migrates(vm);
    test_vm_guest(vm, "q35");
    test_vm_guest_append(vm, "annex.modules=e1000e,virtio_pci,virtio_net");
    return vm;
}

static void to_stock(const FailoverSetup *setup)
{
    TestVm *here = failover_vm(setup, "here", NULL, ONE);
    TestVm *there = stock_vm(setup, "there");

    test_vm_args(there, "-incoming %s", failover_uri(there));
    test_vm_start(there);
    failover_start(here);
    failover_migrate(here, there);
    g_assert_cmpstr(failover_migration_end(here), ==, "completed");
    failover_traffic(there, true);
    g_assert_true(qmp_has_device(there->qmp, "prim0"));
    stop(here);
    stop(there);
}

static void from_stock(const FailoverSetup *setup)
{
    TestVm *here = stock_vm(setup, "here");
    TestVm *there = failover_destination(setup, NULL, ONE);

    test_vm_start(here);
    guest_wait_ready(here->guest, 0);
    failover_configure(here);
    failover_traffic(here, true);
    failover_migrate(here, there);
    g_assert_cmpstr(failover_migration_end(here), ==, "completed");
    failover_wait(there, "plugged");
    failover_traffic(there, true);
    stop(here);
    stop(there);
}

int main(int argc, char **argv)
{
    static const char *const group = "failover-mixed";

    g_test_init(&argc, &argv, NULL);
    failover_guest_add(group, "two-pairs", two_pairs, NULL);
    failover_guest_add(group, "postcopy", postcopy, NULL);
    failover_guest_add(group, "to-stock", to_stock, NULL);
    failover_guest_add(group, "from-stock", from_stock, NULL);
    return g_test_run();
}
