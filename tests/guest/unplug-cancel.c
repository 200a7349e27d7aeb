/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug taken back: at every moment, and the device is good for use. */
#include "unplug-cases.h"
#include "unplug-expect.h"

#include <string.h>

static bool has_button(const UnplugSetup *setup)
{
    return setup->driver;
}

/* What can keep a device that the guest has let go. */
static bool can_keep(const UnplugSetup *setup)
{
    return setup->kind == UNPLUG_KIND_DISK &&
           g_strcmp0(setup->driver, "shpchp");
}

static bool cannot_call_back(const UnplugSetup *setup)
{
    return setup->kind != UNPLUG_KIND_DISK;
}

/* As soon as it was asked for: whichever it is, it must hold. */
static void at_once(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);
    const QmpReply *r;
    const char *outcome;

    device_del(d);
    r = qmp_execute(g->vm->qmp, "device-unplug-cancel", "{'id': %s}", d->id);
    outcome = expect_done_any(d, 1);
    g_test_message("cancelled at once: %s, then %s", r->ret
                   ? json_object_get_string_member(json_node_get_object(
                         r->ret), "outcome") : r->error_desc, outcome);
    g_assert_true((r->ret != NULL) == (strcmp(outcome, "deleted") != 0));
    if (r->ret) {
        device_use(d);
        expect_good(d);
    }
}

/* The guest's driver is in remove(): the device is kept, and comes back. */
static void while_blocked(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_hold(d);
    device_del(d);
    device_wait_held(d);
    cancel(d, "undone", true);
    expect_state(d, "seen", 1);
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device-unplug-cancel",
                                      "{'id': %s}", d->id), "already"));
    expect_quiet(g);
    device_release(d);
    expect_done(d, "undone", true, 1);
    device_use(d);
    expect_good(d);
}

static void taken(UnplugGuest *g)
{
    UnplugDevice *d = device_take(g);

    device_hold(d);
    device_del(d);
    wait_seen(d);
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device-unplug-cancel",
                                      "{'id': %s}", d->id), "has taken"));
    expect_state(d, "seen", 1);
    device_release(d);
    expect_done(d, "deleted", false, 1);
}

/* Milliseconds after the guest began to blink. */
static const int moments[] = { 0, 2500, 4300, 4600, 4900, 4950, 5000, 5100,
                               5300 };

typedef struct Sweep {
    UnplugDevice *d[G_N_ELEMENTS(moments)];
    const char *reply[G_N_ELEMENTS(moments)];   /* NULL: an error */
} Sweep;

static const char *try_to_cancel(UnplugDevice *d, int ms)
{
    const QmpReply *r = qmp_execute(d->g->vm->qmp, "device-unplug-cancel",
                                    "{'id': %s}", d->id);

    g_test_message("cancel after %d ms: %s", ms, r->ret
                   ? json_object_get_string_member(json_node_get_object(
                         r->ret), "outcome") : r->error_desc);
    return r->ret ? json_object_get_string_member(json_node_get_object(
                        r->ret), "outcome") : NULL;
}

/* Some reply is a promise, DONE tells the outcome. */
static void check_outcome(UnplugGuest *g, Sweep *s, unsigned i)
{
    const char *outcome = expect_done_any(s->d[i], 1);

    g_test_message("cancel after %d ms: then %s", moments[i], outcome);
    if (!s->reply[i]) {
        g_assert_cmpstr(outcome, ==, "deleted");
        s->d[i] = NULL;
        return;
    }
    if (!strcmp(s->reply[i], "withdrawn") ||
        (!strcmp(s->reply[i], "aborted") && moments[i] <= 4300)) {
        g_assert_cmpstr(outcome, ==, s->reply[i]);
    }
    if (strcmp(outcome, "aborted") != 0) {
        g_assert_cmpstr(outcome, ==, "undone");
        g_assert_true(can_keep(g->setup));
    }
}

static void remove_all(UnplugGuest *g, Sweep *s)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(moments); i++) {
        if (s->d[i]) {
            device_use(s->d[i]);
            device_del(s->d[i]);
        }
    }
    for (i = 0; i < G_N_ELEMENTS(moments); i++) {
        if (s->d[i]) {
            expect_done(s->d[i], "deleted", false, 1);
        }
    }
    expect_quiet(g);
}

/* All at the same time, since it takes long. */
static void while_blinking(UnplugGuest *g)
{
    int64_t seen_ms[G_N_ELEMENTS(moments)];
    Sweep s = { 0 };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(moments); i++) {
        s.d[i] = device_take(g);
    }
    for (i = 0; i < G_N_ELEMENTS(moments); i++) {
        device_del(s.d[i]);
        wait_seen(s.d[i]);
        seen_ms[i] = request_int(s.d[i], "elapsed-ms");
    }
    for (i = 0; i < G_N_ELEMENTS(moments); i++) {
        wait_elapsed(s.d[i], seen_ms[i] + moments[i]);
        s.reply[i] = try_to_cancel(s.d[i], moments[i]);
    }
    for (i = 0; i < G_N_ELEMENTS(moments); i++) {
        check_outcome(g, &s, i);
    }
    remove_all(g, &s);
}

const UnplugCase unplug_cancel_cases[] = {
    { "cancel-at-once", at_once },
    { "cancel-while-blocked", while_blocked, can_keep },
    { "cancel-taken", taken, cannot_call_back, .alone = true },
    { "cancel-while-blinking", while_blinking, has_button,
      G_N_ELEMENTS(moments) },
    {}
};
