/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: a Linux guest's network card at dpdk-testpmd, come what may. */
#include "freeze.h"
#include "vhost-daemon.h"

#define DRIVER "/sys/bus/virtio/drivers/virtio_net"
#define TIMEOUT "timeout=2000"

/* A guest whose card is at a port that answers all pings. */
typedef struct Net {
    TestVm *vm;
    VhostDaemon *port;
} Net;

typedef struct NetConfig {
    const char *name;
    const char *port_options;
    const char *machine_args;   /* before the card */
    const char *card_options;
    const char *kernel;         /* words for its command line */
} NetConfig;

static Net start_with(const NetConfig *c)
{
    Net n = { .vm = test_vm_new(c->name) };

    n.port = vhost_daemon_new_port(n.vm->dir, "port", "icmpecho",
                                   c->port_options);
    vhost_daemon_start(n.port);
    test_vm_args(n.vm, "-m 256M"
                 " -object memory-backend-memfd,id=mem0,size=256M,share=on"
                 " %s -chardev socket,id=chr0,path=%s,reconnect=1"
                 " -netdev vhost-user,id=net0,chardev=chr0"
                 " -device virtio-net-pci,id=nic0,netdev=net0,vectors=0%s",
                 c->machine_args, n.port->socket, c->card_options);
    test_vm_plugin(n.vm, "vhost-user", TIMEOUT);
    test_vm_guest(n.vm, "q35,memory-backend=mem0");
    test_vm_guest_append(n.vm, c->kernel);
    test_vm_start(n.vm);
    return n;
}

static void set_up_card(Net *n)
{
    guest_ok(n->vm->guest, "ip link set eth0 up &&"
             " ip addr add 10.0.0.1/24 dev eth0");
}

static Net start(const NetConfig *c)
{
    Net n = start_with(c);

    guest_wait_ready(n.vm->guest, 0);
    set_up_card(&n);
    return n;
}

static Net start_plain(void)
{
    return start(&(NetConfig) { "net", "", "", "", "" });
}

static void stop(Net *n)
{
    test_vm_quit(n->vm);
    vhost_daemon_free(n->port);
    test_vm_free(n->vm);
}

/* Frames come and go, small ones and large ones. */
static void ping(Net *n)
{
    guest_wait_until(n->vm->guest, 0, "ping -c 1 -W 1 10.0.0.2");
    guest_ok(n->vm->guest, "ping -c 20 -i 0.05 -s 1400 -q 10.0.0.2");
}

static void expect_none(Net *n)
{
    qmp_expect_no_event(n->vm->qmp, "VHOST_USER_REQUEST_FAILED", 0, QMP_ANY);
}

/* A switch that dies and comes back. */
static void test_dies(void)
{
    Net n = start_plain();
    unsigned i;

    ping(&n);
    for (i = 0; i < 3; i++) {
        vhost_daemon_kill(n.port);
        vhost_daemon_wait(n.vm, false, false);
        guest_wait_until(n.vm->guest, 0,
                         "test \"$(cat /sys/class/net/eth0/carrier)\" = 0");
        vhost_daemon_start(n.port);
        vhost_daemon_wait(n.vm, true, true);
        ping(&n);
    }
    expect_none(&n);
    stop(&n);
}

/* One that stands still, while the guest lets go of its card. */
static void test_stands_still(void)
{
    Net n = start_plain();
    unsigned i;

    for (i = 0; i < 3; i++) {
        ping(&n);
        test_freeze(n.port->pid);
        guest_start(n.vm->guest, "echo virtio0 > " DRIVER "/unbind");
        qmp_wait_event(n.vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                       "{'chardev': 'chr0', 'device': 'nic0',"
                       " 'request': 'GET_VRING_BASE', 'reason': 'timeout',"
                       " 'action': 'disconnected'}");
        guest_wait_until(n.vm->guest, 0, "! test -e " DRIVER "/virtio0");
        test_thaw(n.port->pid);
        vhost_daemon_wait(n.vm, true, false);
        guest_ok(n.vm->guest, "echo virtio0 > " DRIVER "/bind");
        set_up_card(&n);
        vhost_daemon_wait(n.vm, true, true);
    }
    ping(&n);
    stop(&n);
}

/*
 * Only a card at a port has ATS, by which the guest tells what is no longer
 * mapped.  Strictly: of a flush of everything the port takes no notice, and
 * reads and writes what was the card's (docs/vhost-user.rst).
 */
static Net start_behind_iommu(void)
{
    return start(&(NetConfig) {
        "iommu", ",iommu-support=1",
        "-device intel-iommu,device-iotlb=on"
        " -device pcie-root-port,id=port0,chassis=1",
        ",bus=port0,iommu_platform=on,ats=on,disable-legacy=on",
        "intel_iommu=on iommu=nopt iommu.strict=1" });
}

/* The port asks for each page, and is told; the frame that made it is lost. */
static void test_iommu(void)
{
    Net n = start_behind_iommu();
    unsigned i;

    for (i = 0; i < 6; i++) {
        if (i % 2) {
            guest_ok(n.vm->guest, "echo virtio0 > " DRIVER "/unbind");
            guest_ok(n.vm->guest, "echo virtio0 > " DRIVER "/bind");
            set_up_card(&n);
        }
        guest_wait_until(n.vm->guest, 0,
                         "ping -c 1 -W 1 -s 1400 10.0.0.2");
    }
    g_assert_true(vhost_daemon_has_said(n.port, "VHOST_USER_IOTLB_MSG"));
    expect_none(&n);
    stop(&n);
}

static void set_capabilities(Net *n)
{
    qmp_ok(n->vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true},"
           "{'capability': 'postcopy-ram', 'state': true}]}");
}

/* The port of the destination runs before all of the guest's memory came. */
static void test_postcopy(void)
{
    NetConfig config = { "from", ",postcopy-support=1", "", "", "" };
    g_autofree char *uri = NULL;
    Net from, to;

    from = start(&config);
    ping(&from);
    config.name = "to";
    config.machine_args = "-incoming defer";
    to = start_with(&config);
    uri = g_strdup_printf("unix:%s/migration", to.vm->dir);
    set_capabilities(&from);
    set_capabilities(&to);
    qmp_ok(to.vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from.vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 20000000}");
    guest_start(from.vm->guest, "while :; do ping -c 1 -W 1 10.0.0.2; done");
    qmp_ok(from.vm->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(from.vm->qmp, "MIGRATION", 0, "{'status': 'active'}");
    qmp_ok(from.vm->qmp, "migrate-start-postcopy", QMP_ANY);
    qmp_wait_event(to.vm->qmp, "MIGRATION", 0, "{'status': 'completed'}");
    qmp_wait_event(from.vm->qmp, "MIGRATION", 0, "{'status': 'completed'}");
    ping(&to);
    g_assert_true(vhost_daemon_has_said(to.port, "VHOST_USER_POSTCOPY_LISTEN"));
    g_assert_true(vhost_daemon_has_said(to.port, "VHOST_USER_POSTCOPY_END"));
    expect_none(&from);
    expect_none(&to);
    stop(&from);
    stop(&to);
}

static void run(gconstpointer test)
{
    if (vhost_daemon_is_there(VHOST_TESTPMD)) {
        ((void (*)(void))test)();
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/vhost-user-testpmd/dies", test_dies, run);
    g_test_add_data_func("/vhost-user-testpmd/stands-still",
                         test_stands_still, run);
    g_test_add_data_func("/vhost-user-testpmd/iommu", test_iommu, run);
    g_test_add_data_func("/vhost-user-testpmd/postcopy", test_postcopy, run);
    return g_test_run();
}
