/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of real Linux guests that migrate with requests in flight. */
#include <string.h>
#include "failure.h"
#include "guest-migration.h"
#include "unplug-expect.h"

#define OFF "timeout=120,migrate=off"
#define ON "timeout=120,migrate=on"

/* Requests that the guest holds, that it has seen, that it has not seen. */
enum { HELD, SEEN, UNSEEN, N_STATES };

typedef struct Case {
    const char *setup;
    const char *from;           /* options of the module, or NULL: stock */
    const char *to;
} Case;

static UnplugGuest *start(const Case *c)
{
    UnplugGuest *g = unplug_guest_new(unplug_setup(c->setup), c->from,
                                      N_STATES);

    test_vm_migrates(g->vm);
    test_vm_start(g->vm);
    guest_wait_ready(g->vm->guest, 0);
    return g;
}

/* To a machine of the same set-up; both are stopped afterwards. */
static UnplugGuest *migrate(UnplugGuest *from, const char *options)
{
    UnplugGuest *to = unplug_guest_new(from->setup, options, N_STATES);

    guest_migration_start(from->vm, to->vm);
    g_assert_cmpstr(guest_migration_end(from->vm), ==, "completed");
    return to;
}

/* As the device's record on the destination begins. */
typedef struct Arrival {
    int attempt;                /* 0: there is none */
    const char *outcome;        /* in the end; NULL: it stays */
} Arrival;

/*
 * What the registers tell: an ACPI CPU or DIMM request only until the guest
 * has taken it, and of a DIMM not even that (the host does not migrate it).
 * With migrate=on, the one for the DIMM is made again.
 */
static Arrival arrival(const UnplugSetup *setup, const Case *c, int state)
{
    bool on = c->from && !strcmp(c->from, ON);
    int attempt = state == UNSEEN && on ? 2 : 1;

    if (setup->kind == UNPLUG_KIND_DIMM && state == UNSEEN) {
        return on ? (Arrival){ 2, "deleted" } : (Arrival){ 0, NULL };
    }
    if (setup->kind != UNPLUG_KIND_DISK && state != UNSEEN && !on) {
        return (Arrival){ 0, "unsolicited" };
    }
    return (Arrival){ attempt, "deleted" };
}

/* Ask for all; the VM is stopped then. */
static void ask(UnplugGuest *g, UnplugDevice *d[])
{
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
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    device_del(d[UNSEEN]);
    device_del(d[UNSEEN]);
    g_assert_cmpint(request_int(d[UNSEEN], "attempt"), ==, 2);
}

static void complete(UnplugGuest *to, UnplugDevice *d[], const Case *c)
{
    UnplugDevice *there[N_STATES];
    int i;

    for (i = 0; i < N_STATES; i++) {
        there[i] = device_arrived(to, d[i]);
    }
    qmp_ok(to->vm->qmp, "cont", QMP_ANY);
    guest_ok(to->vm->guest, "true");
    for (i = 0; i < N_STATES && c->to; i++) {
        int attempt = request_int(there[i], "attempt");

        /* Those that the guest did not see before, it completes at once. */
        if (i != UNSEEN || to->setup->driver) {
            g_assert_cmpint(MAX(attempt, 0), ==,
                            arrival(to->setup, c, i).attempt);
        }
    }
    device_release(there[HELD]);
    for (i = 0; i < N_STATES; i++) {
        Arrival a = arrival(to->setup, c, i);

        if (!a.outcome) {
            device_works(there[i]);
        } else if (c->to) {
            expect_done(there[i], a.outcome, false, a.attempt);
        } else {
            expect_deleted(there[i]);
        }
    }
    expect_quiet(to);
}

static void completes_there(gconstpointer data)
{
    const Case *c = data;
    UnplugGuest *from = start(c), *to;
    UnplugDevice *d[N_STATES];

    ask(from, d);
    to = migrate(from, c->to);
    complete(to, d, c);
    unplug_guest_stop(from);
    unplug_guest_stop(to);
}

