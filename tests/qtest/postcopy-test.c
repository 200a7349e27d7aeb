/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-postcopy in VMs that no postcopy migration comes to. */
#include <string.h>
#include <sys/wait.h>
#include "failure.h"
#include "qtest-client.h"
#include "vm.h"

/* A page of the guest's, and what is in it. */
#define ADDRESS 0x100000
#define VALUE   0x55

static TestVm *vm_new(const char *name, bool incoming)
{
    TestVm *vm = test_vm_new(name);

    test_vm_args(vm, "-machine q35 -m 64M -name debug-threads=on%s",
                 incoming ? " -incoming defer" : "");
    test_vm_plugin(vm, "postcopy", NULL);
    test_vm_halt_rom(vm);
    test_vm_qtest(vm);
    test_vm_start(vm);
    return vm;
}

static void expect_status(TestVm *vm, const char *status)
{
    JsonObject *answer = qmp_ok(vm->qmp, "query-status", QMP_ANY);

    g_assert_cmpstr(json_object_get_string_member(answer, "status"), ==,
                    status);
}

/* Threads of the VM's with our name. */
static unsigned count_threads(TestVm *vm)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/task", (int)vm->pid);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    unsigned n = 0;

    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_strdup_printf("%s/%s/comm", folder, name);
        g_autofree char *text = NULL;

        n += g_file_get_contents(path, &text, NULL, NULL) &&
             g_str_has_prefix(text, "annex-postcopy");
    }
    return n;
}

/* A thread names itself when it comes to run. */
static void wait_threads(TestVm *vm, unsigned n)
{
    gint64 end_us = test_deadline_us(0);
    unsigned found;

    while ((found = count_threads(vm)) != n) {
        if (g_get_monotonic_time() > end_us) {
            test_fail("annex-postcopy has %u threads, and not %u", found, n);
        }
        g_usleep(10000);
    }
}

