/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR requests across a migration, the guest played by qtest. */
#include "failure.h"
#include "fake-papr.h"
#include "unplug-events.h"

#define TEST(ops, name, fn, options) \
    papr_test("-migration", ops, name, fn, options, false)

/* The module's options at both ends, by the name of the test. */
#define CARRIED "migrate=on"
#define FOUND "migrate=off"

static void tell(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
}

/* @from is done with; what comes from it now is not heard. */
static FakeGuest *move(FakeGuest *from, const char *options)
{
    FakeGuest *to = fake_papr_migrate(from, options);

    /* A virtual CPU that spins holds up the end of devices. */
    qmp_ok(to->vm->qmp, "stop", QMP_ANY);
    return to;
}

static void completes(FakeGuest *from, const char *options)
{
    FakeGuest *to;

    tell(from);
    to = move(from, options);
    expect_request(to, "requested", true, 1);
    expect_papr_connectors(to, "configured", true);
    to->ops->let_go(to);
    expect_deleted(to);
    expect_done(to, "deleted", false, 1);
    expect_quiet(to);
    fake_guest_stop(to);
}

static void completes_carried(FakeGuest *from)
{
    completes(from, CARRIED);
}

static void completes_found(FakeGuest *from)
{
    completes(from, FOUND);
}

/* Stock aborts over the refusal of a DIMM. */
static void refuses(FakeGuest *from)
{
    FakeGuest *to;

    tell(from);
    to = move(from, FOUND);
    to->ops->refuse(to);
    qmp_wait_event(to->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(to, "guest-refused", -1, 1);
    expect_done(to, "refused", true, 1);
    expect_papr_connectors(to, "configured", false);
    expect_quiet(to);
    expect_papr_removable(to);
    fake_guest_stop(to);
}

/* By another call, over which stock aborts as well. */
static void reconfigures(FakeGuest *from)
{
    FakeGuest *to;

    tell(from);
    to = move(from, FOUND);
    g_assert_cmpint(papr_configure(to, 0), ==, 0);
    qmp_wait_event(to->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(to, "guest-refused", -1, 1);
    expect_done(to, "refused", true, 1);
    expect_papr_connectors(to, "configured", false);
    expect_papr_removable(to);
    fake_guest_stop(to);
}

static void cancelled_there(FakeGuest *from)
{
    FakeGuest *to;

    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    to = move(from, FOUND);
    qmp_ok(to->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    expect_done(to, "withdrawn", true, 1);
    g_assert_cmpuint(papr_fetch_events(to), ==, 0);
    expect_papr_removable(to);
    fake_guest_stop(to);
}

/* What the guest has fetched here it may act on there. */
static void cancelled_there_told(FakeGuest *from)
{
    FakeGuest *to;

    tell(from);
    to = move(from, FOUND);
    g_assert_cmpstr(json_object_get_string_member(
                        qmp_ok(to->vm->qmp, "device-unplug-cancel",
                               "{'id': 'dev0'}"), "outcome"), ==, "aborted");
    fake_guest_stop(to);
}

/* A cancel that waits goes on waiting there. */
static void cancel_carried(FakeGuest *from)
{
    FakeGuest *to;

    tell(from);
    qmp_ok(from->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    to = move(from, CARRIED);
    if (to->ops == &fake_papr_cpu) {
        g_assert_cmpint(papr_isolate(to, 0), ==, -1);
        expect_done(to, "aborted", true, 1);
    } else {
        to->ops->let_go(to);
        expect_done(to, "undone", true, 1);
        g_assert_cmpuint(papr_fetch_events(to), >, 0);
    }
    expect_quiet(to);
    fake_guest_stop(to);
}

/* The first LMB goes here, the second there; stock never deletes the DIMM. */
static FakeGuest *move_half(FakeGuest *from)
{
    FakeGuest *to;

    tell(from);
    g_assert_cmpint(papr_isolate(from, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(from, 0), ==, 0);
    to = move(from, FOUND);
    g_assert_null(papr_connector(to, 0));
    expect_request(to, "requested", true, 1);
    return to;
}

static void half_dimm(FakeGuest *from)
{
    FakeGuest *to = move_half(from);

    g_assert_cmpint(papr_isolate(to, 1), ==, 0);
    g_assert_cmpint(papr_set_unusable(to, 1), ==, 0);
    expect_deleted(to);
    expect_done(to, "deleted", false, 1);
    expect_quiet(to);
    fake_guest_stop(to);
}

static void take_again(FakeGuest *g)
{
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    papr_acquire(g, 0);
    expect_papr_connectors(g, "configured", false);
    expect_quiet(g);
    expect_papr_removable(g);
    fake_guest_stop(g);
}

static void half_dimm_refused(FakeGuest *from)
{
    FakeGuest *to = move_half(from);

    g_assert_cmpint(papr_unisolate(to, 1), ==, 0);
    qmp_wait_event(to->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(to, "guest-refused", -1, 1);
    expect_done(to, "refused", true, 1);
    take_again(to);
}

static void half_dimm_cancelled(FakeGuest *from)
{
    FakeGuest *to = move_half(from);

    qmp_ok(to->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    expect_done(to, "undone", true, 1);
    take_again(to);
}

/* What goes along with function 0 has not been asked for there, either. */
static void slot(FakeGuest *from)
{
    FakeGuest *to;

    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(from), ==, 2);
    to = move(from, FOUND);
    expect_request(to, "requested", true, 1);
    g_assert_cmpint(papr_isolate(to, 1), ==, 0);
    g_assert_cmpint(papr_isolate(to, 0), ==, 0);
    expect_deleted(to);
    expect_done(to, "deleted", false, 1);
    expect_quiet(to);
    fake_guest_stop(to);
}

int main(int argc, char **argv)
{
    const FakeGuestOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    for (ops = fake_paprs; *ops; ops++) {
        TEST(*ops, "completes-carried", completes_carried, CARRIED);
        TEST(*ops, "completes-found", completes_found, FOUND);
        TEST(*ops, "refuses", refuses, FOUND);
        TEST(*ops, "cancelled-there", cancelled_there, FOUND);
        TEST(*ops, "cancelled-there-told", cancelled_there_told, FOUND);
        TEST(*ops, "cancel-carried", cancel_carried, CARRIED);
    }
    TEST(&fake_papr_dimm, "reconfigures", reconfigures, FOUND);
    TEST(&fake_papr_dimm, "half-completes", half_dimm, FOUND);
    TEST(&fake_papr_dimm, "half-refused", half_dimm_refused, FOUND);
    TEST(&fake_papr_dimm, "half-cancelled", half_dimm_cancelled, FOUND);
    TEST(&fake_papr_slot, "goes-along", slot, FOUND);
    return g_test_run();
}
