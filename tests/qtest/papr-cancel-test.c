/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cancel of requests on PAPR connectors, the guest played by qtest. */
#include "failure.h"
#include "fake-papr.h"
#include "unplug-events.h"

#define TEST(ops, name, fn, options, paused) \
    papr_test("-cancel", ops, name, fn, options, paused)

static bool is_core(const FakeGuest *g)
{
    return g->ops == &fake_papr_cpu;
}

static bool is_logical(const FakeGuestOps *ops)
{
    return ops != &fake_papr_pci;
}

/* A cancel that waits for a DIMM's guest puts a fence behind the request. */
static unsigned fences(const FakeGuest *g)
{
    return g->ops == &fake_papr_dimm;
}

static void ask(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
}

/* Ask, and have the guest know. */
static void tell(FakeGuest *g)
{
    ask(g);
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
}

static void cancel(FakeGuest *g, const char *outcome, bool pending)
{
    JsonObject *ret = qmp_ok(g->vm->qmp, "device-unplug-cancel",
                             "{'id': 'dev0'}");

    g_assert_cmpstr(json_object_get_string_member(ret, "outcome"), ==,
                    outcome);
    g_assert_true(json_object_get_boolean_member(ret, "pending") == pending);
}

/* The guest has not fetched the event, and never will. */
static void withdrawn(FakeGuest *g)
{
    ask(g);
    cancel(g, "withdrawn", false);
    expect_done(g, "withdrawn", true, 1);
    /* Linux would act on an old one if it came for nothing. */
    g_assert_cmpint(papr_fetch_type(g), ==, 0);
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
    expect_papr_connectors(g, "configured", false);
    expect_no_requests(g);
    expect_quiet(g);
    expect_papr_removable(g);
}

/* Asked twice and fetched twice, or fetched once: both are known. */
static void withdrawn_after_repeat(FakeGuest *g)
{
    ask(g);
    ask(g);
    cancel(g, "withdrawn", false);
    expect_done(g, "withdrawn", true, 2);
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
    tell(g);
    ask(g);
    cancel(g, "aborted", true);
    g_assert_cmpuint(papr_fetch_events(g), ==, fences(g));
}

/* The guest does what it was told, and finds the resource again. */
static void acquire_again(FakeGuest *g, unsigned events)
{
    uint32_t index;
    unsigned n;

    g_assert_cmpuint(papr_fetch_events(g), ==, events);
    g_assert_true(papr_event_adds(g, &index));
    g_assert_cmphex(index, ==, (uint32_t)g->select);
    for (n = 0; n < papr_connectors(g); n++) {
        papr_acquire(g, n);
    }
    expect_papr_connectors(g, "configured", false);
    /* No guard is left: the host lets no LMB go of its own accord. */
    if (g->ops == &fake_papr_dimm) {
        g_assert_cmpint(papr_isolate(g, 0), ==, -1);
    }
    expect_quiet(g);
    expect_papr_removable(g);
}

/* A core's guest is told that it cannot be; others come, and are undone. */
static void guest_comes(FakeGuest *g)
{
    tell(g);
    cancel(g, "aborted", true);
    expect_papr_connectors(g, "configured", false);
    if (is_core(g)) {
        g_assert_cmpint(papr_isolate(g, 0), ==, -1);
        expect_done(g, "aborted", true, 1);
        expect_papr_connectors(g, "configured", false);
        /* Once: what the guest does of its own accord is not our matter. */
        g_assert_cmpint(papr_isolate(g, 0), ==, 0);
        g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
        g_assert_cmpint(papr_configure(g, 0), ==, 0);
        expect_papr_removable(g);
    } else {
        g->ops->let_go(g);
        expect_done(g, "undone", true, 1);
        expect_no_requests(g);
        acquire_again(g, 1 + fences(g));
    }
}

/* The guest is half way through when the cancel comes. */
static void half_way(FakeGuest *g)
{
    tell(g);
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    if (papr_connectors(g) > 1) {
        g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
    }
    cancel(g, "undone", false);
    expect_done(g, "undone", true, 1);
    expect_no_requests(g);
    if (papr_connectors(g) > 1) {
        g_assert_cmpint(papr_isolate(g, 1), ==, 0);
        g_assert_cmpint(papr_set_unusable(g, 1), ==, 0);
    } else {
        g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
    }
    acquire_again(g, 1);
}

