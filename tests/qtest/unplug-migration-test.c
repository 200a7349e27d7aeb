/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug across migrations and snapshots, the guest played by qtest. */
#include "failure.h"
#include "fake-slots.h"
#include "unplug-events.h"

#include <string.h>

typedef struct Case {
    const FakeGuestOps *ops;
    bool seen;                  /* before the migration */
    const char *from;           /* options of the module, or NULL: stock */
    const char *to;
} Case;

static void start_migration(FakeGuest *from, FakeGuest *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration",
                                           to->vm->dir);

    qmp_ok(to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->vm->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
}

static const char *migration_end(FakeGuest *from)
{
    for (;;) {
        const QmpEvent *e = qmp_wait_event(from->vm->qmp, "MIGRATION", 0,
                                           QMP_ANY);
        const char *status = json_object_get_string_member(e->data,
                                                           "status");

        if (!strcmp(status, "completed") || !strcmp(status, "failed")) {
            return status;
        }
    }
}

static FakeGuest *migrate(FakeGuest *from, const char *options)
{
    FakeGuest *to = fake_guest_start(from->ops, options, true);

    start_migration(from, to);
    g_assert_cmpstr(migration_end(from), ==, "completed");
    qmp_wait_event(to->vm->qmp, "RESUME", 0, QMP_ANY);
    fake_guest_arrive(to, from);
    return to;
}

static bool has_request(FakeGuest *g)
{
    return json_array_get_length(qmp_ok_array(g->vm->qmp,
                                              "query-unplug-requests",
                                              QMP_ANY)) != 0;
}

/*
 * What the registers on the destination can tell: an ACPI CPU or DIMM
 * request only until the guest has taken it, and of a DIMM not even that
 * (the host does not migrate it).
 */
static bool in_registers(const Case *c)
{
    if (!strcmp(c->ops->name, "acpi-memory")) {
        return false;
    }
    return strcmp(c->ops->name, "acpi-cpu") || !c->seen;
}

/* Pending here, completed there. */
static void completes_there(gconstpointer data)
{
    const Case *c = data;
    bool carried = !strcmp(c->from, "migrate=on");
    FakeGuest *from = fake_guest_start(c->ops, c->from, false), *to;
    int attempt = carried ? 2 : 1;

    c->ops->listen(from);
    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    if (c->seen) {
        c->ops->take(from);
    }
    to = migrate(from, c->to);
    if (!c->to) {
        g_test_message("the destination is a stock QEMU");
    } else if (carried || in_registers(c)) {
        g_assert_true(has_request(to));
        if (!c->seen) {
            c->ops->take(to);
        }
        expect_request(to, "seen", true, attempt);
        c->ops->let_go(to);
        expect_done(to, "deleted", false, attempt);
        expect_quiet(to);
    } else {
        g_assert_false(has_request(to));
        if (c->seen) {
            c->ops->let_go(to);
            expect_done(to, "unsolicited", false, 0);
        }
    }
    fake_guest_stop(from);
    fake_guest_stop(to);
}

/* A deadline that has passed on the source is not told again. */
static void timed_out_here(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, c->from, false), *to;

    qmp_ok(from->vm->qmp, "device-unplug",
           "{'id': 'dev0', 'timeout': 0.05}");
    c->ops->take(from);
    expect_not_deleted(from, false, true, 1);
    to = migrate(from, c->to);
    expect_request(to, "timed-out", false, 1);
    c->ops->let_go(to);
    expect_done(to, "late", false, 1);
    expect_quiet(to);
    fake_guest_stop(from);
    fake_guest_stop(to);
}

/*
 * The stream has our section, and a stock QEMU does not know it.  The source
 * hears of that when there is a return path; without one, it may report a
 * small migration as completed while the destination dies.
 */
static void not_without_module(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, "migrate=on", false);
    FakeGuest *to = fake_guest_start(c->ops, NULL, true);
    g_autofree char *text = NULL;

    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    qmp_ok(from->vm->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'return-path',"
           " 'state': true}]}");
    start_migration(from, to);
    test_vm_wait_exit(to->vm, 0);
    text = test_vm_stderr(to->vm);
    g_assert_nonnull(strstr(text, "'annex-unplug'"));
    g_assert_cmpstr(migration_end(from), ==, "failed");
    expect_request(from, "requested", false, 1);
    c->ops->take(from);
    c->ops->let_go(from);
    expect_done(from, "deleted", false, 1);
    fake_guest_stop(from);
    test_vm_free(to->vm);
    g_free(to);
}

/* Nothing in flight, nothing in the stream: any destination will do. */
static void idle(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, "migrate=on", false);
    FakeGuest *to = migrate(from, NULL);

    fake_guest_stop(from);
    fake_guest_stop(to);
}

/* A cancel that waits for the guest goes along. */
static void cancelled_here(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, c->from, false), *to;

    c->ops->listen(from);
    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    c->ops->take(from);
    qmp_ok(from->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    to = migrate(from, c->to);
    c->ops->let_go(to);
    expect_done(to, "undone", true, 1);
    g_assert_true(qmp_has_device(to->vm->qmp, "dev0"));
    fake_guest_stop(from);
    fake_guest_stop(to);
}

