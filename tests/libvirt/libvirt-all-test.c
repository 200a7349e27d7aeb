/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All modules in one domain: a guest's refusal, as libvirt and annexctl see it.
 *
 * usage: libvirt-all-test [GTEST-OPTION...] ANNEXCTL
 *
 * With ANNEX_PLUGIN_DIR and ANNEXCTL it is also run on what the packages have
 * installed (tests/packages/libvirt.sh).
 */
#include <string.h>
#include "../tools/ctl-run.h"
#include "virt-port.h"

/* The disk's. */
#define PORT 0

static VirtHost *host;
static VirtDomain *domain;
static char *monitor;           /* annexctl's own */

static void modules(void)
{
    static const char *const names[] = {
        "failover", "pci-slots", "postcopy", "unplug", "vhost-user",
    };
    g_autoptr(CtlRun) run = ctl_run(monitor, "modules", NULL);
    unsigned i;

    g_assert_cmpint(run->status, ==, 0);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("^%s +active", names[i]);

        g_assert_true(g_regex_match_simple(line, run->out, G_REGEX_MULTILINE,
                                           0));
    }
}

/* libvirt is told, and so is who listens to the modules through it. */
static void expect_refusal(void)
{
    virsh_expect(host->events, "device-removal-failed.*: ua-disk0$");
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_ERROR",
                       "{'device': 'ua-disk0', 'transport': 'pcie',"
                       " 'reason': 'guest-refused'}");
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_DONE",
                       "{'device': 'ua-disk0', 'outcome': 'refused'}");
    guest_ok(domain->guest, "md5sum /dev/vda");
}

static void refused(void)
{
    g_autofree char *xml = g_test_build_filename(G_TEST_DIST, "disk0.xml",
                                                 NULL);
    g_autofree char *error = NULL;

    virt_port_refuse(domain, PORT);
    error = virsh_error(host->uri, "detach-device", "all", xml, NULL);
    g_assert_nonnull(strstr(error, "unplug of device was rejected by the "
                            "guest"));
    expect_refusal();
    virt_port_listen(domain, PORT, "bind");
}

/* Asked by annexctl, and heard by libvirt. */
static void retried(void)
{
    virt_port_refuse(domain, PORT);
    ctl_expect(1, "ua-disk0 is still there: the request ended as 'refused'",
               monitor, "retry", "ua-disk0", "--wait", NULL);
    expect_refusal();
    virt_port_listen(domain, PORT, "bind");
}

static void detached(void)
{
    g_free(virsh_ok(host->uri, "detach-device-alias", "all", "ua-disk0",
                    NULL));
    virsh_expect(host->events, "device-removed.*: ua-disk0$");
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_DONE",
                       "{'device': 'ua-disk0', 'outcome': 'deleted'}");
    ctl_expect(0, "no unplug request is in flight", monitor, "unplugs", NULL);
}

static void run(gconstpointer data)
{
    void (*test)(void) = data;

    if (!virt_is_there()) {
        return;
    }
    if (!host) {
        host = virt_host_new("lv");
        domain = virt_domain_new(host, "all.xml", NULL);
        monitor = virt_host_file(host, "run", "all.qmp");
    }
    test();
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    ctl_init(argv[1]);
    g_test_add_data_func("/libvirt/all/modules", modules, run);
    g_test_add_data_func("/libvirt/all/refused", refused, run);
    g_test_add_data_func("/libvirt/all/retried", retried, run);
    g_test_add_data_func("/libvirt/all/detached", detached, run);
    status = g_test_run();
    if (host) {
        virt_domain_free(domain);
        virt_host_free(host);
        g_free(monitor);
    }
    return status;
}
