/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain of libvirt for each of the modules that others do not try. */
#include <string.h>
#include "../guest/vhost-daemon.h"
#include "freeze.h"
#include "host.h"
#include "virt-host.h"

#define DRIVER "/sys/bus/virtio/drivers/virtio_blk"

static VirtHost *host;

static void expect_connected(VirtDomain *d)
{
    g_autoptr(JsonNode) answer = virsh_qmp(host->uri, d->name, "{'execute':"
                                           " 'query-vhost-user'}");
    JsonArray *channels = json_object_get_array_member(
        json_node_get_object(answer), "return");
    JsonObject *c;

    g_assert_cmpuint(json_array_get_length(channels), ==, 1);
    c = json_array_get_object_element(channels, 0);
    g_assert_true(json_object_get_boolean_member(c, "connected"));
}

/* A back-end that does not answer; libvirt has made the channel. */
static void vhost_user(void)
{
    g_autofree char *dir = virt_host_file(host, "run", "");
    g_autofree char *image = virt_host_file(host, "lib", "image");
    g_autofree char *zeroes = g_malloc0(1 << 20);
    VhostDaemon *daemon;
    VirtDomain *d;

    g_assert_true(g_file_set_contents(image, zeroes, 1 << 20, NULL));
    daemon = vhost_daemon_new_disk(dir, image);
    vhost_daemon_start(daemon);
    d = virt_domain_new(host, "vhost-user.xml", NULL);
    expect_connected(d);
    guest_ok(d->guest, "md5sum /dev/vda");

    test_freeze(daemon->pid);
    guest_start(d->guest, "echo virtio0 > " DRIVER "/unbind");
    virsh_expect_event(host->monitor, "VHOST_USER_REQUEST_FAILED",
                       "{'chardev': 'chr-vu-ua-disk0', 'device': 'ua-disk0',"
                       " 'reason': 'timeout', 'action': 'disconnected'}");
    test_thaw(daemon->pid);
    guest_wait_until(d->guest, 0, "! test -e " DRIVER "/virtio0");
    virt_domain_free(d);
    vhost_daemon_free(daemon);
}

static void expect_slot(VirtDomain *d, const char *id, int slot)
{
    g_autoptr(JsonNode) answer = virsh_qmp(host->uri, d->name, "{'execute':"
                                           " 'query-pci-slots'}");
    JsonObject *info = json_object_get_object_member(
        json_node_get_object(answer), "return");
    JsonArray *entries = json_object_get_array_member(info, "entries");
    int found = -1;
    unsigned i;

    for (i = 0; i < json_array_get_length(entries); i++) {
        JsonObject *e = json_array_get_object_element(entries, i);

        if (!strcmp(json_object_get_string_member(e, "id"), id)) {
            found = json_object_get_int_member(e, "slot");
        }
    }
    g_assert_cmpint(found, ==, slot);
}

/*
 * libvirt gives every device an address, its own first free one if the XML has
 * none; the module places what comes past libvirt.
 */
static void pci_slots(void)
{
    VirtDomain *d = virt_domain_new(host, "pci-slots.xml", NULL);
    g_autofree char *image = virt_host_file(host, "lib", "images/disk1.img");
    g_autofree char *xml = g_test_build_filename(G_TEST_DIST, "disk1.xml",
                                                 NULL);
    g_autofree char *zeroes = g_malloc0(1 << 20);

    g_assert_true(g_file_set_contents(image, zeroes, 1 << 20, NULL));
    expect_slot(d, "ua-net0", 8);
    expect_slot(d, "ua-disk0", 16);
    g_free(virsh_ok(host->uri, "qemu-monitor-command", d->name,
                    "{\"execute\": \"device_add\", \"arguments\":"
                    " {\"driver\": \"virtio-scsi-pci\", \"id\": \"scsi1\"}}",
                    NULL));
    expect_slot(d, "scsi1", 17);
    g_free(virsh_ok(host->uri, "attach-device", d->name, xml, NULL));
    expect_slot(d, "ua-disk1", 2);
    virt_domain_free(d);
}

/* A core that the guest does not let go. */
static void papr_drc(void)
{
    g_autofree char *error = NULL;
    VirtDomain *d;

    if (!test_host_has_guest("ppc64")) {
        g_test_skip("ANNEX_GUEST_DIR_PPC64 is not set");
        return;
    }
    d = virt_domain_new(host, "papr-drc.xml", "<qemu:arg value='-machine'/>"
                        "<qemu:arg value='x-vof=on'/>");
    g_free(virsh_ok(host->uri, "setvcpus", d->name, "2", "--live", NULL));
    guest_wait_until(d->guest, 0,
                     "grep -qx 1 /sys/devices/system/cpu/cpu1/online");
    guest_ok(d->guest, "modprobe annex-hold cpu_busy=1");
    error = virsh_error(host->uri, "setvcpus", d->name, "1", "--live", NULL);
    g_assert_nonnull(strstr(error, "rejected by the guest"));
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_ERROR",
                       "{'device': 'vcpu1', 'transport': 'papr'}");
    /* QEMU 10.0 ends over a core that a running guest lets go, with TCG. */
    if (test_host_series() < 1000) {
        guest_ok(d->guest,
                 "echo 0 > /sys/module/annex_hold/parameters/cpu_busy");
        g_free(virsh_ok(host->uri, "setvcpus", d->name, "1", "--live", NULL));
        virsh_expect_event(host->monitor, "DEVICE_UNPLUG_DONE",
                           "{'device': 'vcpu1', 'outcome': 'deleted'}");
    }
    virt_domain_free(d);
}

static void run(gconstpointer data)
{
    void (*test)(void) = data;

    if (!virt_is_there()) {
        return;
    }
    if (!host) {
        host = virt_host_new("lv");
    }
    test();
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/libvirt/modules/vhost-user", vhost_user, run);
    g_test_add_data_func("/libvirt/modules/pci-slots", pci_slots, run);
    g_test_add_data_func("/libvirt/modules/papr-drc", papr_drc, run);
    status = g_test_run();
    if (host) {
        virt_host_free(host);
    }
    return status;
}
