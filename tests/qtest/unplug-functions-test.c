/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of multifunction slots: guests remove all, users name one. */
#include "failure.h"
#include "fake-acpi.h"
#include "fake-slots.h"
#include "unplug-events.h"

#include <string.h>

/* dev0 is function 0 of the slot, dev1 function 1. */
static unsigned done_for(FakeGuest *g, const char *id)
{
    return qmp_count_events(g->vm->qmp, "DEVICE_UNPLUG_DONE",
                            "{'device': %s}", id);
}

static void both_deleted(FakeGuest *g)
{
    qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'dev0'}");
    qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'dev1'}");
}

static void function_0(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
    g->ops->let_go(g);
    both_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
    g_assert_cmpuint(done_for(g, "dev1"), ==, 0);
}

static void function_1(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev1'}");
    g->ops->take(g);
    g->ops->let_go(g);
    both_deleted(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev1', 'outcome': 'deleted'}");
    expect_quiet(g);
    g_assert_cmpuint(done_for(g, "dev0"), ==, 0);
}

/* Nobody asked: one eject, one event. */
static void ejected(FakeGuest *g)
{
    g->ops->let_go(g);
    both_deleted(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'outcome': 'unsolicited'}");
    expect_quiet(g);
    g_assert_cmpuint(done_for(g, "dev0") + done_for(g, "dev1"), ==, 1);
}

/* Each request has its own record and end; none is cancelled alone. */
static void both(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev1'}");
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device-unplug-cancel",
                                      "{'id': 'dev0'}"), "dev1"));
    g->ops->take(g);
    g->ops->let_go(g);
    both_deleted(g);
    expect_done(g, "deleted", false, 1);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev1', 'outcome': 'deleted'}");
    expect_quiet(g);
}

/* Once the guest is at it, a request for the other would poke it again. */
static void other_while_taken(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device_del",
                                      "{'id': 'dev1'}"), "dev0"));
    g->ops->let_go(g);
    both_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* Kept is kept as a whole. */
static void kept(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev1'}");
    g->ops->take(g);
    qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev1'}");
    /* To ask for the other function would break that promise. */
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device_del",
                                      "{'id': 'dev0'}"), "cancelled"));
    g->ops->let_go(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev1', 'outcome': 'undone',"
                   " 'present': true}");
    g_assert_true(qmp_has_device(g->vm->qmp, "dev0"));
    g_assert_true(qmp_has_device(g->vm->qmp, "dev1"));
    expect_quiet(g);
    g_assert_cmpuint(qmp_count_events(g->vm->qmp, "DEVICE_DELETED", QMP_ANY),
                     ==, 0);
}

/* A function that the guest has never seen goes without asking it. */
static void never_shown(FakeGuest *g)
{
    g->ops->let_go(g);
    both_deleted(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0, QMP_ANY);
    qmp_ok(g->vm->qmp, "device_add",
           "{'driver': 'virtio-rng-pci', 'id': 'dev2', 'bus': 'rp0',"
           " 'addr': '0.1'}");
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev2'}");
    qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'dev2'}");
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev2', 'outcome': 'deleted', 'attempt': 1}");
    expect_quiet(g);
}

/* A bridge goes, and with it a device that was asked for by itself. */
static void bridge_with_child(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev1'}");
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpint(json_array_get_length(
                        qmp_ok_array(g->vm->qmp, "query-unplug-requests",
                                     QMP_ANY)), ==, 2);
    g->ops->take(g);
    g->ops->let_go(g);
    both_deleted(g);
    expect_done(g, "deleted", false, 1);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev1', 'transport': 'shpc',"
                   " 'outcome': 'deleted'}");
    expect_quiet(g);
}

typedef struct Case {
    const FakeGuestOps *ops;
    void (*run)(FakeGuest *g);
} Case;

static void run_bridge(gconstpointer data)
{
    FakeGuestOps ops = fake_pcie;
    FakeGuest *g;

    ops.args = "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
               " -device pcie-root-port,id=rp0,chassis=1,addr=3"
               " -device pcie-pci-bridge,id=dev0,bus=rp0"
               " -device virtio-rng-pci,id=dev1,bus=dev0,addr=2";
    g = fake_guest_start(&ops, "", false);
    bridge_with_child(g);
    fake_guest_stop(g);
}

static void run(gconstpointer data)
{
    const Case *c = data;
    FakeGuestOps ops = *c->ops;
    g_auto(GStrv) parts = g_strsplit(ops.args, "id=dev0", 2);
    g_autofree char *args =
        g_strdup_printf("%sid=dev0,multifunction=on,addr=0.0%s"
                        " -device virtio-rng-pci,id=dev1,bus=rp0,addr=0.1",
                        parts[0], parts[1]);
    FakeGuest *g;

    ops.args = args;
    g = fake_guest_start(&ops, "", false);
    g->ops = c->ops;
    c->run(g);
    fake_guest_stop(g);
}

static void add(const FakeGuestOps *ops, const char *name,
                void (*fn)(FakeGuest *g))
{
    g_autofree char *path = g_strdup_printf("/unplug-functions/%s/%s",
                                            ops->name, name);
    Case *c = g_new0(Case, 1);

    c->ops = ops;
    c->run = fn;
    g_test_add_data_func_full(path, c, run, g_free);
}

int main(int argc, char **argv)
{
    const FakeGuestOps *const transports[] = {
        &fake_pcie, &fake_acpi_pci_q35,
    };
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(transports); i++) {
        add(transports[i], "function-0", function_0);
        add(transports[i], "function-1", function_1);
        add(transports[i], "ejected", ejected);
        add(transports[i], "both", both);
        add(transports[i], "other-while-taken", other_while_taken);
        add(transports[i], "kept", kept);
    }
    add(&fake_pcie, "never-shown", never_shown);
    g_test_add_data_func("/unplug-functions/pcie/bridge-with-child", NULL,
                         run_bridge);
    return g_test_run();
}
