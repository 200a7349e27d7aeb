/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs: a primary is in snapshots, also after a migration. */
#include <string.h>
#include "fake-move.h"

/* A register of the primary, which a snapshot has to bring back. */
static QtestPci primary(FakePair *f)
{
    QtestPci port = { f->vm->qtest, 0, 3, 0 };

    qtest_pci_set_buses(&port, 0, 1, 1);
    return (QtestPci){ f->vm->qtest, 1, 0, 0 };
}

#define INTERRUPT_LINE 0x3c

/* With the VM running or not. */
static void load_snapshot(FakePair *f, bool running)
{
    QtestPci pci = primary(f);

    qtest_pci_writeb(&pci, INTERRUPT_LINE, 0x66);
    if (!running) {
        qmp_ok(f->vm->qmp, "stop", QMP_ANY);
    }
    g_assert_cmpstr(qmp_hmp(f->vm->qmp, "loadvm s0"), ==, "");
    g_assert_cmphex(qtest_pci_readb(&pci, INTERRUPT_LINE), ==, 0x55);
    qmp_sync(f->vm->qmp);
    fake_pair_expect(f, "plugged");
    if (!running) {
        qmp_ok(f->vm->qmp, "cont", QMP_ANY);
        qmp_sync(f->vm->qmp);
        fake_pair_expect(f, "plugged");
    }
}

/* Whether the primary's option ROM is a block of RAM that can be sent. */
static bool is_rom_listed(FakePair *f)
{
    return strstr(qmp_hmp(f->vm->qmp, "info ramblock"), "/e1000e.rom");
}

static void save_and_load(FakePair *f)
{
    QtestPci pci = primary(f);

    g_assert_true(is_rom_listed(f));
    qtest_pci_writeb(&pci, INTERRUPT_LINE, 0x55);
    g_assert_cmpstr(qmp_hmp(f->vm->qmp, "savevm s0"), ==, "");
    load_snapshot(f, true);
    load_snapshot(f, false);
}

/* The migration did not get off: the primary is in the stream again. */
static void test_after_abort(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "unplug-timeout=1");

    test_vm_snapshot_disk(f->vm);
    fake_move_begin_file(f, NULL);
    fake_move_wait_asked(f);
    g_assert_false(is_rom_listed(f));
    fake_move_expect_failure(f, "cancelled");
    save_and_load(f);
    fake_pair_stop(f);
}

static void test_after_cancel(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, NULL);

    test_vm_snapshot_disk(f->vm);
    fake_move_begin_file(f, NULL);
    fake_move_wait_asked(f);
    qmp_ok(f->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_move_expect_failure(f, "cancelled");
    save_and_load(f);
    fake_pair_stop(f);
}

/* It has gone, and is another one now. */
static void test_after_failure(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, "settle=0.1");

    test_vm_snapshot_disk(f->vm);
    fake_move_slow(f);
    fake_move_begin_file(f, NULL);
    fake_move_wait_asked(f);
    fake_pair_release(f);
    fake_move_wait(f, "active");
    qmp_ok(f->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_move_expect_failure(f, "cancelled");
    fake_pair_wait(f, "plugged", "migration-failed");
    fake_pair_power_on(f);
    save_and_load(f);
    fake_pair_stop(f);
}

/* And so it is where a migration has gone to. */
static void test_at_destination(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, NULL);
    FakePair *to = fake_move_destination(data, NULL,
                                         FAKE_STANDBY " " FAKE_PRIMARY);

    fake_move_complete(from, to);
    fake_pair_stop(from);
    fake_pair_wait(to, "plugged", "negotiated");
    to->slot.ops->set_up(&to->slot);
    fake_pair_power_on(to);
    test_vm_snapshot_disk(to->vm);
    save_and_load(to);
    fake_pair_stop(to);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "after-abort", test_after_abort },
        { "after-cancel", test_after_cancel },
        { "after-failure", test_after_failure },
        { "at-destination", test_at_destination },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-snapshot", tests);
    return g_test_run();
}
