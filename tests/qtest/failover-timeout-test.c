/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs whose guest does not let go for a migration. */
#include <string.h>
#include "fake-move.h"
#include "fake-slots.h"

#define PAIR FAKE_STANDBY " " FAKE_PRIMARY

static bool is_native(const FakePair *f)
{
    return f->slot.ops == &fake_pcie;
}

/* What a guest can do instead of letting go. */
static void not_listening(FakePair *f)
{
    if (is_native(f)) {
        uint16_t control = qtest_pci_readw(&f->slot.pci, f->slot.cap + 0x18);

        qtest_pci_writew(&f->slot.pci, f->slot.cap + 0x18, control & ~0x21);
    } else {
        qtest_outb(f->vm->qtest, f->slot.acpi.gpe0_en, 0);
    }
}

static void paused(FakePair *f)
{
    qmp_ok(f->vm->qmp, "stop", QMP_ANY);
}

typedef struct Excuse {
    const char *reason;
    void (*before)(FakePair *f);        /* the request; or NULL */
    bool takes;                         /* the request */
} Excuse;

static const Excuse excuses[] = {
    { .reason = "not-listening", .before = not_listening },
    { .reason = "not-seen" },
    { .reason = "busy", .takes = true },
    { .reason = "vm-paused", .before = paused },
};

static void expect_timeout(FakePair *f, const char *reason,
                           const char *action)
{
    const QmpEvent *e = qmp_wait_event(f->vm->qmp, "FAILOVER_UNPLUG_TIMEOUT",
                                       0, "{'standby': 'net1',"
                                       " 'primary': 'prim0'}");

    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    reason);
    g_assert_cmpstr(json_object_get_string_member(e->data, "action"), ==,
                    action);
    g_assert_cmpint(json_object_get_int_member(e->data, "waited-ms"), >=,
                    1000);
}

static void test_aborts(gconstpointer data)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(excuses); i++) {
        FakePair *from = fake_pair_plugged(data, "unplug-timeout=1");
        FakePair *to = fake_move_destination(data, NULL, PAIR);

        if (excuses[i].before) {
            excuses[i].before(from);
        }
        fake_move_begin(from, to);
        fake_move_wait_asked(from);
        if (excuses[i].takes) {
            from->slot.ops->take(&from->slot);
        }
        expect_timeout(from, excuses[i].reason, "abort");
        fake_pair_wait(from, "plugged", "unplug-timeout");
        fake_move_expect_end(from, "cancelled");
        g_assert_cmpstr(fake_move_last(from, "outcome"), ==, "aborted");
        g_assert_cmpstr(fake_move_last(from, "reason"), ==, excuses[i].reason);
        g_assert_true(qmp_has_device(from->vm->qmp, "prim0"));
        g_assert_false(json_object_has_member(fake_pair_query(from),
                                              "migration"));
        fake_pair_stop(from);
        fake_move_abandon(to);
    }
}

static void test_removes(gconstpointer data)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(excuses); i++) {
        FakePair *from = fake_pair_plugged(data, "unplug-timeout=1,"
                                           "on-timeout=remove");
        FakePair *to = fake_move_destination(data, NULL, PAIR);

        if (excuses[i].before) {
            excuses[i].before(from);
        }
        fake_move_begin(from, to);
        fake_move_wait_asked(from);
        if (excuses[i].takes) {
            from->slot.ops->take(&from->slot);
        }
        expect_timeout(from, excuses[i].reason, "remove");
        fake_pair_wait(from, "unplugged-for-migration", "unplug-timeout");
        fake_move_expect_end(from, "completed");
        g_assert_cmpstr(fake_move_last(from, "outcome"), ==, "removed");
        if (strcmp(excuses[i].reason, "vm-paused") != 0) {
            /* The guest has not finished with the slot there. */
            fake_pair_wait(to, "slot-busy", "slot-busy");
        }
        fake_pair_stop(from);
        fake_pair_stop(to);
    }
}

/*
 * The guest begins to let go, and the migration is cancelled: the card is to
 * stay.  The next migration is to take it all the same, whatever the guest
 * has done meanwhile.
 */
