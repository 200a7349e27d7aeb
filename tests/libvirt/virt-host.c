/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A libvirtd of the test's own. */
#include "virt-host.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failure.h"
#include "host.h"

bool virt_is_there(void)
{
    g_autofree char *daemon = g_find_program_in_path("libvirtd");
    g_autofree char *client = g_find_program_in_path("virsh");

    if (!daemon || !client || geteuid() || !test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set, or no libvirtd, or not root");
        return false;
    }
    return true;
}

char *virt_host_file(VirtHost *h, const char *part, const char *name)
{
    return g_build_filename(h->dir, part, name, NULL);
}

static void prepare_child(void *opaque)
{
    VirtHost *h = opaque;
    int fd = open(h->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
}

static bool answers(VirtHost *h)
{
    return virsh_end(virsh_start(h->uri, "uri", NULL), NULL) == 0;
}

static void start(VirtHost *h)
{
    g_autofree char *script = g_test_build_filename(G_TEST_DIST,
                                                    "run-libvirtd", NULL);
    char *argv[] = { script, h->dir, NULL };
    gint64 end_us = test_deadline_us(0);
    g_autoptr(GError) error = NULL;

    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, prepare_child,
                  h, &h->pid, &error);
    g_assert_no_error(error);
    while (!answers(h)) {
        if (waitpid(h->pid, NULL, WNOHANG) || g_get_monotonic_time() > end_us) {
            test_fail("libvirtd does not answer");
        }
        g_usleep(50 * 1000);
    }
}

VirtHost *virt_host_new(const char *name)
{
    g_autofree char *template = g_strdup_printf("annex-%s-XXXXXX", name);
    g_autoptr(GError) error = NULL;
    VirtHost *h = g_new0(VirtHost, 1);

    h->dir = g_dir_make_tmp(template, &error);
    g_assert_no_error(error);
    h->uri = g_strdup_printf("qemu:///system?socket=%s/run/libvirt-sock",
                             h->dir);
    h->log = g_build_filename(h->dir, "run-libvirtd.log", NULL);
    h->daemon_log = virt_host_file(h, "log", "libvirtd.log");
    test_failure_log_add("run-libvirtd", h->log);
    test_failure_log_add("libvirtd", h->daemon_log);
    start(h);
    h->events = virsh_start(h->uri, "event", "--all", "--loop", "--timestamp",
                            NULL);
    h->monitor = virsh_start(h->uri, "qemu-monitor-event", "--loop",
                             "--timestamp", NULL);
    return h;
}

/* The first process of the namespace, with which all others end. */
static pid_t first_process(VirtHost *h)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children",
                                            h->pid, h->pid);
    g_autofree char *children = NULL;

    g_file_get_contents(path, &children, NULL, NULL);
    return children ? (pid_t)g_ascii_strtoll(children, NULL, 10) : 0;
}

static void remove_tree(const char *dir)
{
    const char *argv[] = { "rm", "-rf", "--one-file-system", "--", dir, NULL };

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                 NULL, NULL, NULL, NULL);
}

void virt_host_free(VirtHost *h)
{
    pid_t first = first_process(h);

    g_assert_cmpint(first, >, 1);
    virsh_stop(h->events);
    virsh_stop(h->monitor);
    kill(first, SIGKILL);
    waitpid(h->pid, NULL, 0);
    test_failure_log_remove(h->log);
    test_failure_log_remove(h->daemon_log);
    remove_tree(h->dir);
    g_free(h->log);
    g_free(h->daemon_log);
    g_free(h->dir);
    g_free(h->uri);
    g_free(h);
}
