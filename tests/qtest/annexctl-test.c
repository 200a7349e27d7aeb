/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl with a real QEMU: requests, events, a log and its picture. */
#include "../tools/ctl-run.h"
#include "failure.h"
#include "vm.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* A VM with a NIC that nobody in it will let go, and two sockets for us. */
typedef struct Ctl {
    TestVm *vm;
    char *first, *second;       /* QMP, each for one client */
} Ctl;

static Ctl ctl_vm_start(const char *plugin)
{
    Ctl c = { .vm = test_vm_new("ctl") };

    c.first = g_build_filename(c.vm->dir, "first", NULL);
    c.second = g_build_filename(c.vm->dir, "second", NULL);
    test_vm_args(c.vm, "-machine q35 -m 32 -device pcie-root-port,id=rp0"
                 " -device virtio-rng-pci,id=dev0,bus=rp0"
                 " -qmp unix:%s,server=on,wait=off"
                 " -qmp unix:%s,server=on,wait=off", c.first, c.second);
    test_vm_halt_rom(c.vm);
    if (plugin) {
        test_vm_plugin(c.vm, plugin, NULL);
    }
    test_vm_start(c.vm);
    return c;
}

/* When QEMU has ended. */
static void ctl_vm_free(Ctl *c)
{
    g_unlink(c->first);
    g_unlink(c->second);
    test_vm_free(c->vm);
    g_free(c->first);
    g_free(c->second);
}

static void ctl_vm_stop(Ctl *c)
{
    test_vm_quit(c->vm);
    ctl_vm_free(c);
}

/* It has connected when it has heard of something. */
static void wait_follows(Ctl *c, CtlProcess *following)
{
    do {
        qmp_ok(c->vm->qmp, "stop", QMP_ANY);
        qmp_ok(c->vm->qmp, "cont", QMP_ANY);
    } while (!ctl_has_printed(following, "RESUME", 100));
}

static void stock(void)
{
    Ctl c = ctl_vm_start(NULL);

    ctl_expect(5, "annex-unplug is not loaded in this QEMU, and no other "
               "module of Annex is", c.first, "unplugs", NULL);
    ctl_expect(5, "annex-unplug", c.first, "cancel", "dev0", NULL);
    ctl_expect(5, "annex-postcopy", c.first, "postcopy", NULL);
    ctl_vm_stop(&c);
}

static void requests(void)
{
    Ctl c = ctl_vm_start("unplug");

    ctl_expect(0, "no unplug request is in flight", c.first, "unplugs", NULL);
    ctl_expect(0, "unplug  active", c.first, "modules", NULL);
    ctl_expect(5, "annex-failover is not loaded in this QEMU, which has "
               "annex-unplug", c.first, "failover", NULL);
    ctl_expect(1, "Device 'dev1' not found", c.first, "retry", "dev1", NULL);
    ctl_expect(1, "dev0", c.first, "cancel", "dev0", NULL);

    ctl_expect(0, "dev0: the guest is asked", c.first, "retry", "dev0", NULL);
    ctl_expect(0, "dev0    acpi-pci   requested  no               1",
               c.first, "unplugs", NULL);
    ctl_expect(0, NULL, c.first, "retry", "/machine/peripheral/dev0",
               "--deadline", "86400", NULL);
    ctl_expect(0, "\"attempt\": 2", c.first, "unplugs", "--json", NULL);
    ctl_expect(0, "\"timeout-ms\": 86400000", c.first, "unplugs", "-j",
               NULL);
    ctl_expect(0, "dev0: withdrawn", c.first, "cancel", "dev0", "--wait",
               NULL);
    ctl_expect(0, "no unplug request is in flight", c.first, "unplugs", NULL);
    ctl_vm_stop(&c);
}

/* Without a terminal: what has changed, in lines, until nothing is left. */
static void watch(void)
{
    Ctl c = ctl_vm_start("unplug");
    g_autoptr(CtlRun) run = NULL;
    CtlProcess *watching;

    qmp_ok(c.vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0}");
    watching = ctl_start(c.first, "unplugs", "--watch", "--until-idle",
                         NULL);
    ctl_wait_for(watching, "dev0: acpi-pci, requested, not listening, "
                 "attempt 1\n");
    qmp_ok(c.vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.05}");
    ctl_wait_for(watching, "DEVICE_NOT_DELETED dev0");
    ctl_wait_for(watching, "dev0: acpi-pci, timed-out, not listening, "
                 "attempt 2\n");
    qmp_ok(c.vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    run = ctl_finish(watching);
    g_assert_cmpint(run->status, ==, 0);
    g_assert_nonnull(strstr(run->out, "outcome=withdrawn"));
    g_assert_true(g_str_has_suffix(run->out, " nothing\n"));
    ctl_vm_stop(&c);
}

/* ------------------------------------------------- a log, and its picture */

/* The lines of the log, each of which has to be an event. */
static void check_log(const char *log)
{
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    char **line;

    for (line = lines; **line; line++) {
        g_autoptr(JsonNode) node = json_from_string(*line, NULL);

        g_assert_true(node && JSON_NODE_HOLDS_OBJECT(node));
        g_assert_true(json_object_has_member(json_node_get_object(node),
                                             "event"));
    }
}

static void check_svg(const char *svg)
{
    static const GMarkupParser parser = {};
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0,
                                                              NULL, NULL);
    g_autoptr(GError) error = NULL;

    g_markup_parse_context_parse(context, svg, -1, &error);
    g_assert_no_error(error);
    g_markup_parse_context_end_parse(context, &error);
    g_assert_no_error(error);
    g_markup_parse_context_free(context);
}