/* The stream has our section: stock refuses it, and the source goes on. */
static void not_without_module(gconstpointer data)
{
    const Case *c = data;
    UnplugGuest *from = start(c);
    UnplugGuest *to = unplug_guest_new(from->setup, NULL, N_STATES);
    UnplugDevice *d = device_take(from);
    g_autofree char *text = NULL;

    device_hold(d);
    device_del(d);
    device_wait_held(d);
    guest_migration_start(from->vm, to->vm);
    test_vm_wait_exit(to->vm, 0);
    text = test_vm_stderr(to->vm);
    g_assert_nonnull(strstr(text, "'annex-unplug'"));
    g_assert_cmpstr(guest_migration_end(from->vm), ==, "failed");
    expect_state(d, "seen", 1);
    guest_ok(from->vm->guest, "true");
    device_release(d);
    expect_done(d, "deleted", false, 1);
    expect_quiet(from);
    unplug_guest_stop(from);
    unplug_guest_free(to);
}

/*
 * The guest lets go while the source is still sending, and the destination
 * was started with the device.  An ACPI slot does not tell, and nothing asks
 * for the device there.  A PCIe port has Presence Detect State in its stream,
 * which QEMU compares up to 7.2: the migration fails, and the source goes on.
 */
static void completes_in_precopy(gconstpointer data)
{
    const Case *c = data;
    UnplugGuest *from = start(c);
    UnplugGuest *to = unplug_guest_new(from->setup, c->to, N_STATES);
    UnplugDevice *d = device_take(from);

    device_hold(d);
    device_del(d);
    device_wait_held(d);
    qmp_ok(from->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 1000000}");
    guest_migration_start(from->vm, to->vm);
    qmp_wait_event(from->vm->qmp, "MIGRATION", 0, "{'status': 'active'}");
    g_assert_nonnull(strstr(qmp_error(from->vm->qmp, "device_del",
                                      "{'id': 'dev1'}"), "migrating"));
    device_release(d);
    expect_done(d, "deleted", false, 1);
    expect_quiet(from);
    qmp_ok(from->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 10000000000}");
    if (!strcmp(c->setup, "pcie") && test_host_series() < 1000) {
        g_assert_cmpstr(guest_migration_end(from->vm), ==, "failed");
        guest_ok(from->vm->guest, "true");
        test_vm_wait_exit(to->vm, 0);
    } else {
        g_assert_cmpstr(guest_migration_end(from->vm), ==, "completed");
        guest_ok(to->vm->guest, "true");
        expect_no_requests(to);
        expect_quiet(to);
    }
    unplug_guest_stop(from);
    unplug_guest_free(to);
}

static const char *side(const char *options)
{
    return !options ? "stock" : !strcmp(options, ON) ? "on" : "off";
}

typedef struct Test {
    void (*fn)(gconstpointer);
    Case c;
} Test;

static void run(gconstpointer data)
{
    const Test *t = data;

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    t->fn(&t->c);
}

static void add(const char *name, void (*fn)(gconstpointer), Case c)
{
    g_autofree char *path =
        g_strdup_printf("/unplug-guest-migration/%s/%s-%s-to-%s", c.setup,
                        name, side(c.from), side(c.to));
    Test *t = g_new(Test, 1);

    *t = (Test){ fn, c };
    g_test_add_data_func_full(path, t, run, g_free);
}

int main(int argc, char **argv)
{
    static const char *const setups[] = {
        "pcie", "acpi-pci-q35", "shpc", "acpi-cpu", "acpi-memory",
    };
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(setups); i++) {
        add("completes-there", completes_there,
            (Case){ setups[i], OFF, OFF });
        add("completes-there", completes_there, (Case){ setups[i], ON, ON });
    }
    add("completes-there", completes_there, (Case){ "pcie", OFF, NULL });
    add("completes-there", completes_there,
        (Case){ "acpi-pci-q35", OFF, NULL });
    add("not-without-module", not_without_module,
        (Case){ "acpi-pci-q35", ON, NULL });
    add("completes-in-precopy", completes_in_precopy,
        (Case){ "pcie", OFF, OFF });
    add("completes-in-precopy", completes_in_precopy,
        (Case){ "acpi-pci-q35", ON, ON });
    return g_test_run();
}
