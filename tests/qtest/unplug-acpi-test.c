/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI: whose answer it is, and what must not be left behind. */
#include "failure.h"
#include "fake-acpi.h"
#include "unplug-events.h"

#include <string.h>

static void ask(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
}

/* A second eject could hit the next device in the slot. */
static void repeat_taken(FakeGuest *g)
{
    g->ops->listen(g);
    ask(g);
    g->ops->take(g);
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device_del",
                                      "{'id': 'dev0'}"), "next device"));
    g_assert_nonnull(strstr(qmp_hmp(g->vm->qmp, "device_del dev0"),
                            "next device"));
    expect_request(g, "seen", true, 1);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* The answer to a request that has ended comes during the next. */
static void late_answer(FakeGuest *g)
{
    g->ops->listen(g);
    ask(g);
    g->ops->take(g);
    g->ops->refuse(g);
    expect_error(g, "guest-refused", g->ops->code, 1);
    expect_done(g, "refused", true, 1);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0, QMP_ANY);

    ask(g);
    g->ops->refuse(g);
    expect_quiet(g);
    expect_request(g, "requested", true, 1);

    /* And this one is its own. */
    g->ops->take(g);
    g->ops->refuse(g);
    expect_error(g, "guest-refused", g->ops->code, 1);
    expect_done(g, "refused", true, 1);
}

/* A guest that answers what nobody has asked. */
static void answer_to_nothing(FakeGuest *g)
{
    g->ops->refuse(g);
    expect_quiet(g);
    ask(g);
    g->ops->refuse(g);
    expect_quiet(g);
    expect_request(g, "requested", false, 1);
}

/* However fast a guest refuses, each request has one DONE. */
static void refusals_in_a_row(FakeGuest *g)
{
    int i;

    for (i = 0; i < 40; i++) {
        ask(g);
        g->ops->take(g);
        g->ops->refuse(g);
        g->ops->refuse(g);
        g->ops->refuse(g);
        expect_done(g, "refused", true, 1);
    }
    g_assert_cmpuint(qmp_count_events(g->vm->qmp, "DEVICE_UNPLUG_DONE",
                                      QMP_ANY), ==, 40);
    g_assert_cmpuint(qmp_count_events(g->vm->qmp, "DEVICE_UNPLUG_ERROR",
                                      QMP_ANY), <, 40);
    g_assert_cmpuint(qmp_count_events(g->vm->qmp, "DEVICE_UNPLUG_ERROR",
                                      QMP_ANY), >=, 10);
}

/* Taken: nothing in ACPI calls a CPU or a DIMM back. */
static void cancel_taken(FakeGuest *g)
{
    g->ops->listen(g);
    ask(g);
    g->ops->take(g);
    g_assert_nonnull(strstr(qmp_error(g->vm->qmp, "device-unplug-cancel",
                                      "{'id': 'dev0'}"), "has taken"));
    expect_request(g, "seen", true, 1);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
}