/* Nothing is like in a VM without the module but for our commands. */
static void expect_stock(TestVm *vm)
{
    g_autofree char *file = g_build_filename(vm->dir, "memory", NULL);
    JsonObject *info = qmp_ok(vm->qmp, "query-postcopy", QMP_ANY);

    g_assert_cmpstr(json_object_get_string_member(info, "state"), ==, "none");
    g_assert_false(json_object_get_boolean_member(info, "held"));
    g_assert_false(json_object_get_boolean_member(info, "user-stopped"));
    qmp_ok(vm->qmp, "stop", QMP_ANY);
    qmp_wait_event(vm->qmp, "STOP", 0, QMP_ANY);
    expect_status(vm, "paused");
    qmp_ok(vm->qmp, "cont", QMP_ANY);
    qmp_wait_event(vm->qmp, "RESUME", 0, QMP_ANY);
    expect_status(vm, "running");
    g_assert_cmpstr(qmp_hmp(vm->qmp, "stop"), ==, "");
    qmp_wait_event(vm->qmp, "STOP", 0, QMP_ANY);
    expect_status(vm, "paused");
    g_assert_cmpstr(qmp_hmp(vm->qmp, "cont"), ==, "");
    qmp_wait_event(vm->qmp, "RESUME", 0, QMP_ANY);
    expect_status(vm, "running");
    qmp_ok(vm->qmp, "pmemsave", "{'val': %d, 'size': 4096, 'filename': %s}",
           ADDRESS, file);
    qmp_ok(vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(vm->qmp, "RESET", 0, QMP_ANY);
    g_assert_cmpuint(qmp_count_events(vm->qmp, "POSTCOPY_HELD", QMP_ANY), ==,
                     0);
    g_assert_cmpuint(qmp_count_events(vm->qmp, "POSTCOPY_RELEASED", QMP_ANY),
                     ==, 0);
}

/* A VM that does not migrate. */
static void idle(void)
{
    TestVm *vm = vm_new("idle", false);
    const QmpReply *r;

    expect_stock(vm);
    g_assert_cmpuint(count_threads(vm), ==, 0);
    qmp_ok(vm->qmp, "postcopy-set-policy", "{'policy': 'run'}");
    expect_stock(vm);
    r = qmp_execute_oob(vm->qmp, "postcopy-unwedge", QMP_ANY);
    g_assert_cmpstr(r->error_class, ==, "GenericError");
    qmp_error(vm->qmp, "postcopy-set-policy", "{'policy': 'stop'}");
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* What the module needs for the wait is not to be seen. */
static void waits(void)
{
    TestVm *vm = vm_new("waits", true);

    expect_status(vm, "inmigrate");
    wait_threads(vm, 1);
    g_assert_null(strstr(qmp_hmp(vm->qmp, "info chardev"), "annex-tap"));
    /* These set what is done on arrival. */
    qmp_ok(vm->qmp, "stop", QMP_ANY);
    qmp_ok(vm->qmp, "cont", QMP_ANY);
    expect_status(vm, "inmigrate");
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void migrate(TestVm *from, TestVm *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/in", to->dir);

    qmp_ok(to->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true}]}");
    qmp_ok(from->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(from->qmp, "MIGRATION", 0, "{'status': 'completed'}");
}

/* There, and on to a third: a destination becomes a source. */
static void precopy(void)
{
    TestVm *vms[] = {
        vm_new("a", false), vm_new("b", true), vm_new("c", true),
    };
    unsigned i;

    qtest_writeb(vms[0]->qtest, ADDRESS, VALUE);
    for (i = 1; i < G_N_ELEMENTS(vms); i++) {
        migrate(vms[i - 1], vms[i]);
        qmp_wait_event(vms[i]->qmp, "RESUME", 0, QMP_ANY);
        g_assert_cmphex(qtest_readb(vms[i]->qtest, ADDRESS), ==, VALUE);
        wait_threads(vms[i], 0);
        expect_stock(vms[i]);
        qtest_writeb(vms[i]->qtest, ADDRESS, VALUE);
        qmp_forget_events(vms[i]->qmp);
    }
    for (i = 0; i < G_N_ELEMENTS(vms); i++) {
        test_vm_quit(vms[i]);
        test_vm_free(vms[i]);
    }
}

/* What comes is no migration. */
static void fails(void)
{
    TestVm *vm = vm_new("fails", true);
    g_autofree char *path = g_build_filename(vm->dir, "nothing", NULL);
    g_autofree char *uri = g_strdup_printf("exec:cat %s", path);
    int status;

    g_assert_true(g_file_set_contents(path, "no migration at all", -1, NULL));
    qmp_execute(vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    status = test_vm_wait_exit(vm, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    test_vm_free(vm);
}

/* A snapshot is loaded by the code that takes migrations in. */
static void snapshot(void)
{
    TestVm *vm = vm_new("snapshot", false);

    test_vm_snapshot_disk(vm);
    qtest_writeb(vm->qtest, ADDRESS, VALUE);
    g_assert_cmpstr(qmp_hmp(vm->qmp, "savevm s0"), ==, "");
    qtest_writeb(vm->qtest, ADDRESS, 0);
    g_assert_cmpstr(qmp_hmp(vm->qmp, "loadvm s0"), ==, "");
    g_assert_cmphex(qtest_readb(vm->qtest, ADDRESS), ==, VALUE);
    qmp_sync(vm->qmp);
    qmp_forget_events(vm->qmp);
    expect_stock(vm);
    g_assert_cmpuint(count_threads(vm), ==, 0);
    test_vm_quit(vm);
    test_vm_free(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/postcopy/idle", idle);
    g_test_add_func("/postcopy/waits", waits);
    g_test_add_func("/postcopy/precopy", precopy);
    g_test_add_func("/postcopy/fails", fails);
    g_test_add_func("/postcopy/snapshot", snapshot);
    return g_test_run();
}