/* The state of a VM with a request in flight is saved, and comes back. */
static void snapshot(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *g = fake_guest_start(c->ops, c->from, false);

    test_vm_snapshot_disk(g->vm);
    c->ops->listen(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    c->ops->take(g);
    g_assert_cmpstr(qmp_hmp(g->vm->qmp, "savevm s0"), ==, "");
    if (!c->seen) {
        qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    }
    g_assert_cmpstr(qmp_hmp(g->vm->qmp, "loadvm s0"), ==, "");
    /* The request of before has ended; that of the snapshot is new. */
    expect_done(g, "reset", true, 1);
    if (!c->seen) {
        qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    }
    expect_request(g, "seen", true, 1);
    c->ops->let_go(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
    fake_guest_stop(g);
}

/* Acknowledged here, cancelled, and about to blink there. */
static void cancelled_before_blink(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, c->from, false), *to;

    c->ops->listen(from);
    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    fake_slot_ack(from);
    qmp_ok(from->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    to = migrate(from, c->to);
    expect_request(to, "requested", true, 1);
    g_assert_false(fake_slot_is_pressed(to));
    fake_slot_blink(to);
    fake_slot_ack(to);
    fake_slot_light(to);
    expect_done(to, "aborted", true, 1);
    expect_quiet(to);
    fake_guest_stop(from);
    fake_guest_stop(to);
}

/* Acknowledged here, and about to blink there: no second press. */
static void acknowledged(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, c->from, false), *to;

    c->ops->listen(from);
    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    fake_slot_ack(from);
    to = migrate(from, c->to);
    expect_request(to, "requested", true, 1);
    g_assert_false(fake_slot_is_pressed(to));
    fake_slot_blink(to);
    c->ops->let_go(to);
    expect_done(to, "deleted", false, 1);
    expect_quiet(to);
    fake_guest_stop(from);
    fake_guest_stop(to);
}

/* The press is under way: the guest's agreement comes there. */
static void cancelled_while_blinking(gconstpointer data)
{
    const Case *c = data;
    FakeGuest *from = fake_guest_start(c->ops, c->from, false), *to;

    c->ops->listen(from);
    qmp_ok(from->vm->qmp, "device_del", "{'id': 'dev0'}");
    c->ops->take(from);
    qmp_ok(from->vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    to = migrate(from, c->to);
    fake_slot_ack(to);
    fake_slot_light(to);
    expect_done(to, "aborted", true, 1);
    expect_quiet(to);
    fake_guest_stop(from);
    fake_guest_stop(to);
}

static void add(const char *name, void (*fn)(gconstpointer), Case c)
{
    g_autofree char *path =
        g_strdup_printf("/unplug-migration/%s/%s/%s-%s-%s-to-%s", name,
                        c.ops->name, c.ops->machine,
                        c.seen ? "seen" : "unseen",
                        c.from ? c.from : "stock", c.to ? c.to : "stock");

    g_strdelimit(path, "=", '-');
    g_test_add_data_func_full(path, g_memdup2(&c, sizeof(c)), fn, g_free);
}

int main(int argc, char **argv)
{
    static const char *const modes[] = { "migrate=off", "migrate=on" };
    const FakeGuestOps *const *ops;
    unsigned seen, m;

    g_test_init(&argc, &argv, NULL);
    for (ops = fake_guests; *ops; ops++) {
        for (seen = 0; seen < 2; seen++) {
            for (m = 0; m < 2; m++) {
                add("completes-there", completes_there,
                    (Case){ *ops, seen, modes[m], modes[m] });
            }
            add("completes-there", completes_there,
                (Case){ *ops, seen, "migrate=off", NULL });
        }
        add("timed-out-here", timed_out_here,
            (Case){ *ops, true, "migrate=on", "migrate=on" });
    }
    add("not-without-module", not_without_module,
        (Case){ fake_guest_ops("pcie"), false, "migrate=on", NULL });
    add("idle", idle,
        (Case){ fake_guest_ops("pcie"), false, "migrate=on", NULL });
    add("cancelled-here", cancelled_here,
        (Case){ fake_guest_ops("pcie"), true, "migrate=on", "migrate=on" });
    add("cancelled-here", cancelled_here,
        (Case){ fake_guest_ops("acpi-pci"), true, "migrate=on",
                "migrate=on" });
    for (m = 0; m < 2; m++) {
        Case c = { m ? &fake_shpc : &fake_pcie, true, "migrate=on",
                   "migrate=on" };

        add("acknowledged", acknowledged, c);
        add("cancelled-before-blink", cancelled_before_blink, c);
        add("cancelled-while-blinking", cancelled_while_blinking, c);
    }
    /* Here "seen" says that the VM runs while the snapshot is loaded. */
    for (seen = 0; seen < 2; seen++) {
        add("snapshot", snapshot,
            (Case){ fake_guest_ops("pcie"), seen, "", "" });
        add("snapshot", snapshot,
            (Case){ fake_guest_ops("shpc"), seen, "", "" });
    }
    return g_test_run();
}
