/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt as annex-unplug's client: guests that refuse, and are silent. */
#include <string.h>
#include "virt-port.h"

/* The guest's ports, by function, and what is in them. */
enum { DISK_PORT, NET_PORT };

static VirtHost *host;
static VirtDomain *domain;

static void expect_done(const char *id, const char *outcome)
{
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_DONE",
                       "{'device': %s, 'outcome': %s}", id, outcome);
}

/* What libvirt itself says of the domain's devices. */
static void expect_there(const char *id, bool there)
{
    g_autofree char *xml = virsh_ok(host->uri, "dumpxml", "unplug", NULL);

    g_assert_cmpint(strstr(xml, id) != NULL, ==, there);
}

static void detach(const char *id)
{
    g_free(virsh_ok(host->uri, "detach-device-alias", "unplug", id, NULL));
}

/* The definite word to a client that waits. */
static void refused(void)
{
    g_autofree char *xml = g_test_build_filename(G_TEST_DIST, "disk0.xml",
                                                 NULL);
    g_autofree char *error = NULL;

    virt_port_refuse(domain, DISK_PORT);
    error = virsh_error(host->uri, "detach-device", "unplug", xml, NULL);
    g_assert_nonnull(strstr(error, "unplug of device was rejected by the "
                            "guest"));
    virsh_expect(host->events, "device-removal-failed.*: ua-disk0$");
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_GUEST_ERROR",
                       "{'device': 'ua-disk0'}");
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_ERROR",
                       "{'device': 'ua-disk0', 'transport': 'pcie',"
                       " 'reason': 'guest-refused'}");
    expect_done("ua-disk0", "refused");
    expect_there("ua-disk0", true);
    guest_ok(domain->guest, "md5sum /dev/vda");

    virt_port_listen(domain, DISK_PORT, "bind");
    detach("ua-disk0");
    virsh_expect(host->events, "device-removed.*: ua-disk0$");
    expect_done("ua-disk0", "deleted");
    expect_there("ua-disk0", false);
}

/* Where stock and module tell of a refusal, libvirt tells twice. */
static void refused_dimm(void)
{
    guest_ok(domain->guest, "echo online_movable >"
             " /sys/devices/system/memory/memory32/state &&"
             " modprobe annex-hold memory_busy=1");
    detach("ua-dimm0");
    virsh_expect(host->events, "device-removal-failed.*: ua-dimm0$");
    virsh_expect_event(host->monitor, "DEVICE_UNPLUG_ERROR",
                       "{'device': 'ua-dimm0', 'code': 130}");
    expect_done("ua-dimm0", "refused");
    expect_there("ua-dimm0", true);

    guest_ok(domain->guest, "echo 0 >"
             " /sys/module/annex_hold/parameters/memory_busy");
    detach("ua-dimm0");
    virsh_expect(host->events, "device-removed.*: ua-dimm0$");
    expect_done("ua-dimm0", "deleted");
    expect_there("ua-dimm0", false);
    g_assert_cmpuint(virsh_count(host->events, "removal-failed.*ua-dimm0$"),
                     ==, 2);
}

static JsonNode *request(void)
{
    JsonNode *answer = virsh_qmp(host->uri, "unplug", "{'execute':"
                                 " 'query-unplug-requests'}");
    JsonArray *list = json_object_get_array_member(
        json_node_get_object(answer), "return");
    JsonNode *node = json_array_get_length(list) ?
                     json_node_ref(json_array_get_element(list, 0)) : NULL;

    json_node_unref(answer);
    return node;
}

static void expect_request(const char *state, int attempt)
{
    g_autoptr(JsonNode) node = request();
    JsonObject *r;

    g_assert_nonnull(node);
    r = json_node_get_object(node);
    g_assert_cmpstr(json_object_get_string_member(r, "device"), ==,
                    "ua-net0");
    g_assert_cmpstr(json_object_get_string_member(r, "state"), ==, state);
    g_assert_cmpint(json_object_get_int_member(r, "attempt"), ==, attempt);
}

static void command(const char *json, const char *answer)
{
    g_autofree char *text = virsh_ok(host->uri, "qemu-monitor-command",
                                     "unplug", json, NULL);

    g_assert_nonnull(strstr(text, answer));
}

/* List, ask again, and take back, as libvirt's user. */
static void silent(void)
{
    virt_port_listen(domain, NET_PORT, "unbind");
    detach("ua-net0");
    expect_request("requested", 1);
    command("{\"execute\": \"device-unplug\", \"arguments\":"
            " {\"id\": \"ua-net0\", \"timeout\": 0.2}}", "\"return\":{}");
    virsh_expect_event(host->monitor, "DEVICE_NOT_DELETED",
                       "{'device': 'ua-net0', 'listening': false,"
                       " 'attempt': 2}");
    expect_request("timed-out", 2);
    command("{\"execute\": \"device-unplug-cancel\", \"arguments\":"
            " {\"id\": \"ua-net0\"}}", "\"outcome\":\"withdrawn\"");
    expect_done("ua-net0", "withdrawn");
    g_assert_null(request());
    expect_there("ua-net0", true);
    g_assert_cmpuint(virsh_count(host->events, "ua-net0"), ==, 0);

    virt_port_listen(domain, NET_PORT, "bind");
    detach("ua-net0");
    virsh_expect(host->events, "device-removed.*: ua-net0$");
    expect_done("ua-net0", "deleted");
    expect_there("ua-net0", false);
}

static void run(gconstpointer data)
{
    void (*test)(void) = data;

    if (!virt_is_there()) {
        return;
    }
    if (!host) {
        host = virt_host_new("lv");
        domain = virt_domain_new(host, "unplug.xml", NULL);
    }
    test();
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/libvirt/unplug/refused", refused, run);
    g_test_add_data_func("/libvirt/unplug/refused-dimm", refused_dimm, run);
    g_test_add_data_func("/libvirt/unplug/silent", silent, run);
    status = g_test_run();
    if (host) {
        virt_domain_free(domain);
        virt_host_free(host);
    }
    return status;
}
