/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migration of a guest from one QEMU to another. */
#include <string.h>
#include "guest-migration.h"

void guest_migration_start(TestVm *from, TestVm *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", to->dir);

    test_vm_args(to, "-incoming %s", uri);
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
