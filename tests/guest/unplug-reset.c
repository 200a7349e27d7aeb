/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug and a reset of the machine: in every state of a request. */
#include "unplug-cases.h"
#include "unplug-expect.h"

#include <string.h>

static bool is_cpu(const UnplugSetup *setup)
{
    return setup->kind == UNPLUG_KIND_CPU;
}

static bool is_acpi_pci(const UnplugSetup *setup)
{
    return !strcmp(setup->transport, "acpi-pci");
}

static void reset(UnplugGuest *g)
{
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    guest_wait_ready(g->vm->guest, 0);
}

/* A disk that the guest has let go halfway, and that is to be kept. */
static void ask_and_cancel(UnplugDevice *d)
{
    if (d->g->setup->kind != UNPLUG_KIND_DISK) {
        return;
    }
    if (is_acpi_pci(d->g->setup)) {
        device_hold(d);
    }
    device_del(d);
    wait_seen(d);
    cancel(d, is_acpi_pci(d->g->setup) ? "undone" : "aborted", true);
}

enum { HELD, SEEN, CANCELLED, UNSEEN, N_STATES };

/* One device in each state; then one reset for all. */
static void in_every_state(UnplugGuest *g)
{
    UnplugDevice *d[N_STATES];
    bool cancels = g->setup->kind == UNPLUG_KIND_DISK;
    int i;

    for (i = 0; i < N_STATES; i++) {
        d[i] = device_take(g);
    }
    device_hold(d[HELD]);
    device_del(d[HELD]);
    device_wait_held(d[HELD]);
    wait_seen(d[HELD]);
    device_del(d[SEEN]);
    wait_seen(d[SEEN]);
    ask_and_cancel(d[CANCELLED]);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    device_del(d[UNSEEN]);
    g_assert_cmpint(request_int(d[UNSEEN], "attempt"), ==, 1);
    if (cancels) {
        /* Whatever came of it before the VM stopped. */
        cancels = request_int(d[CANCELLED], "attempt") > 0;
        if (!cancels) {
            expect_done(d[CANCELLED], "aborted", true, 1);
        }
    }
    reset(g);
    for (i = 0; i < N_STATES; i++) {
        bool gone = is_acpi_pci(g->setup) && i != CANCELLED;

        if (i != CANCELLED || cancels) {
            expect_done(d[i], "reset", !gone, 1);
        }
        if (!gone) {
            device_use(d[i]);
        }
    }
    if (g->setup->kind != UNPLUG_KIND_DISK) {
        qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': 'blocker', 'outcome': 'reset'}");
    }
    expect_no_requests(g);
    expect_quiet(g);
    device_del(d[CANCELLED]);
    expect_done(d[CANCELLED], "deleted", false, 1);
}

/*
 * The guest has missed the request, and the reset has ended it: adding some
 * other CPU must not make the guest find it.  Stock evicts the CPU.
 */
static void then_hot_add(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g), *other;

    device_deafen(d);
    device_del(d);
    reset(g);
    expect_done(d, "reset", true, 1);
    other = device_plug_spare(g);
    device_use(other);
    device_use(d);
    guest_ok(g->vm->guest, "sleep 1");
    g_assert_cmpuint(qmp_count_events(g->vm->qmp, "DEVICE_DELETED",
                                      QMP_ANY), ==, 0);
    device_works(d);
    device_works(other);
    expect_removable(d);
}

const UnplugCase unplug_reset_cases[] = {
    { "reset", in_every_state, .devices = N_STATES, .alone = true },
    { "reset-then-hot-add", then_hot_add, is_cpu, .alone = true },
    {}
};
