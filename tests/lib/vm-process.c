/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM's QEMU process: sockets, start, the ways it can end. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failure.h"
#include "vm.h"

/* Descriptors that QEMU finds open, and the other ends of them. */
typedef struct Channels {
    int qmp[2];
    int qtest[2];
    int console[2];
    int control[2];
} Channels;

enum { OURS, QEMUS };

/* Where QEMU's ends are in QEMU; anything that it does not use yet. */
enum { QMP_FD = 40, QTEST_FD, CONSOLE_FD, CONTROL_FD, N_CHANNELS = 4 };

static void make_pair(int fds[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        test_fail("socketpair: %m");
    }
}

static bool has_arg(TestVm *vm, const char *arg)
{
    return g_ptr_array_find_with_equal_func(vm->args, arg, g_str_equal,
                                            NULL);
}

static void add(GPtrArray *argv, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static void add(GPtrArray *argv, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_ptr_array_add(argv, g_strdup_vprintf(fmt, ap));
    va_end(ap);
}

static void add_chardev(GPtrArray *argv, const char *id, int fd)
{
    add(argv, "-chardev");
    add(argv, "socket,id=%s,fd=%d", id, fd);
}

static void add_guest(TestVm *vm, GPtrArray *argv)
{
    const char *tty = strcmp(vm->arch, "ppc64") == 0 ? "hvc" : "ttyS";

    if (!has_arg(vm, "-m")) {
        add(argv, "-m");
        add(argv, "256M");
    }
    /* Whether kernels take memory that is plugged at once has changed. */
    add(argv, "-append");
    add(argv, "console=%s0 annex.control=%s1 memhp_default_state=offline %s%s",
        tty, tty, guest_kernel_options(vm->arch), vm->guest_append);
}

static GPtrArray *build_argv(TestVm *vm)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    unsigned i;

    for (i = 0; i < vm->wrapper->len; i++) {
        add(argv, "%s", (char *)vm->wrapper->pdata[i]);
    }
    add(argv, "%s", test_host_qemu(vm->arch));
    add(argv, "-name");
    add(argv, "%s", vm->name);
    add(argv, "-nodefaults");
    add(argv, "-no-user-config");
    if (!has_arg(vm, "-accel")) {
        add(argv, "-accel");
        add(argv, "tcg");
    }
    add(argv, "-display");
    add(argv, "none");
    add_chardev(argv, "annex-qmp", QMP_FD);
    add(argv, "-mon");
    add(argv, "chardev=annex-qmp,mode=control");
    if (vm->want_qtest) {
        /* -qtest looks for a character device of this very name. */
        add_chardev(argv, "qtest", QTEST_FD);
        add(argv, "-qtest");
        add(argv, "chardev:qtest");
        add(argv, "-qtest-log");
        add(argv, "%s/qtest.log", vm->dir);
    }
    if (vm->want_serial) {
        add_chardev(argv, "annex-console", CONSOLE_FD);
        add(argv, "-serial");
        add(argv, "chardev:annex-console");
    }
    if (vm->want_guest) {
        add_chardev(argv, "annex-control", CONTROL_FD);
        add(argv, "-serial");
        add(argv, "chardev:annex-control");
        add_guest(vm, argv);
    }
    for (i = 0; i < vm->args->len; i++) {
        add(argv, "%s", (char *)vm->args->pdata[i]);
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

/* In the child, after fork(). */
static void die_with_parent(void *parent_pid)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(parent_pid)) {
        _exit(127);
    }
}

