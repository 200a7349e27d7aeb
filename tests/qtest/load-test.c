/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading: options, introspection, and errors that stay the host's own. */
#include "failure.h"
#include "vm.h"

#include <string.h>

static TestVm *machine(void)
{
    TestVm *vm = test_vm_new("load");

    test_vm_args(vm, "-machine q35");
    test_vm_halt_rom(vm);
    return vm;
}

/* The one line that a QEMU which refuses to start ends with. */
static void expect_refusal_by(const char *name, const char *options,
                              const char *line)
{
    TestVm *vm = machine();
    g_autofree char *text = NULL;

    test_vm_plugin(vm, name, options);
    text = test_vm_start_expect_failure(vm);
    if (!strstr(text, line)) {
        test_fail("options '%s': expected '%s', got '%s'", options, line,
                  text);
    }
    test_vm_free(vm);
}

static void expect_refusal(const char *options, const char *line)
{
    expect_refusal_by("unplug", options, line);
}

static void bad_failover_options(void)
{
    expect_refusal_by("failover", "unplug-timeout=0",
                      "annex-failover: option 'unplug-timeout': '0' is not "
                      "seconds from 1 to 3600, with up to three decimals");
    expect_refusal_by("failover", "on-timeout=continue",
                      "annex-failover: option 'on-timeout': 'continue' is "
                      "not one of 'abort', 'remove'");
    expect_refusal_by("failover", "retries=-1",
                      "annex-failover: option 'retries': '-1' is not a "
                      "number from 0 to 1000000, or 'forever'");
    expect_refusal_by("failover", "settle=61",
                      "annex-failover: option 'settle': '61' is not "
                      "seconds from 0 to 60, with up to three decimals");
}

static void bad_vhost_user_options(void)
{
    expect_refusal_by("vhost-user", "timeout=3600001",
                      "annex-vhost-user: option 'timeout': '3600001' is not "
                      "a number from 0 to 3600000");
    expect_refusal_by("vhost-user", "timeout=0.5",
                      "annex-vhost-user: option 'timeout': '0.5' is not "
                      "a number from 0 to 3600000");
    expect_refusal_by("vhost-user", "serialize=maybe",
                      "annex-vhost-user: option 'serialize': 'maybe' is not "
                      "'on' or 'off'");
    expect_refusal_by("vhost-user", "linkdown=1",
                      "annex-vhost-user: option 'linkdown': '1' is not "
                      "'on' or 'off'");
}

static void bad_postcopy_options(void)
{
    expect_refusal_by("postcopy", "policy=stop",
                      "annex-postcopy: option 'policy': 'stop' is not one of "
                      "'pause', 'run'");
    expect_refusal_by("postcopy", "watchdog=1s",
                      "annex-postcopy: option 'watchdog': '1s' is not a "
                      "number from 0 to 3600000");
    expect_refusal_by("postcopy", "x-quiet=off",
                      "annex-postcopy: option 'x-quiet': 'off' is not one of "
                      "'auto', 'on'");
}

static void bad_slots_options(void)
{
    expect_refusal_by("pci-slots", "pool=n:pci.0:8-32:network",
                      "annex-pci-slots: option 'pool': "
                      "'n:pci.0:8-32:network' is not "
                      "NAME:BUS:FIRST-LAST:MATCH, with slots from 0 to 31");
    expect_refusal_by("pci-slots", "pool=n:pci.0:8-9:any,"
                      "pool=m:pci.0:9-10:any",
                      "annex-pci-slots: pools 'n' and 'm' share slots of bus "
                      "'pci.0'");
    expect_refusal_by("pci-slots", "preset=ganeti,ports=nics:rp*:any",
                      "annex-pci-slots: there are two pools 'nics'");
    expect_refusal_by("pci-slots", "ports=nics",
                      "annex-pci-slots: option 'ports': 'nics' is not "
                      "NAME:ID-PATTERN:MATCH");
    expect_refusal_by("pci-slots", "explicit=deny",
                      "annex-pci-slots: option 'explicit': 'deny' is not one "
                      "of 'allow', 'refuse'");
}

