/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: migrations whose back-end does not log what it writes. */
#include <string.h>
#include "failure.h"
#include "fake-vhost-pair.h"

/* What is asked at the begin of a migration, and goes wrong. */
typedef struct Log {
    const char *name;
    TestVhostRequest request;
    TestVhostFault fault;
    const char *request_name;
    const char *reason;
} Log;

static const Log logs[] = {
    { "base-silence", VHOST_SET_LOG_BASE, VHOST_SILENCE, "SET_LOG_BASE",
      "timeout" },
    { "base-dies", VHOST_SET_LOG_BASE, VHOST_DIE, "SET_LOG_BASE",
      "disconnected" },
    { "features-refused", VHOST_SET_FEATURES, VHOST_REFUSE, "SET_FEATURES",
      "refused" },
    { "address-refused", VHOST_SET_VRING_ADDR, VHOST_REFUSE,
      "SET_VRING_ADDR", "refused" },
};

/*
 * A back-end that does not log what it writes: the migration fails, and the
 * VM lives.  It migrates later, with a back-end that obeys.
 */
static void test_log(gconstpointer data)
{
    const Log *l = data;
    FakeVhostPair p = fake_vhost_pair_start(false, 1);
    bool refused = l->fault == VHOST_REFUSE;

    test_vhost_fault(p.from->back, l->request, l->fault, 0, 1);
    fake_vhost_pair_migrate(&p);
    fake_vhost_expect(p.from, l->request_name, l->reason,
                      refused ? "none" : "disconnected");
    fake_vhost_wait_status(p.from, "failed");
    test_vhost_wait_connections(p.from->back, refused ? 1 : 2);
    fake_vhost_link(p.from, false);
    fake_vhost_link(p.from, true);
    fake_vhost_wait_started(p.from);
    fake_vhost_expect_none(p.from);

    /* The destination of a migration that fails ends by itself. */
    test_vm_wait_exit(p.to->vm, 0);
    fake_vhost_free_ended(p.to);
    qmp_ok(p.from->vm->qmp, "migrate", "{'uri': 'exec:cat >/dev/null'}");
    fake_vhost_wait_status(p.from, "completed");
    fake_vhost_expect_none(p.from);
    fake_vhost_stop(p.from);
}

static bool is_over(FakeVhost *f)
{
    const char *status = json_object_get_string_member(
        qmp_ok(f->vm->qmp, "query-migrate", QMP_ANY), "status");

    return !strcmp(status, "failed") || !strcmp(status, "cancelled");
}

/* A migration is cancelled while a back-end is asked to log for it. */
static void test_cancel(void)
{
    FakeVhostPair p = fake_vhost_pair_start(false, 1);
    gint64 id;

    test_vhost_fault(p.from->back, VHOST_SET_LOG_BASE, VHOST_SILENCE, 0, 1);
    fake_vhost_pair_migrate(&p);
    test_vhost_wait(p.from->back, VHOST_SET_LOG_BASE, 1);
    id = qmp_send(p.from->vm->qmp, "migrate_cancel", QMP_ANY);
    fake_vhost_expect(p.from, "SET_LOG_BASE", "timeout", "disconnected");
    g_assert_cmpstr(qmp_reply(p.from->vm->qmp, id, 0)->error_desc, ==, NULL);
    /* Failed or cancelled, whichever comes first. */
    while (!is_over(p.from)) {
        qmp_wait_event(p.from->vm->qmp, "MIGRATION", 0, QMP_ANY);
    }
    test_vhost_wait_connections(p.from->back, 2);
    fake_vhost_wait_started(p.from);
    fake_vhost_expect_none(p.from);
    test_vm_wait_exit(p.to->vm, 0);
    fake_vhost_free_ended(p.to);
    qmp_ok(p.from->vm->qmp, "migrate", "{'uri': 'exec:cat >/dev/null'}");
    fake_vhost_wait_status(p.from, "completed");
    fake_vhost_expect_none(p.from);
    fake_vhost_stop(p.from);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(logs); i++) {
        g_autofree char *path = g_strconcat("/vhost-user-log/", logs[i].name,
                                            NULL);

        g_test_add_data_func(path, &logs[i], test_log);
    }
    g_test_add_func("/vhost-user-log/cancel", test_cancel);
    return g_test_run();
}
