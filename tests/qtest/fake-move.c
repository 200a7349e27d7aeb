/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: pairs that migrate. */
#include "fake-move.h"

#include <string.h>

FakePair *fake_move_destination(const char *transport, const char *options,
                                const char *devices)
{
    FakePair *f = fake_pair_new(transport, options, devices);

    test_vm_args(f->vm, "-incoming defer");
    test_vm_start(f->vm);
    return f;
}

void fake_move_watch(FakePair *f)
{
    qmp_ok(f->vm->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
}

void fake_move_begin(FakePair *from, FakePair *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", to->vm->dir);

    qmp_ok(to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    fake_move_watch(from);
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
}

void fake_move_begin_file(FakePair *from, const char *name)
{
    g_autofree char *uri = name
        ? g_strdup_printf("exec:cat > %s/%s", from->vm->dir, name)
        : g_strdup("exec:cat > /dev/null");

    fake_move_watch(from);
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
}

void fake_move_wait_asked(FakePair *from)
{
    fake_pair_wait(from, "unplugging", "migration");
    fake_move_wait(from, "wait-unplug");
}

void fake_move_slow(FakePair *f)
{
    /* Less than ten bytes in a second would be no limit at all. */
    qmp_ok(f->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 10000}");
}

void fake_move_fast(FakePair *f)
{
    qmp_ok(f->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 1073741824}");
}

void fake_move_wait(FakePair *from, const char *status)
{
    qmp_wait_event(from->vm->qmp, "MIGRATION", 0, "{'status': %s}", status);
}

const char *fake_move_end(FakePair *from)
{
    const char *status;

    do {
        const QmpEvent *e = qmp_wait_event(from->vm->qmp, "MIGRATION", 0,
                                           QMP_ANY);

        status = json_object_get_string_member(e->data, "status");
    } while (strcmp(status, "completed") && strcmp(status, "failed") &&
             strcmp(status, "cancelled"));
    return status;
}

void fake_move_expect_end(FakePair *from, const char *wanted)
{
    g_assert_cmpstr(fake_move_end(from), ==, wanted);
}

static bool is_over(FakePair *f)
{
    return !json_object_has_member(fake_pair_query(f), "migration");
}

void fake_move_expect_failure(FakePair *from, const char *wanted)
{
    fake_move_expect_end(from, wanted);
    fake_pair_until(from, is_over);
}

void fake_move_complete(FakePair *from, FakePair *to)
{
    fake_move_begin(from, to);
    fake_move_wait_asked(from);
    g_assert_cmpstr(fake_move_phase(from), ==, "wait-unplug");
    fake_pair_release(from);
    fake_pair_wait(from, "unplugged-for-migration", "unplugged");
    fake_move_expect_end(from, "completed");
}

static bool is_postmigrate(FakePair *f)
{
    return !strcmp(json_object_get_string_member(
                       qmp_ok(f->vm->qmp, "query-status", QMP_ANY), "status"),
                   "postmigrate");
}

void fake_move_wait_postmigrate(FakePair *f)
{
    fake_pair_until(f, is_postmigrate);
}

void fake_move_abandon(FakePair *to)
{
    if (to->vm->pid) {
        test_vm_wait_exit(to->vm, 0);
    }
    test_vm_free(to->vm);
    g_free(to);
}

const char *fake_move_last(FakePair *f, const char *member)
{
    JsonObject *o = json_object_get_object_member(fake_pair_query(f), "last");

    return json_object_get_string_member_with_default(o, member, "none");
}

const char *fake_move_phase(FakePair *f)
{
    JsonObject *o = json_object_get_object_member(fake_pair_query(f),
                                                  "migration");

    return json_object_get_string_member(o, "phase");
}
