/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs whose candidates cannot be created, as seen by strace. */
#include <string.h>
#include "failure.h"
#include "fake-move.h"

/* A device that no host has, and where QEMU looks for it. */
#define HOST "ffff:1f:1f.7"
#define ABSENT "-device vfio-pci,id=a,bus=rp0,host=" HOST ",standby=net1 "
#define SYSFS "/sys/bus/pci/devices/" HOST

/* A VM whose system calls with paths are recorded. */
static FakePair *traced(const char *transport, const char *options,
                        const char *devices)
{
    FakePair *f = fake_pair_new(transport, options, devices);
    g_autofree char *command =
        g_strdup_printf("strace -D -f -e trace=%%file -o %s/strace.log",
                        f->vm->dir);

    test_vm_wrapper(f->vm, command);
    return f;
}

/* Have QEMU open a file of this name. */
static void mark(FakePair *f, const char *name)
{
    qmp_ok(f->vm->qmp, "pmemsave",
           "{'val': 0, 'size': 1, 'filename': '%s/%s'}", f->vm->dir, name);
}

/* Have QEMU quit: all that was recorded. */
static GString *quit(FakePair *f)
{
    g_autofree char *path = g_build_filename(f->vm->dir, "strace.log", NULL);
    g_autofree char *end = g_strdup_printf("^%d +[+]{3} exited with 0",
                                           f->vm->pid);
    gint64 deadline = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;
    GString *all = g_string_new(NULL);

    test_vm_quit(f->vm);
    while (!g_regex_match_simple(end, all->str, G_REGEX_MULTILINE, 0)) {
        g_autofree char *text = NULL;

        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_string_assign(all, text);
    }
    return all;
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;

    while ((text = strstr(text, word))) {
        text += strlen(word);
        n++;
    }
    return n;
}

/* Quit; nothing of the host's device was looked at before the mark. */
static void expect_opened_after(FakePair *f, const char *name,
                                unsigned attempts)
{
    GString *text = quit(f);
    char *mark = strstr(text->str, name);

    g_assert_nonnull(mark);
    g_assert_cmpuint(count(mark, SYSFS "\""), ==, attempts);
    *mark = '\0';
    g_assert_null(strstr(text->str, "/dev/vfio"));
    g_assert_null(strstr(text->str, "/sys/bus/pci"));
    g_string_free(text, true);
    test_vm_free(f->vm);
    g_free(f);
}

/* What a stock QEMU says about the device. */
static const char *stock_error(FakePair *f)
{
    return qmp_error(f->vm->qmp, "device_add", "{'driver': 'vfio-pci',"
                     " 'id': 'stock', 'bus': 'rp1', 'host': '" HOST "'}");
}

static const QmpEvent *expect_failed(FakePair *f, const char *state,
                                     int attempt)
{
    const QmpEvent *e = fake_pair_wait(f, state, "plug-failed");

    g_assert_cmpint(json_object_get_int_member(e->data, "attempt"), ==,
                    attempt);
    return e;
}

static void test_not_before_ack(gconstpointer data)
{
    FakePair *f = traced(data, NULL, FAKE_STANDBY " " ABSENT FAKE_PRIMARY);
    const QmpEvent *e;

    fake_pair_start(f);
    fake_pair_drive(f, false);
    qmp_sync(f->vm->qmp);
    mark(f, "before-ack");
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugging", "negotiated");
    e = expect_failed(f, "plugging", 1);
    fake_pair_wait(f, "plugged", "negotiated");
    g_assert_cmpstr(json_object_get_string_member(e->data, "message"), ==,
                    stock_error(f));
    g_assert_cmpuint(qmp_count_events(f->vm->qmp, "FAILOVER_PRIMARY_CHANGED",
                                      "{'reason': 'plug-failed'}"), ==, 1);
    /* Once by us, and once for the comparison. */
    expect_opened_after(f, "before-ack", 2);
}

/* As often as is said, and in times that double. */
static void test_attempts(gconstpointer data)
{
    FakePair *f = traced(data, "retries=2", FAKE_STANDBY " " ABSENT);
    gint64 first, second, third;

    fake_pair_start(f);
    mark(f, "before-ack");
    fake_pair_drive(f, true);
    first = expect_failed(f, "failed", 1)->time_us;
    second = expect_failed(f, "failed", 2)->time_us;
    third = expect_failed(f, "failed", 3)->time_us;
    /* 1 s and 2 s, from a moment before the event: on a busy host, long. */
    g_assert_cmpint(second - first, >=, 500 * 1000);
    g_assert_cmpint(third - second, >=, 1500 * 1000);
    expect_opened_after(f, "before-ack", 3);
}

/* Nor at a destination, before the VM runs there. */
static void test_not_before_running(gconstpointer data)
{
    FakePair *from = fake_pair_plugged(data, NULL);
    FakePair *to = traced(data, "retries=0", FAKE_STANDBY " " ABSENT);

    test_vm_args(to->vm, "-incoming defer -S");
    test_vm_start(to->vm);
    fake_move_complete(from, to);
    fake_pair_stop(from);
    fake_pair_expect(to, "hidden");
    mark(to, "before-cont");
    qmp_ok(to->vm->qmp, "cont", QMP_ANY);
    expect_failed(to, "failed", 1);
    expect_opened_after(to, "before-cont", 1);
}

/* What is missing is given later. */
static void test_netdev_comes(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY
                                " -netdev hubport,hubid=0,id=n0 "
                                FAKE_PRIMARY ",netdev=n0");
    const QmpEvent *e;

    fake_pair_start(f);
    qmp_ok(f->vm->qmp, "netdev_del", "{'id': 'n0'}");
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugging", "negotiated");
    e = expect_failed(f, "failed", 1);
    g_assert_nonnull(strstr(json_object_get_string_member(e->data, "message"),
                            "n0"));
    qmp_ok(f->vm->qmp, "netdev_add",
           "{'type': 'hubport', 'hubid': 0, 'id': 'n0'}");
    fake_pair_wait(f, "plugging", "retry");
    e = fake_pair_wait(f, "plugged", "negotiated");
    g_assert_cmpint(json_object_get_int_member(e->data, "attempt"), ==, 2);
    fake_pair_stop(f);
}

/* Somebody else is in the slot, and goes. */
static void test_slot_taken(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, "settle=0.1", FAKE_STANDBY " "
                                FAKE_PRIMARY
                                " -device virtio-rng-pci,id=other,bus=rp0");
    const QmpEvent *e;

    fake_pair_start(f);
    fake_pair_drive(f, true);
    e = expect_failed(f, "failed", 1);
    g_assert_nonnull(strstr(json_object_get_string_member(e->data, "message"),
                            "'rp0'"));
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'other'}");
    f->slot.ops->take(&f->slot);
    f->slot.ops->let_go(&f->slot);
    qmp_wait_event(f->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'other'}");
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_stop(f);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "not-before-ack", test_not_before_ack },
        { "attempts", test_attempts },
        { "not-before-running", test_not_before_running },
        { "netdev-comes", test_netdev_comes },
        { "slot-taken", test_slot_taken },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-absent", tests);
    return g_test_run();
}
