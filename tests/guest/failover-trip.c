/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's trip to another QEMU: its failover pair, and its traffic. */
#include "failover-trip.h"

#include <string.h>

const char *const failover_ways[FAILOVER_WAYS] = {
    [FAILOVER_BY_ANNEX] = "annex",
    [FAILOVER_BY_STOCK] = "stock",
    [FAILOVER_BY_HAND] = "by hand",
};

static const char *primary_options(FailoverWay way)
{
    switch (way) {
    case FAILOVER_BY_ANNEX:
        return "standby=net1";
    case FAILOVER_BY_STOCK:
        /* With its option ROM the destination would refuse the stream. */
        return "failover_pair_id=net1,romfile=";
    case FAILOVER_BY_HAND:
        return "romfile=";
    }
    g_assert_not_reached();
}

TestVm *failover_trip_vm(FailoverPeer *peer, const FailoverPlan *plan,
                         const char *name)
{
    TestVm *vm = test_vm_new(name);
    g_autofree char *standby = failover_peer_port(peer, vm->dir, "n0");
    g_autofree char *primary = failover_peer_port(peer, vm->dir, "n1");
    g_autofree char *modules =
        g_strdup_printf("annex.modules=%s,virtio_pci,virtio_net",
                        plan->card);

    test_vm_args(vm, "%s -netdev %s -netdev %s"
                 " -device pcie-root-port,id=rps,chassis=1,slot=1"
                 " -device pcie-root-port,id=rpp,chassis=2,slot=2"
                 " -device virtio-net-pci,id=net1,netdev=n0,bus=rps,"
                 "mac=" FAILOVER_MAC "%s",
                 plan->setup->args ? plan->setup->args : "", standby,
                 primary, plan->way == FAILOVER_BY_ANNEX ? ""
                                                         : ",failover=on");
    if (plan->way != FAILOVER_BY_HAND || strcmp(name, "there") != 0) {
        test_vm_args(vm, "-device %s,id=prim0,netdev=n1,bus=rpp,"
                     "mac=" FAILOVER_MAC ",%s", plan->card,
                     primary_options(plan->way));
    }
    if (plan->way == FAILOVER_BY_ANNEX) {
        test_vm_plugin(vm, "failover", plan->options);
    }
    test_vm_guest(vm, "q35");
    test_vm_guest_append(vm, modules);
    if (!strcmp(name, "here")) {
        test_vm_migrates(vm);
    }
    return vm;
}

void failover_trip_start(TestVm *vm, FailoverPeer *peer)
{
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    failover_configure(vm);
    guest_start(vm->guest, "ping -i 0.1 10.0.2.2");
    failover_peer_wait(peer, FAILOVER_PRIMARY_HERE, 0);
}

/* When the guest has let go of its primary. */
static gint64 unplugged_us(TestVm *here, TestVm *there, FailoverWay way)
{
    const QmpEvent *e;

    if (way == FAILOVER_BY_HAND) {
        qmp_ok(here->qmp, "device_del", "{'id': 'prim0'}");
        e = qmp_wait_event(here->qmp, "DEVICE_DELETED", 0,
                           "{'device': 'prim0'}");
        failover_migrate(here, there);
    } else {
        failover_migrate(here, there);
        e = qmp_wait_event(here->qmp, "MIGRATION", 0,
                           "{'status': 'active'}");
    }
    return e->received_us;
}

static void end(TestVm *vm)
{
    test_vm_quit(vm);
    test_vm_free(vm);
}

FailoverTrip failover_trip(const FailoverPlan *plan)
{
    FailoverPeer *peer = failover_peer_new();
    TestVm *here = failover_trip_vm(peer, plan, "here");
    TestVm *there = failover_trip_vm(peer, plan, "there");
    gint64 since_us, by_us;
    FailoverTrip trip;

    failover_trip_start(here, peer);
    /* What a guest does once when a link comes up is not measured. */
    guest_ok(here->guest, "sleep 2");
    test_vm_args(there, "-incoming %s", failover_uri(there));
    test_vm_start(there);

    since_us = g_get_monotonic_time();
    trip.unplug_ms = (unplugged_us(here, there, plan->way) - since_us) / 1000;
    g_assert_cmpstr(failover_migration_end(here), ==, "completed");
    if (plan->way == FAILOVER_BY_HAND) {
        qmp_wait_event(there->qmp, "RESUME", 0, QMP_ANY);
        qmp_ok(there->qmp, "device_add", "{'driver': %s, 'id': 'prim0',"
               " 'netdev': 'n1', 'bus': 'rpp', 'mac': '" FAILOVER_MAC "'}",
               plan->card);
    }
    by_us = failover_peer_wait(peer, FAILOVER_PRIMARY_THERE, since_us);
    trip.total_ms = (by_us - since_us) / 1000;
    guest_ok(there->guest, "sleep 2");
    trip.gaps = failover_peer_gaps(peer, since_us);
    trip.log = failover_peer_log(peer, since_us);
    end(here);
    end(there);
    failover_peer_free(peer);
    return trip;
}
