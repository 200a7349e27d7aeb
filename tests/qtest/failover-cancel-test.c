/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs whose migration is cancelled, or fails, in each state. */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "failure.h"
#include "fake-acpi.h"
#include "fake-move.h"
#include "fake-slots.h"

#define PAIR FAKE_STANDBY " " FAKE_PRIMARY
#define OPTIONS "unplug-timeout=60,settle=0.2"

/* PCI Express 6.0, 7.5.3. */
#define SLOT_CONTROL 0x18
#define SLOT_STATUS 0x1a
#define STATUS_PRESENT 0x40

static bool is_native(const FakePair *f)
{
    return f->slot.ops == &fake_pcie;
}

static uint16_t slot(FakePair *f, unsigned reg)
{
    return qtest_pci_readw(&f->slot.pci, f->slot.cap + reg);
}

/* The guest finds a card that was not there before, and takes it. */
static void expect_new(FakePair *f)
{
    fake_pair_wait(f, "plugged", "migration-failed");
    g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));
    if (is_native(f)) {
        g_assert_cmphex(slot(f, SLOT_STATUS) & STATUS_PRESENT, !=, 0);
        fake_pair_power_on(f);
        g_assert_false(fake_slot_is_pressed(&f->slot));
    } else {
        g_assert_false(fake_acpi_is_requested(&f->slot));
        g_assert_true(fake_acpi_is_inserted(&f->slot));
    }
}

/* The primary has stayed, and the guest sees no request any longer. */
static void expect_kept(FakePair *f)
{
    fake_pair_expect(f, "plugged");
    g_assert_true(qmp_has_device(f->vm->qmp, "prim0"));
    if (is_native(f)) {
        g_assert_false(fake_slot_is_pressed(&f->slot));
        g_assert_cmphex(slot(f, SLOT_CONTROL) & 0x0700, ==, 0x0100);
    } else {
        g_assert_false(fake_acpi_is_requested(&f->slot));
        g_assert_false(fake_acpi_is_inserted(&f->slot));
    }
}

/* Nothing is left of the failure: the next one goes there, and back. */
static void migrate_again(FakePair *from, const char *transport)
{
    FakePair *to = fake_move_destination(transport, OPTIONS, PAIR);

    fake_move_fast(from);
    fake_move_complete(from, to);
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(from);
    fake_pair_stop(to);
}

static FakePair *begin(const char *transport)
{
    FakePair *f = fake_pair_plugged(transport, OPTIONS);

    fake_move_slow(f);
    fake_move_begin_file(f, NULL);
    fake_move_wait_asked(f);
    return f;
}

static void cancel(FakePair *f)
{
    qmp_ok(f->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_move_expect_failure(f, "cancelled");
}

static void test_not_seen(gconstpointer data)
{
    FakePair *f = begin(data);

    cancel(f);
    fake_pair_wait(f, "plugged", "migration-failed");
    g_assert_cmpstr(fake_move_last(f, "outcome"), ==, "cancelled");
    expect_kept(f);
    migrate_again(f, data);
}

/* A guest that blinks is told by another press, one by ACPI cannot be. */
static void test_taken(gconstpointer data)
{
    FakePair *f = begin(data);

    f->slot.ops->take(&f->slot);
    cancel(f);
    fake_pair_wait(f, "plugged", "migration-failed");
    if (is_native(f)) {
        g_assert_true(fake_slot_is_pressed(&f->slot));
        fake_slot_ack(&f->slot);
        fake_slot_light(&f->slot);
    } else {
        f->slot.ops->let_go(&f->slot);
        qmp_wait_event(f->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': 'prim0', 'outcome': 'undone'}");
        g_assert_true(fake_acpi_is_inserted(&f->slot));
    }
    expect_kept(f);
    migrate_again(f, data);
}

/* The next migration finds the guest at what the first has asked for. */
static void test_still_taken(gconstpointer data)
{
    FakePair *f = begin(data);
    FakePair *to = fake_move_destination(data, OPTIONS, PAIR);

    f->slot.ops->take(&f->slot);
    cancel(f);
    fake_pair_wait(f, "plugged", "migration-failed");
    fake_move_fast(f);
    fake_move_begin(f, to);
    fake_move_wait_asked(f);
    f->slot.ops->let_go(&f->slot);
    fake_pair_wait(f, "unplugged-for-migration", "unplugged");
    fake_move_expect_end(f, "completed");
    fake_pair_wait(to, "plugged", "negotiated");
    fake_pair_stop(f);
    fake_pair_stop(to);
}

/* The device leaves while the user cancels: whichever is first. */
static void test_letting_go(gconstpointer data)
{
    unsigned i;

    for (i = 0; i < 4; i++) {
        FakePair *f = begin(data);
        gint64 id;

        f->slot.ops->take(&f->slot);
        id = qmp_send(f->vm->qmp, "migrate_cancel", QMP_ANY);
        /* Time for the answer, or for some of it. */
        g_usleep(i * 500);
        f->slot.ops->let_go(&f->slot);
        g_assert_null(qmp_reply(f->vm->qmp, id, 0)->error_class);
        fake_move_expect_failure(f, "cancelled");
        expect_new(f);
        migrate_again(f, data);
    }
}

static FakePair *begin_active(const char *transport)
{
    FakePair *f = begin(transport);

    fake_pair_release(f);
    fake_pair_wait(f, "unplugged-for-migration", "unplugged");
    fake_move_wait(f, "active");
    return f;
}

static void test_active(gconstpointer data)
{
    FakePair *f = begin_active(data);

    cancel(f);
    expect_new(f);
    migrate_again(f, data);
}

/* With the VM stopped, and its devices not sent yet. */
static void test_before_switchover(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, OPTIONS);

    qmp_ok(f->vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'pause-before-switchover', 'state': true}]}");
    fake_move_begin_file(f, NULL);
    fake_move_wait_asked(f);
    fake_pair_release(f);
    fake_move_wait(f, "pre-switchover");
    cancel(f);
    expect_new(f);
    qmp_ok(f->vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'pause-before-switchover', 'state': false}]}");
    migrate_again(f, data);
}

