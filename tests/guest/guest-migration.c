/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migration of a guest from one QEMU to another. */
#include <stdio.h>
#include <string.h>
#include "failure.h"
#include "guest-migration.h"

void guest_migration_start(TestVm *from, TestVm *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", to->dir);

    test_vm_args(to, "-incoming %s", uri);
    test_vm_arrives(to);
    test_vm_start(to);
    qmp_ok(from->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true},"
           " {'capability': 'return-path', 'state': true}]}");
    qmp_ok(to->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'return-path', 'state': true}]}");
    qmp_ok(from->qmp, "migrate", "{'uri': %s}", uri);
}

const char *guest_migration_end(TestVm *from)
{
    for (;;) {
        const QmpEvent *e = qmp_wait_event(from->qmp, "MIGRATION", 0,
                                           QMP_ANY);
        const char *status = json_object_get_string_member(e->data,
                                                           "status");

        if (!strcmp(status, "completed") || !strcmp(status, "failed")) {
            return status;
        }
    }
}

/* Clock ticks that a thread of QEMU's has run. */
static unsigned long long ticks_of(TestVm *vm, int tid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/stat",
                                            (int)vm->pid, tid);
    g_autofree char *text = NULL;
    unsigned long long user, kernel;

    /* Behind the name: proc(5), fields 14 and 15. */
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(strrchr(text, ')') + 1,
                           " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u"
                           " %llu %llu", &user, &kernel), ==, 2);
    return user + kernel;
}

/* The same of all that execute the guest; some may be the same thread. */
static unsigned long long ticks(TestVm *vm)
{
    JsonArray *cpus = qmp_ok_array(vm->qmp, "query-cpus-fast", QMP_ANY);
    unsigned long long sum = 0;
    unsigned i;

    for (i = 0; i < json_array_get_length(cpus); i++) {
        JsonObject *cpu = json_array_get_object_element(cpus, i);

        sum += ticks_of(vm, json_object_get_int_member(cpu, "thread-id"));
    }
    return sum;
}

void guest_migration_rest(TestVm *vm)
{
    gint64 deadline = g_get_monotonic_time() + 120 * G_TIME_SPAN_SECOND;
    unsigned long long now = ticks(vm), before;
    unsigned quiet = 0;

    while (quiet < 5) {
        if (g_get_monotonic_time() > deadline) {
            test_fail("the guest does not come to rest");
        }
        g_usleep(200 * 1000);
        before = now;
        now = ticks(vm);
        quiet = now - before <= 1 ? quiet + 1 : 0;
    }
}
