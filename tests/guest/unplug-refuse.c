/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug that the guest refuses: CPUs and DIMMs, which have _OST. */
#include "unplug-cases.h"
#include "unplug-expect.h"

static bool can_refuse(const UnplugSetup *setup)
{
    return setup->kind != UNPLUG_KIND_DISK;
}

/* Refused, cured, and asked for again. */
static void refused(UnplugGuest *g, unsigned code)
{
    UnplugDevice *d = device_take(g);

    device_refuse(d, code);
    device_del(d);
    expect_error(d, code, 1);
    expect_done(d, "refused", true, 1);
    expect_no_requests(g);

    /* A new request, refused again. */
    g_assert_cmpstr(device_del_hmp(d), ==, "");
    expect_error(d, code, 1);
    expect_done(d, "refused", true, 1);
    device_refuse(d, 0);
    expect_removable(d);
}

static void not_supported(UnplugGuest *g)
{
    refused(g, 0x80);
}

static void busy(UnplugGuest *g)
{
    refused(g, 0x82);
}

/*
 * The guest takes the request, is held up, and refuses it much later.  To
 * ask again meanwhile could eject the next device in the slot.
 */
static void late_answer(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_refuse(d, 0x82);
    device_hold(d);
    device_del(d);
    wait_seen(d);
    expect_del_refused(d, "next device");
    expect_state(d, "seen", 1);
    device_release(d);
    expect_error(d, 0x82, 1);
    expect_done(d, "refused", true, 1);
    device_refuse(d, 0);
    expect_removable(d);
}

const UnplugCase unplug_refuse_cases[] = {
    { "refused-not-supported", not_supported, can_refuse },
    { "refused-busy", busy, can_refuse },
    { "late-answer", late_answer, can_refuse, .alone = true },
    {}
};
