/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real vhost-user back-ends, each a process that listens at a socket. */
#include "vhost-daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "failure.h"

bool vhost_daemon_is_there(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);

    if (!test_host_has_guest("x86_64") || !path) {
        g_autofree char *why = g_strdup_printf("ANNEX_GUEST_DIR is not set, "
                                               "or no %s", program);

        g_test_skip(why);
        return false;
    }
    return true;
}

static VhostDaemon *new(const char *dir, const char *name)
{
    VhostDaemon *d = g_new0(VhostDaemon, 1);

    d->socket = g_build_filename(dir, name, NULL);
    d->log = g_strconcat(d->socket, ".log", NULL);
    d->argv = g_ptr_array_new_with_free_func(g_free);
    test_failure_log_add("the back-end", d->log);
    return d;
}

static void add(VhostDaemon *d, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static void add(VhostDaemon *d, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    g_ptr_array_add(d->argv, g_strdup_vprintf(fmt, args));
    va_end(args);
}

VhostDaemon *vhost_daemon_new_disk(const char *dir, const char *image)
{
    VhostDaemon *d = new(dir, "disk");

    add(d, VHOST_STORAGE);
    add(d, "--blockdev");
    add(d, "driver=file,node-name=f,filename=%s", image);
    add(d, "--export");
    add(d, "type=vhost-user-blk,id=e,node-name=f,writable=on,"
        "addr.type=unix,addr.path=%s", d->socket);
    g_ptr_array_add(d->argv, NULL);
    return d;
}

/* dpdk-testpmd, which polls: two threads, on any processor. */
static VhostDaemon *new_testpmd(const char *dir, const char *name,
                                const char *options, bool has_second)
{
    VhostDaemon *d = new(dir, name);

    d->has_second = has_second;
    add(d, VHOST_TESTPMD);
    add(d, "--lcores=(0-1)@(0-%u)", g_get_num_processors() - 1);
    /* Huge pages need not be there. */
    add(d, "--no-huge");
    add(d, "-m64");
    add(d, "--no-pci");
    add(d, "--no-shconf");
    add(d, "--no-telemetry");
    /* It tells of IOTLB messages, too. */
    add(d, "--log-level=lib.vhost.config:debug");
    add(d, "-dlibrte_net_vhost.so");
    add(d, "-dlibrte_bus_vdev.so");
    add(d, "-dlibrte_mempool_ring.so");
    add(d, "--vdev=net_vhost0,iface=%s%s", d->socket, options);
    if (has_second) {
        add(d, "--vdev=net_vhost1,iface=%s2%s", d->socket, options);
    }
    add(d, "--");
    add(d, "--no-mlockall");
    add(d, "--total-num-mbufs=4096");
    /* Without this it reads its input, and ends with that. */
    add(d, "--stats-period=3600");
    return d;
}

VhostDaemon *vhost_daemon_new_port(const char *dir, const char *name,
                                   const char *mode, const char *options)
{
    VhostDaemon *d = new_testpmd(dir, name, options, false);

    add(d, "--forward-mode=%s", mode);
    g_ptr_array_add(d->argv, NULL);
    return d;
}

VhostDaemon *vhost_daemon_new_wire(const char *dir)
{
    VhostDaemon *d = new_testpmd(dir, "wire", "", true);

    add(d, "--forward-mode=io");
    g_ptr_array_add(d->argv, NULL);
    return d;
}

static void prepare_child(void *opaque)
{
    VhostDaemon *d = opaque;
    int fd = open(d->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
}

/* As the kernel tells: the file is there before the socket listens. */
static bool listens(VhostDaemon *d)
{
    g_autofree char *pattern = g_strdup_printf(" 00010000 .* %s\n", d->socket);
    g_autofree char *sockets = NULL;

    return g_file_get_contents("/proc/net/unix", &sockets, NULL, NULL) &&
           g_regex_match_simple(pattern, sockets, 0, 0);
}

void vhost_daemon_start(VhostDaemon *d)
{
    gint64 end_us = test_deadline_us(0);
    g_autoptr(GError) error = NULL;

    g_unlink(d->socket);
    g_spawn_async(NULL, (char **)d->argv->pdata, NULL, G_SPAWN_SEARCH_PATH |
                  G_SPAWN_DO_NOT_REAP_CHILD, prepare_child, d, &d->pid,
                  &error);
    g_assert_no_error(error);
    while (!listens(d)) {
        if (waitpid(d->pid, NULL, WNOHANG) || g_get_monotonic_time() > end_us) {
            test_fail("%s does not listen", (char *)d->argv->pdata[0]);
        }
        g_usleep(10 * 1000);
    }
}

void vhost_daemon_kill(VhostDaemon *d)
{
    kill(d->pid, SIGKILL);
    waitpid(d->pid, NULL, 0);
    d->pid = 0;
}

void vhost_daemon_free(VhostDaemon *d)
{
    if (d->pid) {
        vhost_daemon_kill(d);
    }
    test_failure_log_remove(d->log);
    g_ptr_array_unref(d->argv);
    g_free(d->log);
    g_free(d->socket);
    g_free(d);
}

bool vhost_daemon_has_said(VhostDaemon *d, const char *text)
{
    g_autofree char *log = NULL;

    return g_file_get_contents(d->log, &log, NULL, NULL) && strstr(log, text);
}

void vhost_daemon_wait(TestVm *vm, bool connected, bool runs)
{
    gint64 end_us = test_deadline_us(0);

    for (;;) {
        JsonArray *channels = qmp_ok_array(vm->qmp, "query-vhost-user",
                                           QMP_ANY);
        JsonObject *c = json_array_get_object_element(channels, 0);

        if (json_object_get_boolean_member(c, "connected") == connected &&
            json_object_has_member(c, "qom-path") == runs) {
            break;
        }
        if (g_get_monotonic_time() > end_us) {
            test_fail("the back-end does not become %sconnected",
                      connected ? "" : "dis");
        }
        g_usleep(20 * 1000);
    }
}
