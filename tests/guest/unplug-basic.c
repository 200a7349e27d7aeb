/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug on every transport: as it goes well, late, or not at all. */
#include "unplug-cases.h"
#include "unplug-expect.h"

/* Nobody unplugs anything: nothing to report. */
static void idle(UnplugGuest *g)
{
    device_take(g);
    expect_no_requests(g);
    expect_quiet(g);
}

static void completes(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_del(d);
    expect_done(d, "deleted", false, 1);
    expect_no_requests(g);
    expect_quiet(g);
}

/* The guest does not listen; when it does, the request still stands. */
static void not_listening(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_deafen(d);
    device_request(d, 300);
    expect_not_deleted(d, false, false, 1);
    expect_request(d, "timed-out", false, 1);
    device_works(d);
    device_hear(d);
    if (!g_strcmp0(g->setup->driver, "shpchp")) {
        /* This driver forgets what was asked before it was there. */
        wait_accepted(d);
        expect_done(d, "deleted", false, 2);
    } else {
        expect_done(d, "late", false, 1);
    }
    expect_quiet(g);
}

static void blocked(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_hold(d);
    device_request(d, 1000);
    expect_not_deleted(d, true, true, 1);
    expect_request(d, "timed-out", true, 1);
    device_wait_held(d);
    expect_quiet(g);
    device_release(d);
    expect_done(d, "late", false, 1);
    expect_quiet(g);
}

/* The guest's clock stands still, and so does the deadline. */
static void stopped(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);
    int64_t remaining;

    device_deafen(d);
    device_request(d, 1000);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    remaining = request_int(d, "remaining-ms");
    g_assert_cmpint(remaining, >, 0);
    /* Longer than what is left of the deadline. */
    qmp_expect_no_event(g->vm->qmp, "DEVICE_NOT_DELETED", remaining + 200,
                        QMP_ANY);
    g_assert_cmpint(request_int(d, "remaining-ms"), ==, remaining);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_not_deleted(d, false, false, 1);

    /* And what the guest never saw can be taken back. */
    cancel(d, "withdrawn", false);
    expect_done(d, "withdrawn", true, 1);
    device_hear(d);
    expect_good(d);
}

/* Nobody has asked: the guest did it by itself. */
static void unsolicited(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_eject(d);
    expect_done(d, "unsolicited", false, 0);
    expect_quiet(g);
}

const UnplugCase unplug_basic_cases[] = {
    { "idle", idle },
    { "completes", completes },
    { "not-listening", not_listening },
    { "blocked", blocked, .alone = true },
    { "stopped", stopped },
    { "unsolicited", unsolicited },
    {}
};