/* Only read, and not yet cleared: the guest may be about to act. */
static void cancel_read(FakeGuest *g)
{
    ask(g);
    g_assert_true(fake_acpi_is_requested(g));
    qmp_error(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    expect_request(g, "requested", false, 1);
}

/* A request that the guest did not take is not to hit the next in the slot. */
static void leftover(FakeGuest *g)
{
    ask(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    g_assert_false(fake_acpi_is_requested(g));
}

static void stock_leftover(FakeGuest *g)
{
    ask(g);
    g->ops->let_go(g);
    if (g->ops->deleted_event) {
        qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, QMP_ANY);
    }
    g_assert_true(fake_acpi_is_requested(g));
    g_test_message("stock: the request is still there after the removal");
}

static void leftover_reset(FakeGuest *g)
{
    ask(g);
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    expect_done(g, "reset", true, 1);
    g->ops->set_up(g);
    g_assert_false(fake_acpi_is_requested(g));
}

static void stock_leftover_reset(FakeGuest *g)
{
    ask(g);
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(g->vm->qmp, "RESET", 0, QMP_ANY);
    g->ops->set_up(g);
    g_assert_true(fake_acpi_is_requested(g));
    g_test_message("stock: the request is still there after a reset");
}

/* PCI: taken, cancelled, ejected: it comes back, announced as plugged. */
static void pci_undone(FakeGuest *g)
{
    QtestPci dev0 = { g->vm->qtest, 0, 5, 0 };
    bool on_root_bus = g->ops == &fake_acpi_pci_pc;
    JsonObject *r;

    if (on_root_bus) {
        qtest_pci_enable(&dev0);
    }
    g->ops->listen(g);
    ask(g);
    g->ops->take(g);
    r = qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    g_assert_cmpstr(json_object_get_string_member(r, "outcome"), ==,
                    "undone");
    g_assert_true(json_object_get_boolean_member(r, "pending"));
    g_assert_false(fake_acpi_is_requested(g));
    g->ops->let_go(g);
    /* Ejected, and not offered yet: the slot looks empty. */
    if (on_root_bus) {
        g_assert_cmphex(qtest_pci_readl(&dev0, 0), ==, 0xffffffff);
    }
    expect_done(g, "undone", true, 1);
    g_assert_true(fake_acpi_is_inserted(g));
    /* As new: nothing of what the guest had set up is left. */
    if (on_root_bus) {
        g_assert_cmphex(qtest_pci_readw(&dev0, 4), ==, 0);
    }
    expect_no_requests(g);
    ask(g);
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* The user changes their mind again: the guest is at it already. */
static void pci_cancel_then_ask(FakeGuest *g)
{
    ask(g);
    g->ops->take(g);
    qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    ask(g);
    g_assert_false(fake_acpi_is_requested(g));
    expect_request(g, "seen", false, 2);
    qmp_error(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 2);
    expect_quiet(g);
}

/* And again: what the guest has taken stays taken. */
static void pci_cancel_twice(FakeGuest *g)
{
    JsonObject *r;

    ask(g);
    g->ops->take(g);
    qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    ask(g);
    r = qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    g_assert_cmpstr(json_object_get_string_member(r, "outcome"), ==,
                    "undone");
    g->ops->let_go(g);
    expect_done(g, "undone", true, 2);
    expect_quiet(g);
    g_assert_true(qmp_has_device(g->vm->qmp, "dev0"));
}

static void pci_reset_kept(FakeGuest *g)
{
    ask(g);
    g->ops->take(g);
    qmp_ok(g->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    expect_done(g, "reset", true, 1);
    g->ops->set_up(g);
    ask(g);
    g->ops->take(g);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

typedef struct Case {
    const FakeGuestOps *ops;
    void (*run)(FakeGuest *g);
    bool stock;
} Case;

static void run(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *g = fake_guest_start(c->ops, c->stock ? NULL : "", false);

    c->run(g);
    fake_guest_stop(g);
}

static void add(const FakeGuestOps *ops, const char *name,
                void (*fn)(FakeGuest *g), bool stock)
{
    g_autofree char *path = g_strdup_printf("/unplug-acpi/%s/%s/%s",
                                            ops->name, ops->machine, name);
    Case *c = g_new0(Case, 1);

    c->ops = ops;
    c->run = fn;
    c->stock = stock;
    g_test_add_data_func_full(path, c, run, g_free);
}

static void add_ost(const FakeGuestOps *ops)
{
    add(ops, "repeat-taken", repeat_taken, false);
    add(ops, "late-answer", late_answer, false);
    add(ops, "answer-to-nothing", answer_to_nothing, false);
    add(ops, "refusals-in-a-row", refusals_in_a_row, false);
    add(ops, "cancel-taken", cancel_taken, false);
    add(ops, "cancel-read", cancel_read, false);
    add(ops, "leftover", leftover, false);
    add(ops, "stock-leftover", stock_leftover, true);
    add(ops, "leftover-reset", leftover_reset, false);
    add(ops, "stock-leftover-reset", stock_leftover_reset, true);
}

static void add_pci(const FakeGuestOps *ops)
{
    add(ops, "undone", pci_undone, false);
    add(ops, "cancel-then-ask", pci_cancel_then_ask, false);
    add(ops, "cancel-twice", pci_cancel_twice, false);
    add(ops, "repeat-taken", repeat_taken, false);
    add(ops, "reset-kept", pci_reset_kept, false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_ost(&fake_acpi_cpu);
    add_ost(&fake_acpi_memory);
    add_pci(&fake_acpi_pci_q35);
    add_pci(&fake_acpi_pci_pc);
    return g_test_run();
}
