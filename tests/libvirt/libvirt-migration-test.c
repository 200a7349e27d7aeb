/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migrations that libvirt makes, from one libvirtd to another. */
#include <string.h>
#include "host.h"
#include "link.h"
#include "qmp-client.h"
#include "virt-host.h"

/* The same path is a link at one host, and leads to the other. */
#define SOCKET "migration"
#define SOCKET_URI "unix:///run/libvirt/" SOCKET
#define QEMU_URI "unix:/run/libvirt/" SOCKET

static VirtHost *here, *there;

/* QEMU 7.2 needs it at the source (tests/guest/README.md). */
static VirtDomain *start(const char *xml)
{
    g_autofree char *more = NULL;

    if (test_host_series() < 1000) {
        more = g_strdup_printf("<qemu:arg value='-plugin'/>"
                               "<qemu:arg value='%s'/>",
                               test_host_test_module("tcg-dirty"));
    }
    return virt_domain_new(here, xml, more);
}

static TestLink *new_link(void)
{
    g_autofree char *from = virt_host_file(here, "run", SOCKET);
    g_autofree char *to = virt_host_file(there, "run", SOCKET);
    TestLink *link = test_link_new(from);

    test_link_to(link, to);
    return link;
}

/* The pair works, and it is the primary that has the traffic. */
static void expect_traffic(VirtDomain *d)
{
    guest_wait_until(d->guest, 0, "grep -qx 1 "
                     "/sys/bus/pci/drivers/e1000e/*/net/*/carrier");
    guest_wait_until(d->guest, 0, "ping -c 1 -W 1 10.0.2.2");
}

static void configure(VirtDomain *d)
{
    guest_ok(d->guest, "modprobe e1000e");
    guest_wait_until(d->guest, 0, "ls -d /sys/class/net/*/master");
    guest_ok(d->guest, "m=$(basename $(readlink -f "
             "$(ls -d /sys/class/net/*/master | head -n 1)));"
             " ip link set $m up && ip addr add 10.0.2.15/24 dev $m");
    expect_traffic(d);
}

static void failover(void)
{
    VirtDomain *d = start("failover.xml");
    TestLink *link = new_link();
    g_autofree char *error = NULL;

    configure(d);
    guest_ok(d->guest, "echo mask > /sys/firmware/acpi/interrupts/gpe01");
    error = virsh_error(here->uri, "migrate", "--live", "failover",
                        there->uri, "--migrateuri", SOCKET_URI, NULL);
    g_assert_nonnull(strstr(error, "canceled by client"));
    virsh_expect_event(here->monitor, "FAILOVER_UNPLUG_TIMEOUT",
                       "{'standby': 'ua-net1', 'action': 'abort',"
                       " 'reason': 'not-listening'}");
    guest_ok(d->guest, "echo unmask > /sys/firmware/acpi/interrupts/gpe01");
    expect_traffic(d);

    g_free(virsh_ok(here->uri, "migrate", "--live", "failover",
                    there->uri, "--migrateuri", SOCKET_URI, NULL));
    virsh_expect_event(here->monitor, "FAILOVER_PRIMARY_CHANGED",
                       "{'state': 'unplugged-for-migration'}");
    virt_domain_moved(d, there);
    virsh_expect_event(there->monitor, "FAILOVER_PRIMARY_CHANGED",
                       "{'standby': 'ua-net1', 'state': 'plugged'}");
    expect_traffic(d);
    virt_domain_free(d);
    test_link_free(link);
}

/* The monitor that postcopy.xml has beside libvirt's. */
static QmpClient *monitor(VirtHost *h)
{
    g_autofree char *path = virt_host_file(h, "run", "postcopy.qmp");
    g_autofree char *log = g_strconcat(path, ".log", NULL);

    return qmp_client_connect(path, log);
}

/*
 * Not by libvirt: 11.3 crashes at --postcopy-resume, and 9.0 now and then says
 * that it has failed (docs/libvirt.rst).
 */
static void recover(void)
{
    QmpClient *from = monitor(here), *to = monitor(there);

    qmp_ok(from, "migrate-set-parameters", "{'max-postcopy-bandwidth': 0}");
    qmp_ok(to, "migrate-recover", "{'uri': '" QEMU_URI "'}");
    qmp_ok(from, "migrate", "{'uri': '" QEMU_URI "', 'resume': true}");
    qmp_client_free(from);
    qmp_client_free(to);
}

/*
 * Have the guest fetch what it always uses: what QEMU's main thread needs of
 * that would block it when the connection breaks.
 */
static void warm_up(VirtDomain *d)
{
    int i;

    for (i = 0; i < 10; i++) {
        guest_ok(d->guest, "cat /proc/interrupts");
    }
}

/* The connection breaks in postcopy: the guest is held until it is mended. */
static void postcopy(void)
{
    VirtDomain *d = start("postcopy.xml");
    TestLink *link = new_link();
    Virsh *migrate;

    /* In MiB each second: slow enough to be cut. */
    migrate = virsh_start(here->uri, "migrate", "--live", "--postcopy",
                          "--bandwidth", "4", "--postcopy-bandwidth", "1",
                          d->name, there->uri, "--migrateuri", SOCKET_URI,
                          NULL);
    virsh_expect_event(here->monitor, "MIGRATION", "{'status': 'active'}");
    g_free(virsh_ok(here->uri, "migrate-postcopy", d->name, NULL));
    virsh_expect_event(there->monitor, "RESUME", "{}");
    virt_domain_moved(d, there);
    warm_up(d);
    test_link_cut(link);
    virsh_expect_event(there->monitor, "POSTCOPY_HELD", "{}");
    g_assert_cmpint(virsh_end(migrate, NULL), ==, 1);
    virsh_expect_event(here->monitor, "MIGRATION",
                       "{'status': 'postcopy-paused'}");

    recover();
    virsh_expect_event(there->monitor, "POSTCOPY_RELEASED",
                       "{'reason': 'recovered'}");
    virsh_expect_event(there->monitor, "MIGRATION", "{'status': 'completed'}");
    guest_ok(d->guest, "true");
    virt_domain_free(d);
    test_link_free(link);
}

static void run(gconstpointer data)
{
    void (*test)(void) = data;

    if (!virt_is_there()) {
        return;
    }
    if (!here) {
        here = virt_host_new("lv");
        there = virt_host_new("lv");
    }
    test();
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/libvirt/migration/failover", failover, run);
    g_test_add_data_func("/libvirt/migration/postcopy", postcopy, run);
    status = g_test_run();
    if (here) {
        virt_host_free(here);
        virt_host_free(there);
    }
    return status;
}
