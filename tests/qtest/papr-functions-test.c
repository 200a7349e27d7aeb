/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR requests for what goes together: PCI slots, bridges, host bridges. */
#include "failure.h"
#include "fake-papr.h"
#include "unplug-events.h"

#define TEST(ops, name, fn) papr_test("-functions", ops, name, fn, "", true)

static const FakeGuestOps below_bridge = {
    .name = "papr", .machine = "below-bridge", .deleted_event = true,
    .code = -1,
    .args = "-device pci-bridge,id=bridge0,chassis_nr=7,addr=4 "
            "-device virtio-rng-pci,id=dev0,bus=bridge0,addr=5",
    .set_up = papr_set_up,
};

static const FakeGuestOps host_bridge = {
    .name = "papr", .machine = "host-bridge", .deleted_event = true,
    .code = -1,
    .args = "-device spapr-pci-host-bridge,id=dev0,index=1 "
            "-device virtio-rng-pci,id=dev1,bus=dev0.0,addr=5",
    .set_up = papr_set_up,
};

static void ask(FakeGuest *g, const char *id)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': %s}", id);
}

static void expect_done_of(FakeGuest *g, const char *id, const char *outcome)
{
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': %s, 'outcome': %s}", id, outcome);
}

static void expect_deleted_of(FakeGuest *g, const char *id)
{
    qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, "{'device': %s}", id);
}

/* What QMP lists as in flight. */
static void expect_requests(FakeGuest *g, unsigned n)
{
    JsonArray *list = qmp_ok_array(g->vm->qmp, "query-unplug-requests",
                                   QMP_ANY);

    g_assert_cmpuint(json_array_get_length(list), ==, n);
}

static void let_go(FakeGuest *g)
{
    g_assert_cmpint(papr_isolate(g, 1), ==, 0);
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
}

static void let_go_upwards(FakeGuest *g)
{
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    expect_done(g, "deleted", false, 1);
    g_assert_cmpint(papr_isolate(g, 1), ==, 0);
}

/* The guest is not told of a function but 0 alone. */
static void waits_for_function_0(FakeGuest *g)
{
    ask(g, "dev1");
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
    ask(g, "dev1");
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
    ask(g, "dev0");
    expect_requests(g, 2);
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    let_go(g);
    expect_deleted_of(g, "dev1");
    expect_done_of(g, "dev1", "deleted");
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_requests(g, 0);
    expect_quiet(g);
}

/* What nobody has asked for goes along, and is no news. */
static void goes_along(FakeGuest *g)
{
    ask(g, "dev0");
    expect_requests(g, 1);
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    let_go(g);
    expect_deleted_of(g, "dev1");
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    g_assert_null(qmp_find_event(g->vm->qmp, "DEVICE_UNPLUG_DONE",
                                 "{'device': 'dev1'}"));
    expect_quiet(g);
}

/* Even when the request is over before. */
static void goes_behind(FakeGuest *g)
{
    ask(g, "dev0");
    let_go_upwards(g);
    expect_deleted_of(g, "dev1");
    expect_requests(g, 0);
    expect_quiet(g);
}

/* Stock fails; it is then asked for, and nobody need be told. */
static void asked_on_the_way(FakeGuest *g)
{
    ask(g, "dev0");
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    ask(g, "dev1");
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
    expect_requests(g, 2);
    qmp_error(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    qmp_error(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev1'}");
    let_go(g);
    expect_done_of(g, "dev1", "deleted");
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* Told again, of all functions; an event that is still there will do. */
static void asked_again(FakeGuest *g)
{
    ask(g, "dev0");
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    ask(g, "dev0");
    ask(g, "dev0");
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    let_go(g);
    expect_done(g, "deleted", false, 3);
    expect_quiet(g);
}

/* A function that is kept keeps the slot. */
static void refused(FakeGuest *g)
{
    ask(g, "dev0");
    g_assert_cmpint(papr_unisolate(g, 1), ==, 0);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    expect_requests(g, 0);
    g_assert_false(json_object_get_boolean_member(papr_connector(g, 1),
                                                  "unplug-requested"));
    /* What nobody is asked for any more stays. */
    let_go(g);
    g_assert_nonnull(papr_connector(g, 0));
    g_assert_nonnull(papr_connector(g, 1));
    expect_quiet(g);
}

/* But one that was asked for has its own fate. */
static void refused_one(FakeGuest *g)
{
    ask(g, "dev1");
    ask(g, "dev0");
    g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    expect_requests(g, 1);
    g_assert_cmpint(papr_isolate(g, 1), ==, 0);
    expect_deleted_of(g, "dev1");
    expect_done_of(g, "dev1", "deleted");
}

static void cancelled(FakeGuest *g)
{
    ask(g, "dev0");
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    let_go(g);
    expect_done(g, "undone", true, 1);
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    papr_acquire(g, 0);
    papr_acquire(g, 1);
    expect_quiet(g);
    goes_along(g);
}

/* One event of two was fetched: the guest knows. */
static void cancelled_half_told(FakeGuest *g)
{
    ask(g, "dev0");
    g_assert_true(papr_fetch_event(g));
    g_assert_cmpstr(json_object_get_string_member(
                        qmp_ok(g->vm->qmp, "device-unplug-cancel",
                               "{'id': 'dev0'}"), "outcome"), ==, "aborted");
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
}

static void withdrawn(FakeGuest *g)
{
    ask(g, "dev1");
    g_assert_cmpstr(json_object_get_string_member(
                        qmp_ok(g->vm->qmp, "device-unplug-cancel",
                               "{'id': 'dev1'}"), "outcome"), ==,
                    "withdrawn");
    expect_done_of(g, "dev1", "withdrawn");
    expect_quiet(g);
}

static void completes(FakeGuest *g)
{
    ask(g, "dev0");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

static void bridge_goes(FakeGuest *g, bool child_was_asked)
{
    if (child_was_asked) {
        ask(g, "dev1");
    }
    ask(g, "dev0");
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    if (child_was_asked) {
        expect_done_of(g, "dev1", "deleted");
    }
    expect_requests(g, 0);
    expect_quiet(g);
}

static void with_child(FakeGuest *g)
{
    bridge_goes(g, false);
}

static void with_asked_child(FakeGuest *g)
{
    bridge_goes(g, true);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(&fake_papr_slot, "waits-for-function-0", waits_for_function_0);
    TEST(&fake_papr_slot, "goes-along", goes_along);
    TEST(&fake_papr_slot, "goes-behind", goes_behind);
    TEST(&fake_papr_slot, "asked-on-the-way", asked_on_the_way);
    TEST(&fake_papr_slot, "asked-again", asked_again);
    TEST(&fake_papr_slot, "refused", refused);
    TEST(&fake_papr_slot, "refused-one", refused_one);
    TEST(&fake_papr_slot, "cancelled", cancelled);
    TEST(&fake_papr_slot, "cancelled-half-told", cancelled_half_told);
    TEST(&fake_papr_slot, "withdrawn", withdrawn);
    TEST(&below_bridge, "completes", completes);
    TEST(&host_bridge, "with-child", with_child);
    TEST(&host_bridge, "with-asked-child", with_asked_child);
    return g_test_run();
}
