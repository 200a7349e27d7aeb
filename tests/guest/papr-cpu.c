/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of cores from real pseries guests. */
#include "papr-cases.h"
#include "papr-expect.h"

#define ONLINE "/sys/devices/system/cpu/cpu0/online"

/* The cause is gone: the next request succeeds, where that can be tried. */
static void then_removed(PaprDevice *d)
{
    if (papr_host_removes_cores()) {
        papr_del(d);
        expect_removed(d, "deleted", 1);
        expect_idle(d->g);
    }
}

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

/* The guest cannot do without it. */
static void last_online(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    guest_ok(g->vm->guest, "for cpu in /sys/devices/system/cpu/cpu*; do "
             "[ ${cpu##*/} = %s ] || ! grep -qsx 1 $cpu/online || "
             "echo 0 > $cpu/online; done", d->cpu);
    papr_del(d);
    expect_refused(d, 1);
    papr_del(d);
    expect_refused(d, 1);
    guest_ok(g->vm->guest, "echo 1 > " ONLINE);
    then_removed(d);
}

static void busy(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_hold(d, 0);
    papr_del(d);
    expect_refused(d, 1);
    papr_release(d);
    then_removed(d);
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
    expect_refused(d, 1);
    papr_release(d);
}

/*
 * No case of a reset, nor of a core that the guest does not use yet: a stock
 * QEMU 7.2 corrupts its heap when it removes a core but for the guest's call.
 */
const PaprCase papr_core_cases[] = {
    { "last-online", last_online },
    { "busy", busy },
    { "paused", paused },
    { "cancel-unseen", papr_cancel_unseen, .module = true },
    { "cancel-races", papr_cancel_races, .module = true },
    { "removed", removed, .removes = true },
    {}
};
