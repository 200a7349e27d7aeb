/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs, given in all the ways in which QEMU takes devices. */
#include <string.h>
#include "failure.h"
#include "fake-pair.h"

#define OTHER_MAC "52:54:00:44:55:66"

static void mac_is(FakePair *f, const char *mac)
{
    const QmpReply *r = qmp_execute(f->vm->qmp, "qom-get",
                                    "{'path': '/machine/peripheral/prim0',"
                                    " 'property': 'mac'}");

    g_assert_nonnull(r->ret);
    g_assert_cmpstr(json_node_get_string(r->ret), ==, mac);
}

/* The primary is plugged when the guest is ready, with these options. */
static void expect_works(FakePair *f, const char *mac)
{
    fake_pair_expect(f, "hidden");
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    mac_is(f, mac);
    fake_pair_stop(f);
}

static void test_config_file(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY);
    g_autofree char *path = g_build_filename(f->vm->dir, "config", NULL);

    g_assert_true(g_file_set_contents(path,
        "[device \"prim0\"]\n driver = \"e1000e\"\n bus = \"rp0\"\n"
        " standby = \"net1\"\n mac = \"" FAKE_MAC "\"\n", -1, NULL));
    test_vm_args(f->vm, "-readconfig %s", path);
    fake_pair_start(f);
    expect_works(f, FAKE_MAC);
}

/* Changed by other options, before and after. */
static void test_set(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY " " FAKE_PRIMARY
                                " -set device.prim0.mac=" OTHER_MAC);

    fake_pair_start(f);
    expect_works(f, OTHER_MAC);
}

static void test_global(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, "-global e1000e.mac=" OTHER_MAC
                                " -global e1000e.rombar=0 " FAKE_STANDBY
                                " -device e1000e,id=prim0,bus=rp0,"
                                "standby=net1");

    fake_pair_start(f);
    expect_works(f, OTHER_MAC);
}

static void test_human_monitor(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY);
    const char *text;

    fake_pair_start(f);
    text = qmp_hmp(f->vm->qmp, "device_add e1000e,id=prim0,bus=rp0,"
                   "standby=net1,mca=1");
    g_assert_nonnull(strstr(text, "mca"));
    text = qmp_hmp(f->vm->qmp, "device_add e1000e,id=prim0,bus=rp0,"
                   "standby=net1,mac=" FAKE_MAC);
    g_assert_cmpstr(text, ==, "");
    text = qmp_hmp(f->vm->qmp, "device_add e1000e,id=prim0,bus=rp0,"
                   "standby=net1");
    g_assert_nonnull(strstr(text, "prim0"));
    expect_works(f, FAKE_MAC);
}

/* Values that are not text. */
static void test_types(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY
                                " -device '{\"driver\": \"e1000e\","
                                " \"id\": \"prim0\", \"bus\": \"rp0\","
                                " \"addr\": \"0\", \"rombar\": 0,"
                                " \"multifunction\": false,"
                                " \"standby\": \"net1\","
                                " \"mac\": \"" FAKE_MAC "\"}'");

    fake_pair_start(f);
    expect_works(f, FAKE_MAC);
}

/* What was refused has left nothing: the id is free, and so is the slot. */
static void test_refused_then_right(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY);
    const char *const wrong[] = { "mca", "netdev", "addr" };
    unsigned i;

    fake_pair_start(f);
    for (i = 0; i < G_N_ELEMENTS(wrong); i++) {
        qmp_error(f->vm->qmp, "device_add", "{'driver': 'e1000e',"
                  " 'id': 'prim0', 'bus': 'rp0', 'standby': 'net1', %s: 'x'}",
                  wrong[i]);
    }
    g_assert_cmpuint(json_array_get_length(
        qmp_ok_array(f->vm->qmp, "query-failover", QMP_ANY)), ==, 0);
    qmp_error(f->vm->qmp, "device_del", "{'id': 'prim0'}");
    g_assert_false(fake_pair_is_offered(f));
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'prim0',"
           " 'bus': 'rp0', 'standby': 'net1', 'mac': '" FAKE_MAC "'}");
    expect_works(f, FAKE_MAC);
}