/* One that says that it keeps the device agrees. */
static void guest_refuses(FakeGuest *g)
{
    tell(g);
    cancel(g, "aborted", true);
    g->ops->refuse(g);
    expect_done(g, "aborted", true, 1);
    expect_papr_connectors(g, "configured", false);
    expect_quiet(g);
    expect_papr_removable(g);
}

/* The deadline of the request is that of the cancel, too. */
static void guest_is_silent(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.5}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    cancel(g, "aborted", true);
    expect_done(g, "aborted", true, 1);
    expect_no_requests(g);
    expect_quiet(g);
    expect_papr_removable(g);
}

/* Linux would lose the memory that it gives up in vain. */
static void dimm_guest_is_late(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.1}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    cancel(g, "aborted", true);
    expect_done(g, "aborted", true, 1);
    g->ops->let_go(g);
    acquire_again(g, 2);
}

/* One that comes to the fence, and has not come for the DIMM, will not. */
static void dimm_guest_gave_up(FakeGuest *g)
{
    tell(g);
    cancel(g, "aborted", true);
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    g_assert_cmpint(papr_sense(g, papr_connectors(g) - 1), ==, 1);
    expect_done(g, "aborted", true, 1);
    expect_papr_removable(g);
}

/* A request after a cancel is a request. */
static void asked_again(FakeGuest *g)
{
    tell(g);
    cancel(g, "aborted", true);
    qmp_error(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    ask(g);
    expect_request(g, "requested", true, 2);
    g->ops->let_go(g);
    expect_deleted(g);
    expect_done(g, "deleted", false, 2);
    expect_quiet(g);
}

/* And leaves nothing behind of the cancel. */
static void asked_again_and_refused(FakeGuest *g)
{
    tell(g);
    cancel(g, "aborted", true);
    ask(g);
    g->ops->refuse(g);
    expect_error(g, "guest-refused", -1, 2);
    expect_done(g, "refused", true, 2);
    g_assert_cmpint(papr_isolate(g, 0), ==,
                    g->ops == &fake_papr_dimm ? -1 : 0);
}

/* A reset ends the wait, and takes the guards away. */
static void reset(FakeGuest *g)
{
    tell(g);
    cancel(g, "aborted", true);
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(g->vm->qmp, "RESET", 0, QMP_ANY);
    expect_done(g, "reset", true, 1);
    /* The host lets no LMB go that was not asked for. */
    g_assert_cmpint(papr_isolate(g, 0), ==,
                    g->ops == &fake_papr_dimm ? -1 : 0);
    g_assert_cmpuint(papr_fetch_events(g), ==, 0);
    expect_quiet(g);
}

/* Nothing is left to cancel. */
static void too_late(FakeGuest *g)
{
    tell(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    qmp_error(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
}

int main(int argc, char **argv)
{
    const FakeGuestOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    for (ops = fake_paprs; *ops; ops++) {
        TEST(*ops, "withdrawn", withdrawn, "", true);
        TEST(*ops, "withdrawn-after-repeat", withdrawn_after_repeat, "",
             true);
        TEST(*ops, "guest-comes", guest_comes, "", true);
        if (is_logical(*ops)) {
            TEST(*ops, "half-way", half_way, "", true);
        }
        TEST(*ops, "guest-refuses", guest_refuses, "", true);
        TEST(*ops, "guest-is-silent", guest_is_silent, "", false);
        TEST(*ops, "asked-again", asked_again, "", true);
        TEST(*ops, "asked-again-and-refused", asked_again_and_refused, "",
             true);
        TEST(*ops, "reset", reset, "", false);
        TEST(*ops, "too-late", too_late, "", true);
    }
    TEST(&fake_papr_dimm, "guest-is-late", dimm_guest_is_late, "", false);
    TEST(&fake_papr_dimm, "guest-gave-up", dimm_guest_gave_up, "", true);
    return g_test_run();
}
