/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of real pseries guests that migrate with requests in flight. */
#include <string.h>
#include "guest-migration.h"
#include "papr-expect.h"

#define OFF "timeout=120,migrate=off"
#define ON "timeout=120,migrate=on"

/* With one device, in use. */
static PaprDevice *start(PaprKind kind, const char *options)
{
    PaprGuest *g = papr_guest_new(kind, options, kind == PAPR_DISK);

    test_vm_migrates(g->vm);
    test_vm_start(g->vm);
    guest_wait_ready(g->vm->guest, 0);
    return papr_take(g);
}

/* The same device where the guest has gone to; the source has ended. */
static PaprDevice *migrate(PaprDevice *d, const char *options)
{
    PaprGuest *from = d->g;
    PaprGuest *to = papr_guest_new(from->kind, options, 1);
    PaprDevice *there = papr_arrived(to, d);

    guest_migration_start(from->vm, to->vm);
    g_assert_cmpstr(guest_migration_end(from->vm), ==, "completed");
    papr_guest_stop(from);
    return there;
}

/* The interrupt for a request that was made meanwhile comes with the next. */
static void resume(PaprDevice *d)
{
    qmp_ok(d->g->vm->qmp, "cont", QMP_ANY);
    qmp_expect_no_event(d->g->vm->qmp, "STOP", 300, QMP_ANY);
    guest_poke(d->g->vm->guest);
}

/* Asked for, and migrated, before the guest has seen anything of it. */
static PaprDevice *ask_and_migrate(PaprDevice *d, const char *options)
{
    guest_migration_rest(d->g->vm);
    qmp_ok(d->g->vm->qmp, "stop", QMP_ANY);
    papr_del(d);
    return migrate(d, options);
}

static void finish(PaprDevice *d)
{
    expect_idle(d->g);
    papr_guest_stop(d->g);
}

static void removed(PaprKind kind, const char *options)
{
    PaprDevice *d = start(kind, options);

    if (kind == PAPR_DISK) {
        papr_listen(d->g);
    }
    d = ask_and_migrate(d, options);
    resume(d);
    expect_removed(d, "deleted", 1);
    finish(d);
}

/* The guest has let go of the first LMB, and keeps the others for now. */
static PaprDevice *partly(const char *options)
{
    PaprDevice *d = start(PAPR_DIMM, options);

    papr_remove_first_lmb(d);
    guest_migration_rest(d->g->vm);
    return d;
}

/* Stock never deletes a DIMM that was partly released before. */
static void completes(PaprKind kind, const char *options)
{
    PaprDevice *d = migrate(partly(options), options);

    papr_remove_other_lmbs(d);
    if (d->g->stock) {
        guest_ok(d->g->vm->guest, "true");
        qmp_expect_no_event(d->g->vm->qmp, "DEVICE_DELETED", 0, QMP_ANY);
        g_assert_true(qmp_has_device(d->g->vm->qmp, d->id));
    } else {
        expect_removed(d, "deleted", 1);
    }
    finish(d);
}

/* Cancel: it stays, or comes back; and can be asked for again. */
static void cancel(PaprDevice *d)
{
    qmp_ok(d->g->vm->qmp, "device-unplug-cancel", "{'id': %s}", d->id);
    papr_listen(d->g);
    qmp_wait_event(d->g->vm->qmp, "DEVICE_UNPLUG_DONE", 0, "{'device': %s,"
                   " 'present': true}", d->id);
    papr_release(d);
    papr_use(d);
    expect_idle(d->g);
    papr_del(d);
    expect_removed(d, "deleted", 1);
    finish(d);
}

/* The guest does not hear until later. */
static void cancelled(PaprKind kind, const char *options)
{
    PaprDevice *d = start(kind, options);

    d = ask_and_migrate(d, options);
    resume(d);
    cancel(d);
}

static void partly_cancelled(PaprKind kind, const char *options)
{
    PaprDevice *d = migrate(partly(options), options);

    cancel(d);
}

/* ------------------------------------------------------------------ cases */

typedef struct Test {
    PaprKind kind;
    void (*fn)(PaprKind kind, const char *options);
    const char *options;
} Test;

static void run(gconstpointer data)
{
    const Test *t = data;

    if (!test_host_has_guest("ppc64")) {
        g_test_skip("ANNEX_GUEST_DIR_PPC64 is not set");
        return;
    }
    t->fn(t->kind, t->options);
}

static void add(PaprKind kind, const char *name, const char *options,
                void (*fn)(PaprKind kind, const char *options))
{
    const char *side = !options ? "stock" : !strcmp(options, ON) ? "on"
                                                                 : "off";
    g_autofree char *path =
        g_strdup_printf("/papr-drc-guest-migration/%s/%s-%s",
                        papr_kind_name(kind), name, side);
    Test *t = g_new(Test, 1);

    *t = (Test){ kind, fn, options };
    g_test_add_data_func_full(path, t, run, g_free);
}

static void add_both(PaprKind kind, const char *name,
                     void (*fn)(PaprKind kind, const char *options))
{
    add(kind, name, NULL, fn);
    add(kind, name, OFF, fn);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (papr_host_removes_cores()) {
        add_both(PAPR_CORE, "removed-there", removed);
    }
    add_both(PAPR_DIMM, "removed-there", removed);
    add_both(PAPR_DIMM, "completes-there", completes);
    add(PAPR_DIMM, "completes-there", ON, completes);
    add(PAPR_DIMM, "partly-cancelled-there", ON, partly_cancelled);
    add_both(PAPR_DISK, "removed-there", removed);
    add(PAPR_DISK, "cancelled-there", OFF, cancelled);
    return g_test_run();
}
