/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same guests on a QEMU without the module: what it says, and does. */
#include "unplug-cases.h"
#include "unplug-expect.h"

#include <string.h>

/*
 * One boot goes through all of it.  Asserted is what is always so; where it
 * depends on who is faster, the message tells.
 */
static bool has_button(const UnplugGuest *g)
{
    return g->setup->driver;
}

/* device_del, and what it says. */
static bool ask(UnplugDevice *d, const char *when)
{
    const QmpReply *r = qmp_execute(d->g->vm->qmp, "device_del",
                                    "{'id': %s}", d->id);

    g_test_message("stock: device_del %s: %s", when,
                   r->ret ? "success" : r->error_desc);
    return r->ret;
}

static void expect_silence(UnplugDevice *d, const char *what)
{
    QmpClient *qmp = d->g->vm->qmp;

    expect_quiet(d->g);
    g_assert_true(qmp_has_device(qmp, d->id));
    qmp_expect_no_event(qmp, "DEVICE_DELETED", 0, "{'device': %s}", d->id);
    g_test_message("stock: %s: no event", what);
}

static void not_listening(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_deafen(d);
    g_assert_true(ask(d, "while the guest does not listen"));
    guest_ok(g->vm->guest, "sleep 1");
    expect_silence(d, "a guest that does not listen");
    ask(d, "again");
    device_works(d);
    if (has_button(g)) {
        /* That driver is not needed any more by this device. */
        return;
    }
    device_hear(d);
    expect_deleted(d);
    g_test_message("stock: after the guest listens: DEVICE_DELETED alone");
}

static void completes(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    g_assert_true(ask(d, "of a guest that is well"));
    expect_deleted(d);
    expect_quiet(g);
}

/* The second press of a button that blinks: by SHPC up to 7.2. */
static void repeated_button(UnplugGuest *g)
{
    bool cancels = !strcmp(g->setup->driver, "shpchp") &&
                   test_host_series() < 1000;
    UnplugDevice *d = device_take(g);

    guest_skip_log(g->vm->guest);
    g_assert_true(ask(d, "first"));
    guest_expect(g->vm->guest, "(?i)powering off due to button press|"
                 "button press: will power off", 0);
    /* The driver says so first, and then has it blink for 5 s. */
    guest_ok(g->vm->guest, "sleep 1");
    g_assert_true(ask(d, "while the indicator blinks") == cancels);
    if (!cancels) {
        expect_deleted(d);
        return;
    }
    guest_expect(g->vm->guest, "cancel", 0);
    guest_ok(g->vm->guest, "sleep 6");
    expect_silence(d, "the second device_del has cancelled the first");
    device_works(d);
}

/* Requests in the guest's queue; then the slot has another device. */
static void reused(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g), *next;
    int i;

    device_hold(d);
    for (i = 0; i < 30; i++) {
        g_assert_true(ask(d, "while the guest's driver holds the device"));
        guest_ok(g->vm->guest, "usleep 20000");
    }
    device_wait_held(d);
    expect_silence(d, "a driver that does not let go");
    device_release(d);
    expect_deleted(d);
    next = device_plug_again(d);
    guest_ok(g->vm->guest, "sleep 2");
    g_test_message("stock: the next device in the slot %s",
                   qmp_has_device(g->vm->qmp, next->id)
                   ? "is still there" : "was ejected, too");
}

static void refused(UnplugGuest *g, unsigned code)
{
    UnplugDevice *d = device_take(g);

    device_refuse(d, code);
    g_assert_true(ask(d, "of a guest that refuses"));
    qmp_wait_event(g->vm->qmp, "ACPI_DEVICE_OST", 0, "{'info': {'device':"
                   " %s, 'source': 3, 'status': %u}}", d->id, code);
    guest_ok(g->vm->guest, "true");
    expect_silence(d, "a refusal: ACPI_DEVICE_OST, otherwise");
    device_refuse(d, 0);
}

/* Missed by the guest, and found after a reset, for some other's sake. */
static void then_hot_add(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_deafen(d);
    g_assert_true(ask(d, "that the guest does not hear"));
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    guest_wait_ready(g->vm->guest, 0);
    device_plug_spare(g);
    expect_deleted(d);
    g_test_message("stock: after a reset, device_add of another CPU evicts "
                   "%s", d->id);
}

static void all(UnplugGuest *g)
{
    const QmpReply *r = qmp_execute(g->vm->qmp, "query-unplug-requests",
                                    QMP_ANY);

    g_assert_cmpstr(r->error_class, ==, "CommandNotFound");
    if (g->setup->kind != UNPLUG_KIND_DISK) {
        refused(g, 0x80);
        refused(g, 0x82);
    }
    if (g->setup->kind == UNPLUG_KIND_CPU) {
        /* The last: see unplug-guest.c. */
        then_hot_add(g);
        return;
    }
    completes(g);
    if (has_button(g)) {
        repeated_button(g);
    } else {
        reused(g);
    }
    not_listening(g);
}

const UnplugCase unplug_stock_cases[] = {
    { "stock", all, .devices = 4, .alone = true, .stock = true },
    {}
};
