/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stock QEMU does wrong at PAPR connectors; see docs/papr-drc.rst. */
#include "failure.h"
#include "fake-papr.h"
#include "unplug-events.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* The same with the module: papr-drc-test.c and papr-migration-test.c. */
#define TEST(ops, name, fn, paused) \
    papr_test("-stock", ops, name, fn, NULL, paused)

static void ask(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
}

static void let_first_go(FakeGuest *g)
{
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
}

/* QEMU aborts, and says this. */
static void expect_abort(FakeGuest *g, const char *words)
{
    int status = test_vm_wait_exit(g->vm, 0);
    g_autofree char *text = test_vm_stderr(g->vm);

    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, SIGABRT);
    if (!strstr(text, words)) {
        test_fail("not '%s' but: %s", words, text);
    }
    test_vm_free(g->vm);
    g_free(g);
}

static void refusal_after_migration(FakeGuest *from)
{
    FakeGuest *to;

    ask(from);
    to = fake_papr_migrate(from, NULL);
    papr_unisolate_and_die(to, 0);
    expect_abort(to, "spapr_memory_unplug_rollback: assertion failed: (ds)");
}

/* All that the guest has to let go is gone; the DIMM is not. */
static void half_migrated(FakeGuest *from)
{
    FakeGuest *to;

    ask(from);
    let_first_go(from);
    to = fake_papr_migrate(from, NULL);
    g_assert_cmpint(papr_isolate(to, 1), ==, 0);
    g_assert_cmpint(papr_set_unusable(to, 1), ==, 0);
    qmp_ok(to->vm->qmp, "stop", QMP_ANY);
    g_assert_null(qmp_find_event(to->vm->qmp, "DEVICE_DELETED",
                                 "{'device': 'dev0'}"));
    qmp_ok(to->vm->qmp, "qom-list",
           "{'path': '/machine/peripheral/dev0'}");
    fake_guest_stop(to);
}

/* What was let go stays so; a device without an LMB cannot be asked for. */
static void half_refused(void)
{
    FakeGuest *g = fake_papr_start(&fake_papr_dimm, NULL, true);

    ask(g);
    let_first_go(g);
    g_assert_cmpint(papr_unisolate(g, 1), ==, 0);
    g_assert_cmpint(papr_set_usable(g, 0), ==, -3);
    qmp_send(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_abort(g, "spapr_drc_unplug_request: assertion failed: "
                    "(drc->dev)");
}

static void refused_twice(FakeGuest *g)
{
    ask(g);
    g_assert_cmpint(papr_unisolate(g, 1), ==, 0);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
}

/* Nor does the guest get a second chance. */
static void refused_in_vain(FakeGuest *g)
{
    ask(g);
    g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
    g_assert_null(qmp_find_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR",
                                 QMP_ANY));
    qmp_error(g->vm->qmp, "device_del", "{'id': 'dev0'}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(&fake_papr_dimm, "refusal-after-migration", refusal_after_migration,
         false);
    TEST(&fake_papr_dimm, "half-migrated", half_migrated, false);
    TEST(&fake_papr_dimm, "refused-twice", refused_twice, true);
    TEST(&fake_papr_pci, "refused-in-vain", refused_in_vain, true);
    g_test_add_func("/papr-drc-stock/papr-dimm/half-refused", half_refused);
    return g_test_run();
}
