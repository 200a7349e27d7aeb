/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug asked for again and again, and the slot's next device. */
#include "unplug-cases.h"
#include "unplug-expect.h"

#include <string.h>

static bool has_button(const UnplugSetup *setup)
{
    return setup->driver;
}

static bool is_acpi_pci(const UnplugSetup *setup)
{
    return !strcmp(setup->transport, "acpi-pci");
}

static bool is_dimm(const UnplugSetup *setup)
{
    return setup->kind == UNPLUG_KIND_DIMM;
}

/* A CPU's place cannot be used again: see unplug-guest.c. */
static bool has_reusable_slots(const UnplugSetup *setup)
{
    return setup->kind != UNPLUG_KIND_CPU;
}

/* By all the ways there are. */
static void ask_three_times(UnplugDevice *d)
{
    device_del(d);
    g_assert_cmpstr(device_del_hmp(d), ==, "");
    device_request(d, 100000);
    expect_request(d, "requested", false, 3);
}

/* The guest did not see the first, nor the second. */
static void unseen(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);
    int attempts = 3;

    device_deafen(d);
    ask_three_times(d);
    device_hear(d);
    if (!g_strcmp0(g->setup->driver, "shpchp")) {
        /* This driver forgets what was asked before it was there. */
        wait_accepted(d);
        attempts++;
    }
    if (has_button(g->setup)) {
        wait_seen(d);
        expect_del_refused(d, "would cancel");
    }
    expect_done(d, "deleted", false, attempts);
    expect_quiet(g);
}

/* The slot has its next device: nothing left over may hit that. */
static void expect_next_stays(UnplugDevice *next)
{
    UnplugGuest *g = next->g;

    guest_ok(g->vm->guest, "sleep 1");
    expect_quiet(g);
    device_use(next);
    guest_ok(g->vm->guest, "sleep 1");
    expect_good(next);
}

/* A guest with all requests in its queue, each able to eject the slot. */
static void reused_after_repeats(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g), *next;

    device_hold(d);
    device_deafen(d);
    ask_three_times(d);
    device_hear(d);
    device_wait_held(d);
    expect_state(d, "seen", 3);
    expect_del_refused(d, "next device");
    expect_state(d, "seen", 3);
    device_release(d);
    expect_deleted(d);
    next = device_plug_again(d);
    expect_done(d, "deleted", false, 3);
    expect_next_stays(next);
}

/* The same where asking again is allowed, if it is. */
static void dimm_reused_after_repeats(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g), *next;
    int i, attempts = 1;

    device_hold(d);
    device_del(d);
    wait_seen(d);
    for (i = 0; i < 30; i++) {
        const QmpReply *r = qmp_execute(g->vm->qmp, "device_del",
                                        "{'id': %s}", d->id);

        g_test_message("asked again: %s", r->ret ? "yes" : r->error_desc);
        if (r->ret) {
            attempts++;
            wait_seen(d);
        }
    }
    device_release(d);
    expect_deleted(d);
    next = device_plug_again(d);
    expect_done(d, "deleted", false, attempts);
    expect_next_stays(next);
}

static void reused(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g), *next;

    device_del(d);
    expect_deleted(d);
    next = device_plug_again(d);
    expect_done(d, "deleted", false, 1);
    expect_next_stays(next);
}

const UnplugCase unplug_repeat_cases[] = {
    { "repeat-unseen", unseen },
    { "reused", reused, has_reusable_slots },
    { "reused-after-repeats", reused_after_repeats, is_acpi_pci },
    { "reused-after-repeats", dimm_reused_after_repeats, is_dimm },
    {}
};
