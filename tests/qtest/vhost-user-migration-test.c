/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: migrations, and back-ends that misbehave in them. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failure.h"
#include "fake-vhost-pair.h"

#define TIMEOUT_MS FAKE_VHOST_PAIR_TIMEOUT_MS

/* Up to where the destination runs, and pages are still to come. */
static void to_postcopy(FakeVhostPair *p)
{
    /* Slow enough for precopy never to end. */
    qmp_ok(p->from->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 200000, 'max-postcopy-bandwidth': 0}");
    fake_vhost_pair_migrate(p);
    fake_vhost_wait_status(p->from, "active");
    qmp_ok(p->from->vm->qmp, "migrate-start-postcopy", QMP_ANY);
}

/* The destination has all, holds nothing back, and its card works. */
static void expect_alive(FakeVhostPair *p, unsigned connections)
{
    FakeVhost *to = p->to;

    fake_vhost_wait_status(to, "completed");
    test_vhost_wait_connections(to->back, connections);
    g_assert_cmpint(test_vhost_overlaps(to->back), ==, 0);
    fake_vhost_link(to, false);
    fake_vhost_link(to, true);
    fake_vhost_wait_started(to);
    fake_vhost_expect_none(to);
    g_assert_cmpint(test_vm_userfaultfds(to->vm), ==, 0);
}

static void test_postcopy(void)
{
    FakeVhostPair p = fake_vhost_pair_start(true, 1);

    to_postcopy(&p);
    fake_vhost_wait_status(p.from, "completed");
    expect_alive(&p, 1);
    g_assert_cmpint(test_vhost_count(p.to->back, VHOST_POSTCOPY_END), ==, 1);
    fake_vhost_pair_stop(&p);
}

/*
 * The first pair of queues speaks for all.  In stock the others wait for a
 * reply to what was not asked, and the destination hangs.
 */
static void test_queue_pairs(void)
{
    FakeVhostPair p = fake_vhost_pair_start(true, 4);

    to_postcopy(&p);
    fake_vhost_wait_status(p.from, "completed");
    expect_alive(&p, 1);
    g_assert_cmpint(test_vhost_count(p.to->back, VHOST_POSTCOPY_ADVISE), ==,
                    1);
    g_assert_cmpint(test_vhost_count(p.to->back, VHOST_POSTCOPY_END), ==, 1);
    fake_vhost_pair_stop(&p);
}

/* While END waits for its reply, others wait for their turn. */
static void test_turn(void)
{
    FakeVhostPair p = fake_vhost_pair_start(true, 1);

    test_vhost_fault(p.to->back, VHOST_POSTCOPY_END, VHOST_DELAY,
                     TIMEOUT_MS / 2, 1);
    to_postcopy(&p);
    test_vhost_wait(p.to->back, VHOST_POSTCOPY_END, 1);
    fake_vhost_link(p.to, false);
    fake_vhost_link(p.to, true);
    g_assert_cmpint(test_vhost_last(p.to->back,
                                    VHOST_GET_VRING_BASE).received_us, >,
                    test_vhost_last(p.to->back,
                                    VHOST_POSTCOPY_END).replied_us);
    fake_vhost_wait_status(p.from, "completed");
    expect_alive(&p, 1);
    fake_vhost_pair_stop(&p);
}

/* A back-end that does not end postcopy is disconnected; the VM goes on. */
typedef struct Wrong {
    const char *name;
    TestVhostFault fault;
    unsigned n;
    const char *reason;
} Wrong;

static const Wrong wrongs[] = {
    { "silence", VHOST_SILENCE, 0, "timeout" },
    { "refuses", VHOST_REFUSE, 0, "refused" },
    { "dies", VHOST_DIE, 0, "disconnected" },
    { "dies-in-header", VHOST_DIE, 6, "short-reply" },
    { "stalls-in-header", VHOST_STALL, 6, "timeout" },
    { "wrong-request", VHOST_WRONG_REQUEST, 0, "bad-reply" },
};

static void test_wrong(gconstpointer data)
{
    const Wrong *w = data;
    FakeVhostPair p = fake_vhost_pair_start(true, 1);

    test_vhost_fault(p.to->back, VHOST_POSTCOPY_END, w->fault, w->n, 1);
    to_postcopy(&p);
    fake_vhost_expect(p.to, "POSTCOPY_END", w->reason, "disconnected");
    fake_vhost_wait_status(p.from, "completed");
    expect_alive(&p, 2);
    fake_vhost_pair_stop(&p);
}

/*
 * A back-end that does not begin with postcopy: the destination says so and
 * ends, as in stock if it refuses, and the source goes on.
 */