static void bad_options(void)
{
    static const char *const bad[] = {
        "", "-1", "abc", "1e99", "86400.001", "1.0005", "nan",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *options = g_strdup_printf("timeout=%s", bad[i]);
        g_autofree char *line =
            g_strdup_printf("annex-unplug: option 'timeout': '%s' is not "
                            "seconds from 0 to 86400, with up to three "
                            "decimals", bad[i]);

        expect_refusal(options, line);
    }
    expect_refusal("migrate=yes",
                   "annex-unplug: option 'migrate': 'yes' is not 'on' or "
                   "'off'");
    expect_refusal("on-mismatch=ignore",
                   "annex-unplug: option 'on-mismatch': 'ignore' is not one "
                   "of 'refuse', 'skip'");
    expect_refusal("timeuot=3",
                   "annex-unplug: option 'timeuot': unknown, expected one of "
                   "'timeout', 'migrate', 'on-mismatch'");
    expect_refusal("timeout=3,timeout=4",
                   "annex-unplug: option 'timeout': given twice ('3', '4')");
}

static JsonObject *only_module(TestVm *vm)
{
    JsonObject *annex = qmp_ok(vm->qmp, "query-annex", QMP_ANY);
    JsonArray *list = json_object_get_array_member(annex, "modules");

    g_assert_cmpint(json_array_get_length(list), ==, 1);
    return json_array_get_object_element(list, 0);
}

static void query_annex(void)
{
    TestVm *vm = machine();
    JsonObject *module, *options, *host, *version;

    test_vm_plugin(vm, "unplug", "timeout=2.5");
    test_vm_start(vm);
    module = only_module(vm);
    g_assert_cmpstr(json_object_get_string_member(module, "name"), ==,
                    "unplug");
    g_assert_cmpstr(json_object_get_string_member(module, "state"), ==,
                    "active");
    g_assert_cmpstr(json_object_get_string_member(module, "path"), ==,
                    test_host_plugin("unplug"));
    options = json_object_get_object_member(module, "options");
    g_assert_cmpstr(json_object_get_string_member(options, "timeout"), ==,
                    "2.5");
    g_assert_cmpstr(json_object_get_string_member(options, "migrate"), ==,
                    "off");
    g_assert_cmpint(json_array_get_length(
                        json_object_get_array_member(module, "hooks")),
                    >, 0);

    host = json_object_get_object_member(
        qmp_ok(vm->qmp, "query-annex", QMP_ANY), "host");
    version = qmp_ok(vm->qmp, "query-version", QMP_ANY);
    g_assert_cmpstr(json_object_get_string_member(host, "package"), ==,
                    json_object_get_string_member(version, "package"));
    g_assert_cmpstr(json_object_get_string_member(host, "found"), ==,
                    json_object_get_string_member(host, "built-for"));
    test_vm_quit(vm);
    test_vm_free(vm);
}

static JsonObject *find_entity(JsonArray *schema, const char *name)
{
    unsigned i, found = 0;
    JsonObject *entity = NULL;

    for (i = 0; i < json_array_get_length(schema); i++) {
        JsonObject *e = json_array_get_object_element(schema, i);

        if (!strcmp(json_object_get_string_member(e, "name"), name)) {
            entity = e;
            found++;
        }
    }
    g_assert_cmpuint(found, <=, 1);
    return entity;
}

