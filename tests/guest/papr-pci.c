/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI functions from real pseries guests. */
#include "papr-cases.h"
#include "papr-expect.h"

/* Nobody in the guest handles the event, which waits for somebody who does. */
static void deaf(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_request(d, 1000);
    expect_ignored(d, 1);
    papr_del_again(d);
    papr_remove(d);
    expect_removed(d, "deleted", 2);
    expect_idle(g);
}

/* No time passes for the guest, so none for the request. */
static void paused(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    int64_t remaining = 1000;

    papr_request(d, remaining);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    if (!g->stock) {
        remaining = papr_request_int(d, "remaining-ms");
        g_assert_cmpint(remaining, >, 0);
    }
    qmp_expect_no_event(g->vm->qmp, "DEVICE_NOT_DELETED", remaining + 200,
                        QMP_ANY);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_ignored(d, 1);
    papr_remove(d);
    expect_removed(d, "late", 1);
}

static void reset(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_request(d, 1000);
    expect_ignored(d, 1);
    papr_reset(g);
    expect_removed(d, "reset", 1);
    expect_idle(g);
}

static void late(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_request(d, 500);
    expect_ignored(d, 1);
    papr_listen(g);
    expect_removed(d, "late", 1);
    expect_idle(g);
}

static void removed(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(g);
    papr_plug_again(d);
    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(g);
}

/* The driver in the guest does not return. */
static void held(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    guest_skip_log(g->vm->guest);
    papr_request(d, 1000);
    if (!g->stock) {
        qmp_wait_event(g->vm->qmp, "DEVICE_NOT_DELETED", 0,
                       "{'device': %s}", d->id);
    }
    guest_expect(g->vm->guest, "annex-hold: remove", 0);
    papr_del_again(d);
    papr_release(d);
    expect_removed(d, "deleted", 2);
    expect_idle(g);
}

const PaprCase papr_disk_cases[] = {
    { "deaf", deaf, .deaf = true },
    { "unconfigured", papr_unconfigured, .deaf = true },
    { "paused", paused, .deaf = true },
    { "reset", reset, .deaf = true },
    { "late", late, .deaf = true },
    { "removed", removed },
    { "cancel-unseen", .start = papr_cancel_unseen_first, .module = true },
    { "cancel-races", papr_cancel_races, .module = true },
    { "held", held },
    { "before-boot", .start = papr_before_boot },
    {}
};

const PaprCase papr_bridged_cases[] = {
    { "behind-bridge", removed },
    {}
};
