/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the harness itself, on a stock QEMU. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failure.h"
#include "json-format.h"
#include "vm.h"

static TestVm *halted_vm(const char *machine)
{
    TestVm *vm = test_vm_new("harness");

    test_vm_args(vm, "-machine %s", machine);
    test_vm_halt_rom(vm);
    return vm;
}

static char *format(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

static char *format(const char *fmt, ...)
{
    char *text;
    va_list ap;

    va_start(ap, fmt);
    text = test_json_vformat(fmt, ap);
    va_end(ap);
    return text;
}

static void json_format(void)
{
    g_autoptr(JsonNode) node = test_json_parse("{\"x\": [1, 2]}");
    g_autofree char *text = NULL;

    text = format("{'a': %s, 'b%d': '%s', 'c': %ld, 'd': %p, 'e': true}",
                  "q\"", 7, "\\", -3L, (void *)node);
    g_assert_cmpstr(text, ==, "{\"a\": \"q\\\"\", \"b7\": \"\\\\\", "
                    "\"c\": -3, \"d\": {\"x\":[1,2]}, \"e\": true}");
}

static void json_contains(void)
{
    g_autoptr(JsonNode) node = NULL;
    g_autoptr(JsonNode) part = test_json_parse("{\"a\": {\"b\": 1}}");
    g_autoptr(JsonNode) other = test_json_parse("{\"a\": {\"c\": 1}}");

    node = test_json_parse("{\"a\": {\"b\": 1, \"z\": 0}, \"y\": []}");
    g_assert_true(test_json_contains(node, part));
    g_assert_false(test_json_contains(node, other));
    g_assert_false(test_json_contains(part, node));
}

static void start_quit(void)
{
    TestVm *vm = halted_vm("q35");
    JsonObject *status;

    test_vm_start(vm);
    status = qmp_ok(vm->qmp, "query-status", QMP_ANY);
    g_assert_true(json_object_get_boolean_member(status, "running"));
    g_assert_nonnull(strstr(qmp_hmp(vm->qmp, "info %s", "status"),
                            "running"));
    test_vm_quit(vm);

    /* The same VM again. */
    test_vm_start(vm);
    test_vm_kill(vm);
    test_vm_free(vm);
}

static void wrapper(void)
{
    TestVm *vm = halted_vm("q35");

    test_vm_wrapper(vm, "env HARNESS=1");
    test_vm_start(vm);
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void refuses_to_start(void)
{
    TestVm *vm = test_vm_new("refuses");
    g_autofree char *output = NULL;

    test_vm_args(vm, "-device no-such-device");
    output = test_vm_start_expect_failure(vm);
    g_assert_nonnull(strstr(output, "no-such-device"));
    test_vm_free(vm);
}

static void commands_fail(void)
{
    TestVm *vm = halted_vm("q35");
    const QmpReply *reply;

    test_vm_start(vm);
    g_assert_cmpstr(qmp_error(vm->qmp, "device_del", "{'id': 'nic0'}"), ==,
                    "Device 'nic0' not found");
    reply = qmp_execute(vm->qmp, "device_del", "{'id': %s}", "nic0");
    g_assert_null(reply->ret);
    g_assert_cmpstr(reply->error_class, ==, "DeviceNotFound");
    g_assert_cmpint(reply->received_us, >=, reply->sent_us);
    g_assert_false(qmp_has_device(vm->qmp, "nic0"));
    test_vm_free(vm);
}

static void events(void)
{
    TestVm *vm = halted_vm("q35");
    const QmpEvent *event;
    int i;

    test_vm_args(vm, "-device qemu-xhci");
    test_vm_start(vm);
    for (i = 0; i < 2; i++) {
        qmp_ok(vm->qmp, "device_add", "{'driver': 'usb-kbd', 'id': 'kbd%d'}",
               i);
        qmp_ok(vm->qmp, "device_del", "{'id': 'kbd%d'}", i);
    }
    event = qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0,
                           "{'device': 'kbd1'}");
    g_assert_cmpint(event->time_us, >, 0);
    g_assert_cmpint(event->received_us, <=, g_get_monotonic_time());
    qmp_expect_no_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': 'kbd1'}");
    event = qmp_wait_event_any(vm->qmp, 0, "STOP", "DEVICE_DELETED", NULL);
    g_assert_cmpstr(json_object_get_string_member(event->data, "device"),
                    ==, "kbd0");
    g_assert_cmpuint(qmp_count_events(vm->qmp, "DEVICE_DELETED", QMP_ANY),
                     ==, 2);
    g_assert_nonnull(qmp_find_event(vm->qmp, "DEVICE_DELETED", QMP_ANY));
    qmp_forget_events(vm->qmp);
    g_assert_cmpuint(qmp_count_events(vm->qmp, "DEVICE_DELETED", QMP_ANY),
                     ==, 0);
    g_assert_null(qmp_find_event(vm->qmp, "DEVICE_DELETED", QMP_ANY));
    test_vm_free(vm);
}

static void replies_by_id(void)
{
    TestVm *vm = halted_vm("q35");
    gint64 first;
    gint64 second;

    test_vm_start(vm);
    first = qmp_send(vm->qmp, "query-name", QMP_ANY);
    second = qmp_send(vm->qmp, "no-such-command", QMP_ANY);
    g_assert_null(qmp_reply(vm->qmp, second, 0)->ret);
    g_assert_nonnull(qmp_reply(vm->qmp, first, 0)->ret);
    g_assert_null(qmp_execute_oob(vm->qmp, "query-name", QMP_ANY)->ret);
    test_vm_free(vm);
}

static void getfd(void)
{
    TestVm *vm = halted_vm("q35");

    test_vm_start(vm);
    qmp_getfd(vm->qmp, "input", 0);
    qmp_ok(vm->qmp, "closefd", "{'fdname': 'input'}");
    test_vm_free(vm);
}

static void qemu_dies(void)
{
    TestVm *vm = halted_vm("q35");
    int status;

    test_vm_start(vm);
    kill(vm->pid, SIGSEGV);
    qmp_wait_closed(vm->qmp, 0);
    status = test_vm_wait_exit(vm, 0);
    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, SIGSEGV);
    test_vm_free(vm);
}