/* Every type that ours refer to is there, once, and stock's all are. */
static void introspection(void)
{
    static const char *const ours[] = {
        "query-annex", "query-unplug-requests", "device-unplug",
        "device-unplug-cancel", "DEVICE_UNPLUG_ERROR", "DEVICE_NOT_DELETED",
        "DEVICE_UNPLUG_DONE", "UnplugRequestInfo", "[UnplugRequestInfo]",
        "UnplugTransport", "str", "int", "bool",
    };
    TestVm *stock = machine(), *vm = machine();
    JsonArray *before, *after;
    unsigned i, n;

    test_vm_start(stock);
    before = qmp_ok_array(stock->qmp, "query-qmp-schema", QMP_ANY);
    test_vm_plugin(vm, "unplug", NULL);
    test_vm_start(vm);
    after = qmp_ok_array(vm->qmp, "query-qmp-schema", QMP_ANY);
    n = json_array_get_length(before);
    for (i = 0; i < n; i++) {
        JsonNode *a = json_array_get_element(before, i);

        g_assert_true(json_node_equal(a, json_array_get_element(after, i)));
    }
    for (i = 0; i < G_N_ELEMENTS(ours); i++) {
        g_assert_nonnull(find_entity(after, ours[i]));
    }
    for (i = n; i < json_array_get_length(after); i++) {
        JsonObject *e = json_array_get_object_element(after, i);

        if (json_object_has_member(e, "arg-type")) {
            g_assert_nonnull(find_entity(
                after, json_object_get_string_member(e, "arg-type")));
        }
    }
    test_vm_quit(stock);
    test_vm_free(stock);
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void add_test_module(TestVm *vm, const char *name,
                            const char *options)
{
    test_vm_args(vm, "-plugin %s/../tests/modules/annex-%s.so,%s",
                 g_getenv("ANNEX_PLUGIN_DIR"), name, options);
}

/* Hooks, shadows and taps, tried from inside: QEMU starts if all is well. */
static void selftest(void)
{
    TestVm *vm = machine();

    add_test_module(vm, "selftest", "on-mismatch=refuse");
    test_vm_start(vm);
    g_assert_cmpstr(json_object_get_string_member(only_module(vm), "name"),
                    ==, "selftest");
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* Errors of device_del on what cannot be unplugged stay QEMU's own. */
static void errors_of_stock(void)
{
    static const char *const ids[] = {
        "nothing", "isa0", "lpt0", "/machine", "/machine/unattached", "fixed",
    };
    TestVm *vms[2] = { machine(), machine() };
    unsigned i, v;

    test_vm_plugin(vms[1], "unplug", NULL);
    for (v = 0; v < 2; v++) {
        test_vm_args(vms[v], "-device isa-debugcon,id=isa0,iobase=0x402,"
                     "chardev=c0 -chardev null,id=c0"
                     " -device virtio-rng-pci,id=fixed,bus=pcie.0");
        test_vm_start(vms[v]);
    }
    for (i = 0; i < G_N_ELEMENTS(ids); i++) {
        const char *stock = qmp_error(vms[0]->qmp, "device_del",
                                      "{'id': %s}", ids[i]);

        g_assert_cmpstr(stock, ==, qmp_error(vms[1]->qmp, "device_del",
                                             "{'id': %s}", ids[i]));
        g_assert_cmpstr(qmp_hmp(vms[0]->qmp, "device_del %s", ids[i]), ==,
                        qmp_hmp(vms[1]->qmp, "device_del %s", ids[i]));
        g_test_message("'%s': %s", ids[i], stock);
    }
    g_assert_cmpint(json_array_get_length(
                        qmp_ok_array(vms[1]->qmp, "query-unplug-requests",
                                     QMP_ANY)), ==, 0);
    for (v = 0; v < 2; v++) {
        test_vm_quit(vms[v]);
        test_vm_free(vms[v]);
    }
}

/* Wrong arguments of our commands: an error, and nothing asked. */
static void bad_arguments(void)
{
    static const char *const bad[] = {
        "{}", "{'id': 'dev0', 'path': '/machine/peripheral/dev0'}",
        "{'id': ''}", "{'id': '/machine/peripheral/dev0'}",
        "{'path': 'dev0'}", "{'path': ''}",
        "{'id': 'dev0', 'timeout': -1}", "{'id': 'dev0', 'timeout': 86401}",
        "{'id': 'dev0', 'timeout': 0.0001}",
        "{'id': 'dev0', 'timeout': 1e300}",
        "{'id': 'dev0', 'timeout': '3'}", "{'id': 'dev0', 'speed': 3}",
        "{'id': 'dev1'}", "{'path': '/machine/peripheral/dev1'}",
        "{'path': '/machine/peripheral'}",
    };
    TestVm *vm = machine();
    unsigned i;

    test_vm_args(vm, "-device pcie-root-port,id=rp0"
                 " -device virtio-rng-pci,id=dev0,bus=rp0");
    test_vm_plugin(vm, "unplug", NULL);
    test_vm_start(vm);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s: %s", bad[i],
                       qmp_error(vm->qmp, "device-unplug", bad[i], NULL));
        qmp_error(vm->qmp, "device-unplug-cancel", bad[i], NULL);
    }
    qmp_error(vm->qmp, "device-unplug-cancel", "{'id': 'dev0'}");
    g_assert_cmpint(json_array_get_length(
                        qmp_ok_array(vm->qmp, "query-unplug-requests",
                                     QMP_ANY)), ==, 0);
    test_vm_quit(vm);
    test_vm_free(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/load/bad-options", bad_options);
    g_test_add_func("/load/bad-failover-options", bad_failover_options);
    g_test_add_func("/load/bad-vhost-user-options", bad_vhost_user_options);
    g_test_add_func("/load/bad-postcopy-options", bad_postcopy_options);
    g_test_add_func("/load/bad-slots-options", bad_slots_options);
    g_test_add_func("/load/query-annex", query_annex);
    g_test_add_func("/load/introspection", introspection);
    g_test_add_func("/load/selftest", selftest);
    g_test_add_func("/load/errors-of-stock", errors_of_stock);
    g_test_add_func("/load/bad-arguments", bad_arguments);
    return g_test_run();
}
