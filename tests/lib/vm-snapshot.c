/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A qcow2 image for savevm, made by QEMU itself. */
#include "vm.h"

static void job_done(TestVm *vm, const char *id)
{
    qmp_wait_event(vm->qmp, "JOB_STATUS_CHANGE", 0,
                   "{'id': %s, 'status': 'concluded'}", id);
    qmp_ok(vm->qmp, "job-dismiss", "{'id': %s}", id);
}

void test_vm_snapshot_disk(TestVm *vm)
{
    g_autofree char *path = g_build_filename(vm->dir, "snap.qcow2", NULL);

    qmp_ok(vm->qmp, "blockdev-create",
           "{'job-id': 'j0', 'options': {'driver': 'file',"
           " 'filename': %s, 'size': 0}}", path);
    job_done(vm, "j0");
    qmp_ok(vm->qmp, "blockdev-add", "{'driver': 'file', 'node-name': 'file0',"
           " 'filename': %s}", path);
    qmp_ok(vm->qmp, "blockdev-create",
           "{'job-id': 'j1', 'options': {'driver': 'qcow2',"
           " 'file': 'file0', 'size': 67108864}}");
    job_done(vm, "j1");
    qmp_ok(vm->qmp, "blockdev-add", "{'driver': 'qcow2', 'node-name': 'snap0',"
           " 'file': 'file0'}");
}