/* A server that is there, and does not accept. */
static int deaf_server(FakePair *f, int *first)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(g_snprintf(addr.sun_path, sizeof(addr.sun_path),
                               "%s/deaf", f->vm->dir), <,
                    sizeof(addr.sun_path));
    g_assert_cmpint(bind(fd, (void *)&addr, sizeof(addr)), ==, 0);
    g_assert_cmpint(listen(fd, 0), ==, 0);
    g_assert_cmpint(connect(*first, (void *)&addr, sizeof(addr)), ==, 0);
    return fd;
}

/* Until QEMU has nothing to do with it any longer. */
static void serve_one(int server)
{
    int fd = accept(server, NULL, NULL);
    char bytes[4096];

    while (read(fd, bytes, sizeof(bytes)) > 0) {
    }
    close(fd);
}

/* There is no connection yet, and the guest is not asked. */
static void test_setup(gconstpointer data)
{
    FakePair *f = fake_pair_plugged(data, OPTIONS);
    int first, server = deaf_server(f, &first);

    fake_move_watch(f);
    qmp_ok(f->vm->qmp, "migrate", "{'uri': 'unix:%s/deaf'}", f->vm->dir);
    fake_move_wait(f, "setup");
    qmp_ok(f->vm->qmp, "migrate_cancel", QMP_ANY);
    close(accept(server, NULL, NULL));
    serve_one(server);
    fake_move_expect_failure(f, "cancelled");
    close(server);
    close(first);
    g_assert_cmpuint(qmp_count_events(f->vm->qmp, "FAILOVER_PRIMARY_CHANGED",
                                      "{'state': 'unplugging'}"), ==, 0);
    expect_kept(f);
    migrate_again(f, data);
}

/* The destination dies before, or after, the guest has let go. */
static void test_destination_dies(gconstpointer data)
{
    int waiting;

    for (waiting = 0; waiting < 2; waiting++) {
        FakePair *from = fake_pair_plugged(data, OPTIONS);
        FakePair *to = fake_move_destination(data, OPTIONS, PAIR);

        fake_move_slow(from);
        fake_move_begin(from, to);
        fake_move_wait_asked(from);
        if (waiting) {
            test_vm_kill(to->vm);
        }
        fake_pair_release(from);
        fake_pair_wait(from, "unplugged-for-migration", "unplugged");
        fake_move_wait(from, "active");
        if (!waiting) {
            test_vm_kill(to->vm);
        }
        fake_move_fast(from);
        fake_move_expect_failure(from, "failed");
        fake_move_abandon(to);
        expect_new(from);
        migrate_again(from, data);
    }
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "setup", test_setup },
        { "not-seen", test_not_seen },
        { "taken", test_taken },
        { "still-taken", test_still_taken },
        { "letting-go", test_letting_go },
        { "active", test_active },
        { "before-switchover", test_before_switchover },
        { "destination-dies", test_destination_dies },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-cancel", tests);
    return g_test_run();
}