static void removes_after_cancel(const char *slot, bool lets_go)
{
    FakePair *from = fake_pair_plugged(slot, "unplug-timeout=1,"
                                       "on-timeout=remove");
    FakePair *to = fake_move_destination(slot, NULL, PAIR);

    fake_move_begin_file(from, NULL);
    fake_move_wait_asked(from);
    from->slot.ops->take(&from->slot);
    qmp_ok(from->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_pair_wait(from, "plugged", "migration-failed");
    fake_move_expect_failure(from, "cancelled");
    if (lets_go) {
        from->slot.ops->let_go(&from->slot);
    }
    fake_move_begin(from, to);
    if (!lets_go) {
        expect_timeout(from, "busy", "remove");
        fake_pair_wait(from, "unplugged-for-migration", "unplug-timeout");
    }
    fake_move_expect_end(from, "completed");
    fake_pair_expect(from, "unplugged-for-migration");
    /* Not at the second attempt. */
    g_assert_cmpuint(qmp_count_events(from->vm->qmp,
                                      "FAILOVER_UNPLUG_TIMEOUT", QMP_ANY),
                     <=, 1);
    fake_pair_stop(from);
    fake_pair_stop(to);
}

static void test_removes_after_cancel(gconstpointer data)
{
    removes_after_cancel(data, false);
    removes_after_cancel(data, true);
}

/* Native slots alone can say no. */
static void test_refused(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, "unplug-timeout=60");
    FakePair *to = fake_move_destination(data, NULL, PAIR);
    const QmpEvent *e;

    fake_move_begin(from, to);
    fake_move_wait_asked(from);
    from->slot.ops->take(&from->slot);
    from->slot.ops->refuse(&from->slot);
    e = qmp_wait_event(from->vm->qmp, "FAILOVER_UNPLUG_TIMEOUT", 0, QMP_ANY);
    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    "refused");
    fake_pair_wait(from, "plugged", "refused");
    fake_move_expect_end(from, "cancelled");
    fake_pair_expect(from, "plugged");
    fake_pair_stop(from);
    fake_move_abandon(to);
}

/* The slot is in the middle of something else at first. */
static void test_asks_again(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, NULL);
    FakePair *to = fake_move_destination(data, NULL, PAIR);

    fake_slot_blink(&from->slot);
    fake_move_begin(from, to);
    fake_move_wait_asked(from);
    g_assert_false(fake_slot_is_pressed(&from->slot));
    fake_slot_light(&from->slot);
    while (!fake_slot_is_pressed(&from->slot)) {
        g_usleep(1000);
    }
    fake_pair_release(from);
    fake_move_expect_end(from, "completed");
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

/* A guest that lets go after the abort gets the primary back. */
static void test_lets_go_after_abort(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, "unplug-timeout=1,settle=0.2");
    FakePair *to = fake_move_destination(data, NULL, PAIR);

    fake_move_begin(from, to);
    fake_move_wait_asked(from);
    from->slot.ops->take(&from->slot);
    expect_timeout(from, "busy", "abort");
    fake_move_expect_end(from, "cancelled");
    from->slot.ops->let_go(&from->slot);
    qmp_wait_event(from->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'prim0', 'outcome': 'undone'}");
    g_assert_true(qmp_has_device(from->vm->qmp, "prim0"));
    fake_pair_expect(from, "plugged");
    fake_pair_stop(from);
    fake_move_abandon(to);
}

/* @taken: by then the guest has taken our request. */
static void deleted_after_abort(const char *transport, bool taken)
{
    FakePair *f = fake_pair_plugged(transport, "unplug-timeout=1,settle=0.2");

    fake_move_begin_file(f, NULL);
    fake_move_wait_asked(f);
    if (taken) {
        f->slot.ops->take(&f->slot);
    }
    fake_move_expect_failure(f, "cancelled");
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'prim0'}");
    if (taken) {
        f->slot.ops->let_go(&f->slot);
    } else {
        fake_pair_release(f);
    }
    fake_pair_wait(f, "plugged", "unplug-timeout");
    fake_pair_wait(f, "hidden", "user");
    g_assert_cmpuint(json_array_get_length(
        json_object_get_array_member(fake_pair_query(f), "candidates")),
        ==, 0);
    fake_pair_stop(f);
}

/* A request of the user's after that is not taken for ours. */
static void test_deleted_after_abort(gconstpointer data)
{
    deleted_after_abort(data, false);
    /* A native slot that blinks has no time for the user's. */
    if (strcmp(data, "acpi-pci") == 0) {
        deleted_after_abort(data, true);
    }
}

/* The machine is reset while the migration waits: nobody has to let go. */
static void test_reset_while_waiting(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, "unplug-timeout=60");
    FakePair *to = fake_move_destination(data, NULL, PAIR);

    fake_move_begin(from, to);
    fake_move_wait_asked(from);
    qmp_ok(from->vm->qmp, "system_reset", QMP_ANY);
    fake_pair_wait(from, "unplugged-for-migration", "unplugged");
    fake_move_expect_end(from, "completed");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "aborts", test_aborts },
        { "removes", test_removes },
        { "removes-after-cancel", test_removes_after_cancel },
        { "lets-go-after-abort", test_lets_go_after_abort },
        { "deleted-after-abort", test_deleted_after_abort },
        { "reset-while-waiting", test_reset_while_waiting },
        { "refused", test_refused, true },
        { "asks-again", test_asks_again, true },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-timeout", tests);
    return g_test_run();
}