static void spawn(TestVm *vm, const Channels *ch)
{
    const int source[N_CHANNELS] = {
        ch->qmp[QEMUS], ch->qtest[QEMUS], ch->console[QEMUS],
        ch->control[QEMUS],
    };
    const int target[N_CHANNELS] = {
        QMP_FD, QTEST_FD, CONSOLE_FD, CONTROL_FD,
    };
    g_autoptr(GPtrArray) argv = build_argv(vm);
    g_autofree char *line = g_strjoinv(" ", (char **)argv->pdata);
    g_autofree char *text = g_utf8_make_valid(line, -1);
    g_autoptr(GError) error = NULL;
    int log = open(vm->stderr_path,
                   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int i;

    g_assert_cmpint(log, >=, 0);
    g_test_message("%s: %s", vm->name, text);
    test_failure_log_add("QEMU's stderr", vm->stderr_path);
    g_spawn_async_with_pipes_and_fds(
        NULL, (const char *const *)argv->pdata, NULL,
        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, die_with_parent,
        GINT_TO_POINTER(getpid()), -1, log, log, source, target, N_CHANNELS,
        &vm->pid, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    close(log);
    for (i = 0; i < N_CHANNELS; i++) {
        close(source[i]);
    }
    vm->reaped = false;
    vm->pidfd = pidfd_open(vm->pid, 0);
    g_assert_cmpint(vm->pidfd, >=, 0);
}

/* Reap QEMU if it ends by @end_us; its status is in vm->wait_status. */
static bool reap(TestVm *vm, gint64 end_us)
{
    struct pollfd pfd = { .fd = vm->pidfd, .events = POLLIN };

    if (!vm->reaped && poll(&pfd, 1, test_ms_until(end_us)) == 1) {
        waitpid(vm->pid, &vm->wait_status, 0);
        vm->reaped = true;
    }
    return vm->reaped;
}

static char *describe_end(int status)
{
    if (WIFSIGNALED(status)) {
        return g_strdup_printf("killed by signal %d (%s)",
                               WTERMSIG(status),
                               strsignal(WTERMSIG(status)));
    }
    return g_strdup_printf("exited with code %d", WEXITSTATUS(status));
}

/* For the clients: why QEMU has closed a connection. */
static char *explain_loss(void *opaque)
{
    TestVm *vm = opaque;
    g_autofree char *how = NULL;

    if (!reap(vm, g_get_monotonic_time() + 5 * G_USEC_PER_SEC)) {
        return g_strdup_printf("%s still runs", vm->name);
    }
    how = describe_end(vm->wait_status);
    return g_strdup_printf("%s %s", vm->name, how);
}

static void examine(void *opaque)
{
    test_vm_examine(opaque);
}

static void open_channels(TestVm *vm, Channels *ch)
{
    g_autofree char *qmp_log = g_build_filename(vm->dir, "qmp.log", NULL);

    vm->qmp = qmp_client_new(ch->qmp[OURS], qmp_log);
    qmp_client_on_loss(vm->qmp, explain_loss, vm);
    if (vm->want_qtest) {
        vm->qtest = qtest_client_new(ch->qtest[OURS]);
        qtest_client_on_loss(vm->qtest, explain_loss, vm);
    } else {
        close(ch->qtest[OURS]);
    }
    if (vm->want_serial) {
        vm->guest = guest_console_new(vm->name, vm->dir, ch->console[OURS],
                                      ch->control[OURS]);
        guest_console_on_loss(vm->guest, explain_loss, vm);
        guest_console_on_silence(vm->guest, examine, vm);
    } else {
        close(ch->console[OURS]);
        close(ch->control[OURS]);
    }
}

static void launch(TestVm *vm)
{
    Channels ch;

    g_assert_cmpint(vm->pid, ==, 0);
    make_pair(ch.qmp);
    make_pair(ch.qtest);
    make_pair(ch.console);
    make_pair(ch.control);
    spawn(vm, &ch);
    open_channels(vm, &ch);
}

/* After QEMU has ended and was reaped. */
static void clean_up(TestVm *vm)
{
    g_clear_pointer(&vm->qmp, qmp_client_free);
    g_clear_pointer(&vm->qtest, qtest_client_free);
    g_clear_pointer(&vm->guest, guest_console_free);
    close(vm->pidfd);
    vm->pidfd = -1;
    vm->pid = 0;
}

void test_vm_start(TestVm *vm)
{
    launch(vm);
    if (!qmp_negotiate(vm->qmp, 0)) {
        g_autofree char *why = explain_loss(vm);
        g_autofree char *output = test_vm_stderr(vm);

        test_fail("%s did not start: %s\n%s", vm->name, why, output);
    }
}

char *test_vm_start_expect_failure(TestVm *vm)
{
    g_autofree char *how = NULL;

    launch(vm);
    if (qmp_negotiate(vm->qmp, 0)) {
        test_fail("%s started, and should not have", vm->name);
    }
    how = explain_loss(vm);
    if (!vm->reaped || !WIFEXITED(vm->wait_status) ||
        WEXITSTATUS(vm->wait_status) == 0) {
        test_fail("%s should have exited with an error: %s", vm->name, how);
    }
    clean_up(vm);
    return test_vm_stderr(vm);
}

void test_vm_quit(TestVm *vm)
{
    g_autofree char *how = NULL;
    int status;

    /* QEMU may close QMP before the reply is out: do not wait for it. */
    qmp_send(vm->qmp, "quit", QMP_ANY);
    status = test_vm_wait_exit(vm, 0);
    if (status != 0) {
        how = describe_end(status);
        test_fail("%s: quit, but %s", vm->name, how);
    }
}

void test_vm_kill(TestVm *vm)
{
    if (vm->pid == 0) {
        return;
    }
    /* A process closes its sockets a moment before it can be reaped. */
    if (reap(vm, qmp_is_closed(vm->qmp) ? test_deadline_us(0) : 0)) {
        g_autofree char *how = describe_end(vm->wait_status);

        test_fail("%s has ended before: %s", vm->name, how);
    }
    kill(vm->pid, SIGKILL);
    test_vm_wait_exit(vm, 0);
}

int test_vm_wait_exit(TestVm *vm, int deadline_ms)
{
    g_assert_cmpint(vm->pid, !=, 0);
    if (!reap(vm, test_deadline_us(deadline_ms))) {
        test_fail("%s does not end", vm->name);
    }
    clean_up(vm);
    return vm->wait_status;
}
