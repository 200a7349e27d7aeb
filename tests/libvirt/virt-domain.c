/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains of libvirt, and the Linux guest in them. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "failure.h"
#include "host.h"
#include "virt-host.h"

/* Where the files of this folder have the modules. */
#define INSTALLED "/usr/lib/x86_64-linux-gnu/qemu-annex/"
#define IMAGES "/var/lib/libvirt/images/"
#define IMAGE_SIZE (8 << 20)

static const char *const ports[] = { "console", "control" };

/* Replace @old, which must be there. */
static void replace(GString *xml, const char *old, const char *new)
{
    if (!g_string_replace(xml, old, new, 0)) {
        test_fail("no '%s' in the domain", old);
    }
}

static char *match(const char *text, const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;

    if (!g_regex_match(regex, text, 0, &info)) {
        test_fail("no %s in the domain", pattern);
    }
    return g_match_info_fetch(info, 1);
}

static char *port_path(VirtDomain *d, unsigned i)
{
    return g_strdup_printf("%s/%s.%s", d->host->dir, d->name, ports[i]);
}

static void add_ports(VirtDomain *d, GString *xml)
{
    g_autoptr(GString) devices = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < 2; i++) {
        g_autofree char *path = port_path(d, i);

        g_string_append_printf(devices, "<serial type='unix'><source "
                               "mode='connect' path='%s'/></serial>\n", path);
    }
    g_string_append(devices, "</devices>");
    replace(xml, "</devices>", devices->str);
}

static void add_guest(GString *xml)
{
    g_autofree char *arch = match(xml->str, "<type arch='([^']*)'");
    const char *dir = test_host_guest_dir(arch);
    const char *tty = strcmp(arch, "ppc64") == 0 ? "hvc" : "ttyS";
    g_autofree char *boot = g_strdup_printf(
        "</type>\n<kernel>%s/vmlinux</kernel>"
        "<initrd>%s/initramfs.cpio.gz</initrd>"
        "<cmdline>console=%s0 annex.control=%s1 memhp_default_state=offline "
        "%s</cmdline>", dir, dir, tty, tty, guest_kernel_options(arch));

    replace(xml, "</type>", boot);
}

/* What all guests are started with (tests/guest/README.md), and @more. */
static void add_plugins(GString *xml, const char *more)
{
    g_autofree char *end = g_strdup_printf(
        "<qemu:arg value='-plugin'/><qemu:arg value='%s'/>%s"
        "</qemu:commandline>", test_host_test_module("tcg-map"),
        more ? more : "");

    replace(xml, "</qemu:commandline>", end);
}

/* Zeroes, for each that is named. */
static void make_images(VirtHost *host, const char *xml)
{
    g_autoptr(GRegex) regex = g_regex_new(IMAGES "([^'<]*)", 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;

    g_regex_match(regex, xml, 0, &info);
    for (; g_match_info_matches(info); g_match_info_next(info, NULL)) {
        g_autofree char *name = g_match_info_fetch(info, 1);
        g_autofree char *images = virt_host_file(host, "lib", "images");
        g_autofree char *path = g_build_filename(images, name, NULL);
        g_autofree char *zeroes = g_malloc0(IMAGE_SIZE);
        g_autoptr(GError) error = NULL;

        g_file_set_contents(path, zeroes, IMAGE_SIZE, &error);
        g_assert_no_error(error);
    }
}

/* The file with what is to be as the test needs it: the path of that. */
static char *prepare(VirtDomain *d, const char *file, const char *more)
{
    g_autofree char *source = g_test_build_filename(G_TEST_DIST, file, NULL);
    g_autofree char *modules = g_strconcat(g_getenv("ANNEX_PLUGIN_DIR"), "/",
                                           NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) xml = NULL;
    char *path;

    g_file_get_contents(source, &text, NULL, &error);
    g_assert_no_error(error);
    d->name = match(text, "<name>(.*)</name>");
    make_images(d->host, text);
    xml = g_string_new(text);
    replace(xml, "<domain type='kvm'", "<domain type='qemu'");
    replace(xml, INSTALLED, modules);
    add_guest(xml);
    add_ports(d, xml);
    add_plugins(xml, more);
    path = g_build_filename(d->host->dir, file, NULL);
    g_file_set_contents(path, xml->str, -1, &error);
    g_assert_no_error(error);
    return path;
}

static void listen_at(VirtDomain *d, unsigned i)
{
    g_autofree char *path = port_path(d, i);
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    g_assert_cmpuint(strlen(path), <, sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    d->listeners[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_no_errno(d->listeners[i]);
    g_assert_no_errno(bind(d->listeners[i], (struct sockaddr *)&address,
                           sizeof(address)));
    g_assert_no_errno(listen(d->listeners[i], 4));
}

/*
 * QEMU has connected when libvirt says that the domain is there, and so had
 * the destination of each migration that failed: the last one counts.
 */
static void take_ports(VirtDomain *d)
{
    int fds[2];
    unsigned i;

    for (i = 0; i < 2; i++) {
        struct pollfd pfd = { d->listeners[i], POLLIN, 0 };

        fds[i] = -1;
        while (poll(&pfd, 1, fds[i] < 0 ? TEST_DEADLINE_MS : 0) == 1) {
            if (fds[i] >= 0) {
                close(fds[i]);
            }
            fds[i] = accept4(pfd.fd, NULL, NULL, SOCK_CLOEXEC);
        }
        g_assert_no_errno(fds[i]);
    }
    d->guest = guest_console_new(d->name, d->host->dir, fds[0], fds[1]);
}

/*
 * A virsh that listens does not say since when.  Events before the guest is
 * up are of no interest, so make some until they are heard.
 */
static void wait_heard(VirtDomain *d)
{
    VirtHost *h = d->host;
    bool heard = false;

    while (!heard) {
        g_free(virsh_ok(h->uri, "suspend", d->name, NULL));
        g_free(virsh_ok(h->uri, "resume", d->name, NULL));
        heard = virsh_has(h->events, "Resumed", 1000) &&
                virsh_has(h->monitor, "event RESUME", 1000);
    }
}

VirtDomain *virt_domain_new(VirtHost *host, const char *xml, const char *more)
{
    VirtDomain *d = g_new0(VirtDomain, 1);
    g_autofree char *path = NULL;
    g_autofree char *file = NULL;
    unsigned i;

    d->host = host;
    path = prepare(d, xml, more);
    file = g_strdup_printf("qemu/%s.log", d->name);
    d->log = virt_host_file(host, "log", file);
    test_failure_log_add("QEMU", d->log);
    for (i = 0; i < 2; i++) {
        listen_at(d, i);
    }
    g_free(virsh_ok(host->uri, "create", path, NULL));
    take_ports(d);
    guest_wait_ready(d->guest, 0);
    wait_heard(d);
    return d;
}

void virt_domain_moved(VirtDomain *d, VirtHost *host)
{
    guest_console_free(d->guest);
    d->host = host;
    take_ports(d);
}

void virt_domain_free(VirtDomain *d)
{
    unsigned i;

    g_free(virsh_ok(d->host->uri, "destroy", d->name, NULL));
    guest_console_free(d->guest);
    for (i = 0; i < 2; i++) {
        close(d->listeners[i]);
    }
    test_failure_log_remove(d->log);
    g_free(d->log);
    g_free(d->name);
    g_free(d);
}
