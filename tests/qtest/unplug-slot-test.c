/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from slots with a button: when to press again, and when never. */
#include "failure.h"
#include "fake-slots.h"
#include "unplug-events.h"

#include <string.h>

/* Let @ms of guest-running time go by: a deadline of another device. */
static void pass_time(FakeGuest *g, int ms)
{
    g_autofree char *seconds = g_strdup_printf("%d.%03d", ms / 1000,
                                               ms % 1000);
    g_autofree char *args =
        g_strdup_printf("{'id': 'clock', 'timeout': %s}", seconds);

    qmp_ok(g->vm->qmp, "device-unplug", args, NULL);
    qmp_wait_event(g->vm->qmp, "DEVICE_NOT_DELETED", 0,
                   "{'device': 'clock'}");
    qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'clock'}");
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'clock', 'outcome': 'withdrawn'}");
}

static void request_and_blink(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
}

static void cancel(FakeGuest *g, const char *outcome, bool pending)
{
    JsonObject *r = qmp_ok(g->vm->qmp, "device-unplug-cancel",
                           "{'id': 'dev0'}");

    g_assert_cmpstr(json_object_get_string_member(r, "outcome"), ==,
                    outcome);
    g_assert_true(json_object_get_boolean_member(r, "pending") == pending);
}

/* What a cancelled device must be good for: the next, whole request. */
static void remove_for_good(FakeGuest *g)
{
    g_assert_true(qmp_has_device(g->vm->qmp, "dev0"));
    expect_no_requests(g);
    expect_quiet(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* A press while the indicator blinks would cancel. */
static void repeat_while_blinking(FakeGuest *g)
{
    const char *error;

    request_and_blink(g);
    error = qmp_error(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_nonnull(strstr(error, "would cancel"));
    g_assert_nonnull(strstr(qmp_hmp(g->vm->qmp, "device_del dev0"),
                            "would cancel"));
    g_assert_false(fake_slot_is_pressed(g));
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* The guest has cleared the button and is about to blink. */
static void repeat_before_blink(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    fake_slot_ack(g);
    qmp_error(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_false(fake_slot_is_pressed(g));
    fake_slot_blink(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* The guest has read the button, and forgot about it. */
static void repeat_after_neglect(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    fake_slot_ack(g);
    pass_time(g, 5100);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_request(g, "requested", true, 2);
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 2);
    expect_quiet(g);
}

static void cancel_while_blinking(FakeGuest *g)
{
    request_and_blink(g);
    cancel(g, "aborted", true);
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device-unplug-cancel",
                                      "{'id': 'dev0'}"), "already"));
    expect_quiet(g);
    fake_slot_ack(g);
    fake_slot_light(g);
    expect_done(g, "aborted", true, 1);
    remove_for_good(g);
}

/* The button is read, but not cleared: withdrawing it would be a lie. */
static void cancel_while_reading(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_true(fake_slot_is_pressed(g));
    cancel(g, "aborted", true);
    fake_slot_ack(g);
    fake_slot_blink(g);
    fake_slot_ack(g);
    fake_slot_light(g);
    expect_done(g, "aborted", true, 1);
    remove_for_good(g);
}

static void cancel_before_blink(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    fake_slot_ack(g);
    cancel(g, "aborted", true);
    g_assert_false(fake_slot_is_pressed(g));
    fake_slot_blink(g);
    fake_slot_ack(g);
    fake_slot_light(g);
    expect_done(g, "aborted", true, 1);
    remove_for_good(g);
}

/* Too late for the button: PCI Express keeps the device, SHPC cannot. */
static void cancel_late(FakeGuest *g)
{
    request_and_blink(g);
    pass_time(g, 4700);
    if (g->ops == &fake_shpc) {
        g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device-unplug-cancel",
                                          "{'id': 'dev0'}"),
                                "switching off"));
        g->ops->let_go(g);
        expect_done(g, "deleted", false, 1);
        expect_quiet(g);
        return;
    }
    cancel(g, "undone", true);
    g_assert_false(fake_slot_is_pressed(g));
    g->ops->let_go(g);
    /* Presented again: a press and a presence change, as at a plug. */
    expect_done(g, "undone", true, 1);
    g_assert_true(fake_slot_is_pressed(g));
    fake_slot_ack(g);
    fake_slot_power_on(g);
    remove_for_good(g);
}

