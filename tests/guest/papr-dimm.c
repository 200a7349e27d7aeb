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
 * forgotten the request.  The module asks a question of which the guest's
 * answer tells.
 */
static void first_lmb(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    papr_del(d);
    if (g->stock) {
        expect_ignored(d, 1);
        papr_release(d);
        papr_del_again(d);
        papr_remove(d);
    } else {
        expect_refused(d, 1);
        papr_release(d);
        papr_del(d);
    }
    expect_removed(d, "deleted", 1);
    expect_idle(g);
}

/* The deadline comes before the question. */
static void first_lmb_deadline(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    papr_request(d, 300);
    expect_ignored(d, 1);
    if (!g->stock) {
        expect_refused(d, 1);
    }
    papr_release(d);
    papr_remove(d);
    if (g->stock) {
        expect_removed(d, "deleted", 1);
    } else {
        /* Nobody asks for it any more: the guest is given it back. */
        papr_use(d);
        expect_idle(g);
        papr_del(d);
        expect_removed(d, "deleted", 1);
    }
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
    papr_request(d, 500);
    qmp_expect_no_event(g->vm->qmp, "DEVICE_NOT_DELETED", 700, QMP_ANY);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_ignored(d, 1);
    if (!g->stock) {
        expect_refused(d, 1);
    }
    papr_release(d);
}

static void reset(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    papr_del(d);
    papr_reset(g);
    expect_removed(d, "reset", 1);
    expect_idle(g);
}

const PaprCase papr_dimm_cases[] = {
    { "removed", removed },
    { "unconfigured", papr_unconfigured },
    { "first-lmb", first_lmb },
    { "first-lmb-deadline", first_lmb_deadline },
    { "later-lmb", later_lmb },
    { "paused", paused },
    { "cancel-unseen", papr_cancel_unseen, .module = true },
    { "cancel-races", papr_cancel_races, .module = true },
    { "reset", reset },
    { "before-boot", .start = papr_before_boot },
    {}
};
