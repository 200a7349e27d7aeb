/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests on vhost-user that migrate. */
#include "fake-vhost-pair.h"

#define TIMEOUT "timeout=1000"

static void set_capabilities(FakeVhost *f, bool postcopy)
{
    qmp_ok(f->vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true},"
           "{'capability': 'postcopy-ram', 'state': %p}]}",
           json_node_init_boolean(json_node_alloc(), postcopy));
}

void fake_vhost_wait_status(FakeVhost *f, const char *status)
{
    qmp_wait_event(f->vm->qmp, "MIGRATION", 0, "{'status': %s}", status);
}

FakeVhostPair fake_vhost_pair_start(bool postcopy, unsigned queue_pairs)
{
    FakeVhostPair p = { 0 };

    p.from = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT, .queue_pairs = queue_pairs });
    fake_vhost_wait_started(p.from);
    p.to = fake_vhost_new("to", &(FakeVhostConfig) {
        .options = TIMEOUT, .queue_pairs = queue_pairs,
        .args = "-incoming defer", .socket = "other" });
    test_vm_start(p.to->vm);
    set_capabilities(p.from, postcopy);
    set_capabilities(p.to, postcopy);
    return p;
}

void fake_vhost_pair_stop(FakeVhostPair *p)
{
    fake_vhost_stop(p->from);
    fake_vhost_stop(p->to);
}

void fake_vhost_pair_migrate(FakeVhostPair *p)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration",
                                           p->to->vm->dir);

    qmp_ok(p->to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(p->from->vm->qmp, "migrate", "{'uri': %s}", uri);
}