/* Cancelled too late, asked again, cancelled again: never a late press. */
static void cancel_late_twice(FakeGuest *g)
{
    if (g->ops == &fake_shpc) {
        g_test_message("shpc does not keep devices");
        return;
    }
    request_and_blink(g);
    pass_time(g, 4700);
    cancel(g, "undone", true);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    cancel(g, "undone", true);
    g_assert_false(fake_slot_is_pressed(g));
    g->ops->let_go(g);
    expect_done(g, "undone", true, 2);
    fake_slot_ack(g);
    fake_slot_power_on(g);
    remove_for_good(g);
}

/* The guest was asked to stop, and lets go all the same. */
static void cancel_ignored(FakeGuest *g)
{
    request_and_blink(g);
    cancel(g, "aborted", true);
    g->ops->let_go(g);
    if (g->ops == &fake_shpc) {
        expect_done(g, "deleted", false, 1);
        expect_quiet(g);
        return;
    }
    expect_done(g, "undone", true, 1);
    fake_slot_ack(g);
    fake_slot_power_on(g);
    remove_for_good(g);
}

/* A reset between the eject and the return of the device. */
static void reset_while_kept(FakeGuest *g)
{
    if (g->ops == &fake_shpc) {
        g_test_message("shpc does not keep devices");
        return;
    }
    request_and_blink(g);
    cancel(g, "aborted", true);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    g->ops->let_go(g);
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    expect_done(g, "reset", true, 1);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    pass_time(g, 500);
    g->ops->set_up(g);
    g->ops->listen(g);
    remove_for_good(g);
}

/* What stock does with a second device_del while the slot blinks. */
static void stock_repeat(FakeGuest *g)
{
    /* SHPC up to 7.2: success is reported, and the removal is cancelled. */
    bool cancels = g->ops == &fake_shpc && test_host_series() < 1000;
    const QmpReply *reply;

    request_and_blink(g);
    reply = qmp_execute(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_test_message("stock: second device_del while blinking: %s; button %s",
                   reply->ret ? "success" : reply->error_desc,
                   fake_slot_is_pressed(g) ? "pressed, which cancels"
                                           : "not pressed");
    g_assert_true((reply->ret != NULL) == cancels);
    g_assert_true(fake_slot_is_pressed(g) == cancels);
}

typedef struct Case {
    const FakeGuestOps *ops;
    void (*run)(FakeGuest *g);
    bool stock;
} Case;

static void run(gconstpointer data)
{
    const Case *c = data;
    FakeGuestOps ops = *c->ops;
    g_autofree char *args =
        g_strdup_printf("%s -device pci-bridge,id=br1,chassis_nr=9,addr=9,"
                        "shpc=on -device virtio-rng-pci,id=clock,bus=br1,"
                        "addr=1", ops.args);
    FakeGuest *g;

    ops.args = args;
    g = fake_guest_start(&ops, c->stock ? NULL : "", false);
    g->ops = c->ops;
    c->run(g);
    fake_guest_stop(g);
}

static void add(const FakeGuestOps *ops, const char *name,
                void (*fn)(FakeGuest *g), bool stock)
{
    g_autofree char *path = g_strdup_printf("/unplug-slot/%s/%s", ops->name,
                                            name);
    Case *c = g_new0(Case, 1);

    c->ops = ops;
    c->run = fn;
    c->stock = stock;
    g_test_add_data_func_full(path, c, run, g_free);
}

int main(int argc, char **argv)
{
    const FakeGuestOps *const transports[] = { &fake_pcie, &fake_shpc };
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(transports); i++) {
        const FakeGuestOps *ops = transports[i];

        add(ops, "repeat-while-blinking", repeat_while_blinking, false);
        add(ops, "repeat-before-blink", repeat_before_blink, false);
        add(ops, "repeat-after-neglect", repeat_after_neglect, false);
        add(ops, "cancel-while-blinking", cancel_while_blinking, false);
        add(ops, "cancel-while-reading", cancel_while_reading, false);
        add(ops, "cancel-before-blink", cancel_before_blink, false);
        add(ops, "cancel-late", cancel_late, false);
        add(ops, "cancel-late-twice", cancel_late_twice, false);
        add(ops, "cancel-ignored", cancel_ignored, false);
        add(ops, "reset-while-kept", reset_while_kept, false);
        add(ops, "stock-repeat", stock_repeat, true);
    }
    return g_test_run();
}