/*
 * One that is not there: QEMU starts, and says so, there and when asked.  Or
 * what comes is something else.
 */
static void test_standby_never_comes(gconstpointer data)
{
    static const char *const unfit[] = {
        "virtio-rng-pci", "virtio-net-pci,failover=on",
    };
    FakePair *f = fake_pair_new(data, NULL, FAKE_PRIMARY);
    g_autofree char *text = NULL;
    unsigned i;

    fake_pair_start(f);
    text = test_vm_stderr(f->vm);
    g_assert_nonnull(strstr(text, "warning: annex-failover: standby 'net1':"
                            " there is no device of the standby's id"));
    g_assert_cmpstr(json_object_get_string_member(fake_pair_query(f),
                                                  "error"), ==,
                    "there is no device of the standby's id");
    fake_pair_stop(f);

    for (i = 0; i < G_N_ELEMENTS(unfit); i++) {
        f = fake_pair_new(data, NULL, FAKE_PRIMARY " -S");
        fake_pair_start(f);
        qmp_hmp(f->vm->qmp, "device_add %s,id=net1,bus=rp1", unfit[i]);
        g_assert_true(qmp_has_device(f->vm->qmp, "net1"));
        g_assert_cmpstr(json_object_get_string_member(fake_pair_query(f),
                                                      "error"), ==,
                        "the standby is not a virtio-net device without"
                        " 'failover'");
        qmp_ok(f->vm->qmp, "cont", QMP_ANY);
        fake_pair_expect(f, "hidden");
        fake_pair_stop(f);
    }
}

/* These end QEMU, with the name of what is wrong. */
static void test_wrong(gconstpointer data)
{
    static const char *const cases[][2] = {
        { "-machine pc -device e1000e,id=p,bus=pci.0,standby=net1",
          "'pci.0'" },
        { "-machine q35 -device pcie-root-port,id=rp,hotplug=off"
          " -device e1000e,id=p,bus=rp,standby=net1", "'rp'" },
        { "-machine q35 -device pcie-pci-bridge,id=br"
          " -device e1000e,id=p,bus=br,standby=net1", "'br'" },
        { "-machine q35 -device e1000e,id=p,bus=pcie.0,standby=net1",
          "'pcie.0'" },
        { "-machine q35 -device pcie-root-port,id=rp"
          " -device e1000e,id=p,bus=rp,standby=", "needs the id" },
        { "-machine q35 -device pcie-root-port,id=rp"
          " -device e1000e,id=p,bus=rp,standby=n"
          " -device e1000e,id=p,bus=rp,standby=n", "'p'" },
        { "-machine q35 -device pcie-root-port,id=rp"
          " -device e1000e,id=p,bus=rp,standby=n"
          " -device '{\"driver\": \"e1000e\", \"id\": \"p\"}'", "'p'" },
        { "-machine q35 -device pcie-root-port,id=rp"
          " -device '{\"driver\": \"e1000e\", \"id\": \"p\","
          " \"bus\": \"rp\", \"standby\": 1}'", "needs the id" },
        { "-machine q35 -device pcie-root-port,id=rp"
          " -device e1000e,id=p,bus=rp,standby=/net1", "'/net1'" },
        { "-machine q35 -device pcie-root-port,id=rp"
          " -device '{\"driver\": \"e1000e\", \"id\": \"1 2\","
          " \"bus\": \"rp\", \"standby\": \"n\"}'", "'1 2'" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        TestVm *vm = test_vm_new(data);
        g_autofree char *text = NULL;

        test_vm_args(vm, "%s", cases[i][0]);
        test_vm_plugin(vm, "failover", NULL);
        text = test_vm_start_expect_failure(vm);
        if (!strstr(text, cases[i][1])) {
            test_fail("'%s' is not in '%s'", cases[i][1], text);
        }
        test_vm_free(vm);
    }
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "config-file", test_config_file },
        { "set", test_set },
        { "global", test_global },
        { "human-monitor", test_human_monitor },
        { "types", test_types },
        { "refused-then-right", test_refused_then_right },
        { "standby-never-comes", test_standby_never_comes },
        { "wrong", test_wrong, true },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-syntax", tests);
    return g_test_run();
}
