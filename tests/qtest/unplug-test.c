/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug, each scenario on each transport, the guest played by qtest. */
#include "failure.h"
#include "fake-guest.h"
#include "unplug-events.h"

#include <string.h>

typedef struct Case {
    const FakeGuestOps *ops;
    void (*run)(FakeGuest *g);
    const char *options;
} Case;

/* Asked for, taken, let go: DELETED, then one DONE, and nothing else. */
static void completes(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_request(g, "requested", true, 1);
    g->ops->take(g);
    expect_request(g, "seen", true, 1);
    g->ops->let_go(g);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

static void nobody_listens(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.1}");
    expect_not_deleted(g, false, false, 1);
    expect_request(g, "timed-out", false, 1);
    g->ops->take(g);
    g->ops->let_go(g);
    expect_deleted(g);
    expect_done(g, "late", false, 1);
    expect_quiet(g);
}

static void guest_is_slow(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.1}");
    g->ops->take(g);
    expect_not_deleted(g, true, true, 1);
    g->ops->let_go(g);
    expect_done(g, "late", false, 1);
    expect_quiet(g);
}

/* Refused, with the stock event for libvirt; then asked again, and done. */
static void guest_refuses(FakeGuest *g)
{
    if (!g->ops->refuse) {
        g_test_message("%s has no way to refuse", g->ops->name);
        return;
    }
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
    g->ops->refuse(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", g->ops->code, 1);
    expect_done(g, "refused", true, 1);
    expect_no_requests(g);
    expect_quiet(g);

    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_request(g, "requested", true, 1);
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* QMP and HMP repeats before the guest looks: one request, one DONE. */
static void asked_again_unseen(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpstr(qmp_hmp(g->vm->qmp, "device_del dev0"), ==, "");
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_request(g, "requested", false, 3);
    g->ops->listen(g);
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 3);
    expect_quiet(g);
}

/* A deadline for each attempt, and one NOT_DELETED for each. */
static void asked_again_late(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.05}");
    expect_not_deleted(g, false, false, 1);
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.05}");
    expect_not_deleted(g, false, false, 2);
    expect_quiet(g);
}

static void cancelled_unseen(FakeGuest *g)
{
    JsonObject *result;

    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    result = qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    g_assert_cmpstr(json_object_get_string_member(result, "outcome"), ==,
                    "withdrawn");
    g_assert_false(json_object_get_boolean_member(result, "pending"));
    expect_done(g, "withdrawn", true, 1);
    expect_no_requests(g);
    expect_quiet(g);
    qmp_error(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");

    /* Nothing is left of it: the next request is a whole one. */
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* Nobody asked, and the guest lets go. */
static void guest_ejects(FakeGuest *g)
{
    g->ops->let_go(g);
    expect_deleted(g);
    expect_done(g, "unsolicited", false, 0);
    expect_quiet(g);
}

/* The deadline counts guest-running time alone. */
static void stopped(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.2}");
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    qmp_expect_no_event(g->vm->qmp, "DEVICE_NOT_DELETED", 600, QMP_ANY);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_not_deleted(g, false, false, 1);
    expect_quiet(g);
}

/* A reset ends the request; what is left of it hits nobody. */
static void reset(FakeGuest *g)
{
    bool present = strcmp(g->ops->name, "acpi-pci") != 0;

    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(g->vm->qmp, "RESET", 0, QMP_ANY);
    expect_done(g, "reset", present, 1);
    expect_no_requests(g);
    g_assert_true(qmp_has_device(g->vm->qmp, "dev0") == present);
    if (present) {
        g->ops->set_up(g);
        g->ops->listen(g);
        qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
        g->ops->take(g);
        g->ops->let_go(g);
        expect_done(g, "deleted", false, 1);
    }
    expect_quiet(g);
}

/* The same guests on a stock QEMU: what it says, and what it does not. */
static void stock_is_silent(FakeGuest *g)
{
    g->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->take(g);
    if (g->ops->refuse) {
        g->ops->refuse(g);
    }
    qmp_expect_no_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 500,
                        QMP_ANY);
    g_assert_cmpuint(qmp_count_events(g->vm->qmp, "DEVICE_DELETED", QMP_ANY),
                     ==, 0);
    g_test_message("stock: no DEVICE_DELETED, no DEVICE_UNPLUG_GUEST_ERROR");
}

static void run(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *g = fake_guest_start(c->ops, c->options, false);

    c->run(g);
    fake_guest_stop(g);
}

static void add(const FakeGuestOps *ops, const char *name,
                void (*fn)(FakeGuest *g), const char *options)
{
    g_autofree char *path = g_strdup_printf("/unplug/%s/%s/%s", ops->name,
                                            ops->machine, name);
    Case *c = g_new0(Case, 1);

    c->ops = ops;
    c->run = fn;
    c->options = options;
    g_test_add_data_func_full(path, c, run, g_free);
}

int main(int argc, char **argv)
{
    const FakeGuestOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    for (ops = fake_guests; *ops; ops++) {
        add(*ops, "completes", completes, "");
        add(*ops, "nobody-listens", nobody_listens, "");
        add(*ops, "guest-is-slow", guest_is_slow, "");
        add(*ops, "guest-refuses", guest_refuses, "");
        add(*ops, "asked-again-unseen", asked_again_unseen, "");
        add(*ops, "asked-again-late", asked_again_late, "");
        add(*ops, "cancelled-unseen", cancelled_unseen, "");
        add(*ops, "guest-ejects", guest_ejects, "");
        add(*ops, "stopped", stopped, "");
        add(*ops, "reset", reset, "");
        add(*ops, "stock-is-silent", stock_is_silent, NULL);
    }
    return g_test_run();
}
