/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs of real Linux guests: net_failover, virtio_net, e1000e. */
#include "failover-guest.h"

#include <string.h>
#include "failure.h"

#define NATIVE "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"

const FailoverSetup failover_setups[] = {
    { .name = "pcie", .args = NATIVE, .native = true },
    { .name = "acpi-pci" },
    {}
};

TestVm *failover_vm(const FailoverSetup *setup, const char *name,
                    const char *options, const char *primary)
{
    TestVm *vm = test_vm_new(name);

    if (setup->args) {
        test_vm_args(vm, "%s", setup->args);
    }
    test_vm_args(vm, "-netdev user,id=u0,restrict=on"
                 " -netdev hubport,id=h0,hubid=0,netdev=u0"
                 " -netdev hubport,id=n0,hubid=0"
                 " -netdev hubport,id=n1,hubid=0"
                 " -device pcie-root-port,id=rps,chassis=1,slot=1"
                 " -device pcie-root-port,id=rpp,chassis=2,slot=2"
                 " -device virtio-net-pci,id=net1,netdev=n0,bus=rps,"
                 "mac=" FAILOVER_MAC " %s", primary);
    test_vm_plugin(vm, "failover", options);
    test_vm_migrates(vm);
    test_vm_guest(vm, "q35");
    test_vm_guest_append(vm, "annex.modules=e1000e,virtio_pci,virtio_net");
    return vm;
}

void failover_start(TestVm *vm)
{
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    failover_wait(vm, "plugged");
    failover_configure(vm);
}

void failover_configure(TestVm *vm)
{
    guest_wait_until(vm->guest, 0, "ls -d /sys/class/net/*/master");
    guest_ok(vm->guest, "m=$(basename $(readlink -f "
             "$(ls -d /sys/class/net/*/master | head -n 1)));"
             " ip link set $m up && ip addr add 10.0.2.15/24 dev $m");
}

const QmpEvent *failover_wait(TestVm *vm, const char *state)
{
    return qmp_wait_event(vm->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                          "{'standby': 'net1', 'state': %s}", state);
}

JsonObject *failover_query(TestVm *vm)
{
    JsonArray *list = qmp_ok_array(vm->qmp, "query-failover", QMP_ANY);

    g_assert_cmpuint(json_array_get_length(list), ==, 1);
    return json_array_get_object_element(list, 0);
}

void failover_expect_state(TestVm *vm, const char *state)
{
    g_assert_cmpstr(json_object_get_string_member(failover_query(vm),
                                                  "state"), ==, state);
}

void failover_traffic(TestVm *vm, bool by_primary)
{
    if (by_primary) {
        guest_wait_until(vm->guest, 0, "grep -qx 1 "
                         "/sys/bus/pci/drivers/e1000e/*/net/*/carrier");
    }
    guest_wait_until(vm->guest, 0, "ping -c 1 -W 1 10.0.2.2");
    guest_ok(vm->guest, "ping -c 3 -i 0.2 -W 2 10.0.2.2");
}

TestVm *failover_destination(const FailoverSetup *setup, const char *options,
                             const char *primary)
{
    TestVm *to = failover_vm(setup, "destination", options, primary);

    test_vm_args(to, "-incoming %s", failover_uri(to));
    test_vm_start(to);
    return to;
}

const char *failover_uri(TestVm *to)
{
    static char uri[256];

    g_snprintf(uri, sizeof(uri), "unix:%s/migration", to->dir);
    return uri;
}

void failover_migrate(TestVm *from, TestVm *to)
{
    qmp_ok(from->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true}]}");
    qmp_ok(from->qmp, "migrate", "{'uri': %s}", failover_uri(to));
}

const char *failover_migration_end(TestVm *from)
{
    for (;;) {
        const QmpEvent *e = qmp_wait_event(from->qmp, "MIGRATION", 0,
                                           QMP_ANY);
        const char *status = json_object_get_string_member(e->data,
                                                           "status");

        if (!strcmp(status, "completed") || !strcmp(status, "failed") ||
            !strcmp(status, "cancelled")) {
            return status;
        }
    }
}

typedef struct Case {
    void (*fn)(const FailoverSetup *setup);
    const FailoverSetup *setup;
} Case;

static void run(gconstpointer data)
{
    const Case *c = data;

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    c->fn(c->setup);
}

void failover_guest_add(const char *group, const char *name,
                        void (*fn)(const FailoverSetup *setup),
                        const char *only_setup)
{
    const FailoverSetup *setup;

    for (setup = failover_setups; setup->name; setup++) {
        g_autofree char *path = g_strdup_printf("/%s/%s/%s", group,
                                                setup->name, name);
        Case *c;

        if (!only_setup || !strcmp(only_setup, setup->name)) {
            c = g_new(Case, 1);
            *c = (Case){ fn, setup };
            g_test_add_data_func_full(path, c, run, g_free);
        }
    }
}