/* Start a VM in a child process, run @body: must abort, print @pattern. */
static void must_fail(void (*body)(TestVm *vm), const char *pattern)
{
    TestVm *vm = halted_vm("q35");
    g_autofree char *output = g_build_filename(vm->dir, "output", NULL);
    g_autofree char *text = NULL;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        g_assert_nonnull(freopen(output, "a", stdout));
        dup2(STDOUT_FILENO, STDERR_FILENO);
        test_vm_start(vm);
        body(vm);
        _exit(0);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_file_get_contents(output, &text, NULL, NULL);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT ||
        !g_pattern_match_simple(pattern, text)) {
        test_fail("status %x, no %s in:\n%s", status, pattern, text);
    }
    test_vm_free(vm);
}

static void wait_while_it_dies(TestVm *vm)
{
    kill(vm->pid, SIGSEGV);
    qmp_wait_event(vm->qmp, "RESET", 0, QMP_ANY);
}

static void death_while_waiting(void)
{
    must_fail(wait_while_it_dies,
              "*RESET*killed by signal 11*QMP traffic*");
}

static void free_a_dead_vm(TestVm *vm)
{
    kill(vm->pid, SIGKILL);
    qmp_wait_closed(vm->qmp, 0);
    test_vm_free(vm);
}

static void death_noticed_at_end(void)
{
    must_fail(free_a_dead_vm, "*has ended before: killed by signal 9*");
}

static void assert_with_vm(TestVm *vm)
{
    g_assert_cmpint(vm->pid, ==, 0);
}

static void failure_prints_logs(void)
{
    must_fail(assert_with_vm,
              "*QEMU's stderr*QMP traffic*qmp_capabilities*");
}

