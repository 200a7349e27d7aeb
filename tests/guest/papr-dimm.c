/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of DIMMs from real pseries guests. */
#include "papr-cases.h"
#include "papr-expect.h"

static void removed(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    int i;

    for (i = 0; i < 3; i++) {
        papr_del(d);
        expect_removed(d, "deleted", 1);
        expect_idle(g);
        papr_plug_again(d);
    }
}

/*
 * Linux fetches the request, makes no call at all after that, and has
 * forgotten the request.
 */
static void first_lmb(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    papr_request(d, 1000);
    expect_ignored(d, 1);
    papr_release(d);
    papr_del_again(d);
    if (g->stock) {
        papr_remove(d);
    }
    expect_removed(d, "deleted", 2);
    expect_idle(g);
}

/* The guest asks nobody, and removes it after all. */
static void first_lmb_late(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    papr_request(d, 1000);
    expect_ignored(d, 1);
    papr_release(d);
    papr_remove(d);
    expect_removed(d, "late", 1);
    expect_idle(g);
}

/* It puts back what it had taken out, and says so. */
static void later_lmb(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    unsigned lmb;

    for (lmb = 1; lmb < PAPR_LMBS; lmb++) {
        papr_hold(d, lmb);
        papr_del(d);
        expect_refused(d, 1);
    }
    papr_release(d);
    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(g);
}

/* No time passes for the guest, so none for the request. */
static void paused(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    papr_request(d, 1000);
    qmp_expect_no_event(g->vm->qmp, "DEVICE_NOT_DELETED", 1200, QMP_ANY);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_ignored(d, 1);
    papr_release(d);
    papr_remove(d);
    expect_removed(d, "late", 1);
}

static void reset(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    papr_request(d, 1000);
    expect_ignored(d, 1);
    papr_reset(g);
    expect_removed(d, "reset", 1);
    expect_idle(g);
}

const PaprCase papr_dimm_cases[] = {
    { "removed", removed },
    { "unconfigured", papr_unconfigured },
    { "first-lmb", first_lmb },
    { "first-lmb-late", first_lmb_late },
    { "later-lmb", later_lmb },
    { "paused", paused },
    { "reset", reset },
    { "before-boot", .start = papr_before_boot },
    {}
};
