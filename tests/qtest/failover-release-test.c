/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs whose guest lets go at about the deadline. */
#include <string.h>
#include "fake-acpi.h"
#include "fake-move.h"
#include "fake-slots.h"

#define PAIR FAKE_STANDBY " " FAKE_PRIMARY
#define TIMEOUT_MS 3000

/* When the guest lets go, from the deadline; the last sees the abort. */
static const int from_deadline_ms[] = { -100, -60, -40, -30, -20, 0, 100 };

#define N G_N_ELEMENTS(from_deadline_ms)

typedef struct Release {
    FakePair *f;
    gint64 when_us;
} Release;

static void sleep_until(gint64 when_us)
{
    gint64 now_us = g_get_monotonic_time();

    if (when_us > now_us) {
        g_usleep(when_us - now_us);
    }
}

static void begin(Release *r, int ms)
{
    const QmpEvent *e;

    fake_move_begin_file(r->f, NULL);
    e = fake_pair_wait(r->f, "unplugging", "migration");
    r->when_us = e->received_us + (TIMEOUT_MS + ms) * 1000;
    r->f->slot.ops->take(&r->f->slot);
}

/* The guest finds a card in the slot that it has emptied. */
static void take_new(FakePair *f)
{
    g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));
    if (f->slot.ops == &fake_pcie) {
        fake_pair_power_on(f);
    } else {
        g_assert_false(fake_acpi_is_requested(&f->slot));
        g_assert_true(fake_acpi_is_inserted(&f->slot));
    }
}

/* It is the migration that has ended well, or the primary that is there. */
static void expect_completed(FakePair *f)
{
    fake_pair_expect(f, "unplugged-for-migration");
    g_assert_cmpstr(fake_move_last(f, "outcome"), ==, "unplugged");
    g_assert_false(qmp_has_device(f->vm->qmp, "prim0"));
    fake_move_wait_postmigrate(f);
    qmp_ok(f->vm->qmp, "cont", QMP_ANY);
    fake_pair_wait(f, "plugged", "migration-failed");
}

static void expect_aborted(FakePair *f)
{
    g_assert_nonnull(qmp_find_event(f->vm->qmp, "FAILOVER_UNPLUG_TIMEOUT",
                                    "{'reason': 'busy'}"));
    qmp_wait_event(f->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'prim0'}");
    if (!qmp_has_device(f->vm->qmp, "prim0")) {
        fake_pair_wait(f, "plugged", "migration-failed");
    }
    fake_pair_expect(f, "plugged");
}

static void test_deadline(gconstpointer data)
{
    Release all[N];
    unsigned i, aborted = 0;

    for (i = 0; i < N; i++) {
        all[i].f = fake_pair_plugged(data, "unplug-timeout=3,settle=0.1");
    }
    for (i = 0; i < N; i++) {
        begin(&all[i], from_deadline_ms[i]);
    }
    for (i = 0; i < N; i++) {
        sleep_until(all[i].when_us);
        all[i].f->slot.ops->let_go(&all[i].f->slot);
    }
    for (i = 0; i < N; i++) {
        FakePair *f = all[i].f;
        FakePair *to = fake_move_destination(data, NULL, PAIR);
        const char *end = fake_move_end(f);

        if (!strcmp(end, "completed")) {
            expect_completed(f);
        } else {
            expect_aborted(f);
            aborted++;
        }
        take_new(f);
        fake_move_complete(f, to);
        fake_pair_wait(to, "plugged", "negotiated");
        fake_pair_stop(f);
        fake_pair_stop(to);
    }
    g_test_message("%u of %zu aborted", aborted, N);
}

/* One of two guests' drivers does not let go: both primaries stay. */
static void test_one_of_two(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, "unplug-timeout=1,settle=0.1", PAIR
                                " -device virtio-net-pci,id=net2,addr=8"
                                " -device e1000e,id=prim2,bus=rp1,"
                                "standby=net2");
    FakePair *second;
    int n;

    fake_pair_start(f);
    second = fake_pair_second(f, "net2", 8);
    fake_pair_drive(f, true);
    fake_pair_drive(second, true);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_wait(second, "plugged", "negotiated");
    fake_pair_power_on(f);
    fake_pair_power_on(second);
    for (n = 0; n < 2; n++) {
        fake_move_begin_file(f, NULL);
        fake_move_wait_asked(f);
        fake_pair_wait(second, "unplugging", "migration");
        if (n) {
            fake_pair_release(second);
        }
        fake_move_expect_failure(f, "cancelled");
        fake_pair_wait(f, "plugged", "unplug-timeout");
        qmp_wait_event(f->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': 'prim0', 'outcome': 'withdrawn'}");
        qmp_wait_event(f->vm->qmp, "FAILOVER_PRIMARY_CHANGED", 0,
                       "{'standby': 'net2', 'state': 'plugged'}");
        g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));
        g_assert_true(qmp_has_device(f->vm->qmp, "prim2"));
    }
    fake_pair_stop(f);
    g_free(second);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "deadline", test_deadline },
        { "one-of-two", test_one_of_two },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-release", tests);
    return g_test_run();
}