static void wait_for_nothing(TestVm *vm)
{
    qmp_wait_event(vm->qmp, "RESET", 100, QMP_ANY);
}

static void deadline(void)
{
    must_fail(wait_for_nothing, "*time is over waiting for RESET*");
}

static void qtest_ports_and_memory(void)
{
    TestVm *vm = halted_vm("q35");
    const char data[] = "some data";
    char back[sizeof(data)];

    test_vm_qtest(vm);
    test_vm_start(vm);
    qtest_writeq(vm->qtest, 0x1000, 0x1122334455667788);
    g_assert_cmphex(qtest_readq(vm->qtest, 0x1000), ==, 0x1122334455667788);
    g_assert_cmphex(qtest_readl(vm->qtest, 0x1000), ==, 0x55667788);
    g_assert_cmphex(qtest_readw(vm->qtest, 0x1002), ==, 0x5566);
    g_assert_cmphex(qtest_readb(vm->qtest, 0x1007), ==, 0x11);
    qtest_memwrite(vm->qtest, 0x2000, data, sizeof(data));
    qtest_memread(vm->qtest, 0x2000, back, sizeof(back));
    g_assert_cmpstr(back, ==, data);
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void qtest_pci(void)
{
    TestVm *vm = halted_vm("q35");
    QtestPci port = { .bus = 0, .dev = 4, .fn = 0 };
    QtestPci disk = { .bus = 1, .dev = 0, .fn = 0 };

    test_vm_args(vm, "-device pcie-root-port,id=rp0,addr=4 "
                 "-device virtio-rng-pci,bus=rp0");
    test_vm_qtest(vm);
    test_vm_start(vm);
    port.q = disk.q = vm->qtest;
    g_assert_cmphex(qtest_pci_readl(&port, 0), ==, 0x000c1b36);
    g_assert_cmphex(qtest_pci_find_cap(&port, 0x10), !=, 0);
    g_assert_cmphex(qtest_pci_find_cap(&port, 0x0c), ==, 0);
    g_assert_cmphex(qtest_pci_readw(&disk, 0), ==, 0xffff);
    qtest_pci_set_buses(&port, 0, 1, 1);
    g_assert_cmphex(qtest_pci_readw(&disk, 0), ==, 0x1af4);
    test_vm_free(vm);
}

static void qtest_acpi(const void *machine)
{
    TestVm *vm = halted_vm(machine);

    test_vm_qtest(vm);
    test_vm_start(vm);
    qtest_acpi_enable(vm->qtest, machine);
    test_vm_free(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/harness/json/format", json_format);
    g_test_add_func("/harness/json/contains", json_contains);
    g_test_add_func("/harness/vm/start-quit", start_quit);
    g_test_add_func("/harness/vm/wrapper", wrapper);
    g_test_add_func("/harness/vm/refuses-to-start", refuses_to_start);
    g_test_add_func("/harness/vm/dies", qemu_dies);
    g_test_add_func("/harness/vm/death-noticed-at-end",
                    death_noticed_at_end);
    g_test_add_func("/harness/vm/failure-prints-logs", failure_prints_logs);
    g_test_add_func("/harness/qmp/commands-fail", commands_fail);
    g_test_add_func("/harness/qmp/events", events);
    g_test_add_func("/harness/qmp/replies-by-id", replies_by_id);
    g_test_add_func("/harness/qmp/getfd", getfd);
    g_test_add_func("/harness/qmp/death-while-waiting",
                    death_while_waiting);
    g_test_add_func("/harness/qmp/deadline", deadline);
    g_test_add_func("/harness/qtest/ports-and-memory",
                    qtest_ports_and_memory);
    g_test_add_func("/harness/qtest/pci", qtest_pci);
    g_test_add_data_func("/harness/qtest/acpi-q35", "q35", qtest_acpi);
    g_test_add_data_func("/harness/qtest/acpi-pc", "pc", qtest_acpi);
    return g_test_run();
}