static void test_begin_hangs(gconstpointer data)
{
    TestVhostRequest request = GPOINTER_TO_UINT(data);
    FakeVhostPair p = fake_vhost_pair_start(true, 1);
    int status;

    test_vhost_fault(p.to->back, request, VHOST_SILENCE, 0, 1);
    to_postcopy(&p);
    qmp_wait_event(p.to->vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                   "{'request': %s, 'reason': 'timeout'}",
                   request == VHOST_POSTCOPY_ADVISE ? "POSTCOPY_ADVISE"
                                                    : "POSTCOPY_LISTEN");
    status = test_vm_wait_exit(p.to->vm, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    qmp_sync(p.from->vm->qmp);
    fake_vhost_expect_none(p.from);
    fake_vhost_free_ended(p.to);
    fake_vhost_stop(p.from);
}

/* A migration whose postcopy does not end by itself. */
static FakeVhostPair start_endless(void)
{
    FakeVhostPair p = fake_vhost_pair_start(true, 1);

    qmp_ok(p.from->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 200000, 'max-postcopy-bandwidth': 100000}");
    fake_vhost_pair_migrate(&p);
    fake_vhost_wait_status(p.from, "active");
    qmp_ok(p.from->vm->qmp, "migrate-start-postcopy", QMP_ANY);
    return p;
}

/* The source goes in the midst: the destination waits for it to come back. */
static void test_source_goes(void)
{
    FakeVhostPair p = start_endless();

    qmp_wait_event(p.to->vm->qmp, "RESUME", 0, QMP_ANY);
    test_vm_kill(p.from->vm);
    fake_vhost_wait_status(p.to, "postcopy-paused");
    qmp_sync(p.to->vm->qmp);
    fake_vhost_expect_none(p.to);
    test_vm_kill(p.to->vm);
    fake_vhost_free_ended(p.from);
    fake_vhost_free_ended(p.to);
}

/* Whether QEMU has closed its monitor, or does within some seconds. */
static bool has_ended(FakeVhost *f)
{
    gint64 end_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

    while (!qmp_is_closed(f->vm->qmp) && g_get_monotonic_time() < end_us) {
        g_usleep(10 * 1000);
    }
    return qmp_is_closed(f->vm->qmp);
}

/*
 * It goes before the destination runs, which then ends with an error; or, if it
 * runs already, waits.  Now and then stock stands still, before it comes to
 * what is ours: the thread that ends waits for the one that serves faults, and
 * that for the source, while the main thread loads from a page that has not
 * come.
 */
static void test_source_goes_early(void)
{
    FakeVhostPair p = start_endless();
    const QmpEvent *e;
    const char *status;

    test_vhost_wait(p.to->back, VHOST_POSTCOPY_LISTEN, 1);
    test_vm_kill(p.from->vm);
    do {
        e = qmp_wait_event(p.to->vm->qmp, "MIGRATION", 0, QMP_ANY);
        status = json_object_get_string_member(e->data, "status");
    } while (strcmp(status, "failed") && strcmp(status, "postcopy-paused"));
    if (!strcmp(status, "failed") && has_ended(p.to)) {
        int ended = test_vm_wait_exit(p.to->vm, 0);

        g_assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 1);
    } else {
        test_vm_kill(p.to->vm);
    }
    fake_vhost_free_ended(p.from);
    fake_vhost_free_ended(p.to);
}

/*
 * A back-end that has come in the midst knows of no postcopy, and is not told
 * of its end.  Stock then closes the userfaultfd that it never had: number 0.
 */
static void test_comes_late(void)
{
    FakeVhostPair p = start_endless();
    g_autofree char *path = g_strdup_printf("/proc/%d/fd/0",
                                            p.to->vm->pid);
    g_autofree char *before = NULL, *after = NULL;

    qmp_wait_event(p.to->vm->qmp, "RESUME", 0, QMP_ANY);
    fake_vhost_wait_started(p.to);
    before = g_file_read_link(path, NULL);
    g_assert_nonnull(before);
    test_vhost_hang_up(p.to->back, true);
    test_vhost_wait_connections(p.to->back, 2);
    fake_vhost_wait_started(p.to);
    qmp_ok(p.from->vm->qmp, "migrate-set-parameters",
           "{'max-postcopy-bandwidth': 0}");
    fake_vhost_wait_status(p.from, "completed");
    expect_alive(&p, 2);
    g_assert_cmpint(test_vhost_count(p.to->back, VHOST_POSTCOPY_END), ==, 0);
    after = g_file_read_link(path, NULL);
    g_assert_cmpstr(after, ==, before);
    fake_vhost_pair_stop(&p);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vhost-user-migration/postcopy", test_postcopy);
    g_test_add_func("/vhost-user-migration/queue-pairs", test_queue_pairs);
    g_test_add_func("/vhost-user-migration/turn", test_turn);
    for (i = 0; i < G_N_ELEMENTS(wrongs); i++) {
        g_autofree char *path = g_strconcat("/vhost-user-migration/end/",
                                            wrongs[i].name, NULL);

        g_test_add_data_func(path, &wrongs[i], test_wrong);
    }
    g_test_add_data_func("/vhost-user-migration/begin-hangs/ADVISE",
                         GUINT_TO_POINTER(VHOST_POSTCOPY_ADVISE),
                         test_begin_hangs);
    g_test_add_data_func("/vhost-user-migration/begin-hangs/LISTEN",
                         GUINT_TO_POINTER(VHOST_POSTCOPY_LISTEN),
                         test_begin_hangs);
    g_test_add_func("/vhost-user-migration/source-goes", test_source_goes);
    g_test_add_func("/vhost-user-migration/source-goes-early",
                    test_source_goes_early);
    g_test_add_func("/vhost-user-migration/comes-late", test_comes_late);
    return g_test_run();
}