static void timeline(void)
{
    Ctl c = ctl_vm_start("unplug");
    CtlProcess *following = ctl_start(c.second, "events", "--follow",
                                      "--json", NULL);
    g_autofree char *path = g_build_filename(c.vm->dir, "log", NULL);
    g_autoptr(CtlRun) log = NULL, svg = NULL;

    wait_follows(&c, following);
    ctl_expect(0, NULL, c.first, "retry", "dev0", "--deadline", "0.05", NULL);
    ctl_wait_for(following, "DEVICE_NOT_DELETED");
    ctl_expect(0, NULL, c.first, "cancel", "dev0", NULL);
    ctl_wait_for(following, "DEVICE_UNPLUG_DONE");
    qmp_send(c.vm->qmp, "quit", QMP_ANY);
    log = ctl_finish(following);
    g_assert_cmpint(log->status, ==, 0);
    check_log(log->out);
    test_vm_wait_exit(c.vm, 0);

    g_assert_true(g_file_set_contents(path, log->out, -1, NULL));
    svg = ctl_run(NULL, "timeline", path, "--about", "dev0", NULL);
    g_assert_cmpint(svg->status, ==, 0);
    g_assert_cmpstr(svg->err, ==, "");
    check_svg(svg->out);
    g_assert_nonnull(strstr(svg->out, ">device dev0<"));
    g_assert_nonnull(strstr(svg->out, ">withdrawn<"));
    g_assert_nonnull(strstr(svg->out, ">VM<"));
    g_unlink(path);
    ctl_vm_free(&c);
}

/* ------------------------------------------------------ a QEMU that hangs */

/* Its main thread alone: the one of monitors goes on. */
static void freeze(TestVm *vm)
{
    int status;

    g_assert_no_errno(ptrace(PTRACE_SEIZE, vm->pid, NULL, NULL));
    g_assert_no_errno(ptrace(PTRACE_INTERRUPT, vm->pid, NULL, NULL));
    g_assert_no_errno(waitpid(vm->pid, &status, 0));
}

static void thaw(TestVm *vm)
{
    g_assert_no_errno(ptrace(PTRACE_DETACH, vm->pid, NULL, NULL));
}

static void main_loop_blocked(void)
{
    Ctl c = ctl_vm_start("unplug");
    CtlProcess *watching = ctl_start(c.second, "unplugs", "--watch",
                                     "--json", NULL);
    g_autoptr(CtlRun) run = NULL;

    ctl_wait_for(watching, "[]\n");
    freeze(c.vm);
    /* It greets, and cannot do more. */
    ctl_expect(4, "no answer to qmp_capabilities within 3.0 s: its main "
               "loop is blocked", c.first, "-t", "3", "unplugs", NULL);
    thaw(c.vm);
    /* Who was connected before goes on as if nothing had been. */
    qmp_ok(c.vm->qmp, "device-unplug", "{'id': 'dev0'}");
    ctl_wait_for(watching, "\"dev0\"");
    test_vm_quit(c.vm);
    run = ctl_finish(watching);
    g_assert_cmpint(run->status, ==, 0);
    ctl_vm_free(&c);
}

static void in_use(void)
{
    Ctl c = ctl_vm_start("unplug");
    CtlProcess *following = ctl_start(c.first, "events", "--follow", NULL);
    g_autoptr(CtlRun) run = NULL;

    wait_follows(&c, following);
    ctl_expect(3, "a QMP socket serves one client at a time", c.first, "-t",
               "0.3", "unplugs", NULL);
    ctl_expect(0, NULL, c.second, "unplugs", NULL);
    /* Killed, it says no SHUTDOWN. */
    test_vm_kill(c.vm);
    run = ctl_finish(following);
    g_assert_cmpint(run->status, ==, 4);
    g_assert_nonnull(strstr(run->err, "QEMU has closed the connection"));
    ctl_vm_free(&c);
}

int main(int argc, char **argv)
{
    g_autofree char *program = g_build_filename(
        g_getenv("ANNEX_PLUGIN_DIR"), "..", "tools", "annexctl", "annexctl",
        NULL);

    g_test_init(&argc, &argv, NULL);
    ctl_init(program);
    g_test_add_func("/annexctl/stock", stock);
    g_test_add_func("/annexctl/requests", requests);
    g_test_add_func("/annexctl/watch", watch);
    g_test_add_func("/annexctl/timeline", timeline);
    g_test_add_func("/annexctl/main-loop-blocked", main_loop_blocked);
    g_test_add_func("/annexctl/in-use", in_use);
    return g_test_run();
}
