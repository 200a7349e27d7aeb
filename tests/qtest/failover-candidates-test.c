/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs: candidates, several pairs, other modules. */
#include <string.h>
#include "failure.h"
#include "fake-pair.h"

/* Cannot be created: there is no such device on the host. */
#define ABSENT(id) "-device vfio-pci,id=" id ",bus=rp0,host=ffff:1f:1f.7," \
                   "standby=net1 "

static JsonObject *candidate(FakePair *f, unsigned n)
{
    return json_array_get_object_element(
        json_object_get_array_member(fake_pair_query(f), "candidates"), n);
}

static void expect_candidate(FakePair *f, unsigned n, const char *state,
                             int attempts)
{
    JsonObject *o = candidate(f, n);

    g_assert_cmpstr(json_object_get_string_member(o, "state"), ==, state);
    g_assert_cmpint(json_object_get_int_member(o, "attempts"), ==, attempts);
    g_assert_cmpint(json_object_has_member(o, "error"), ==,
                    !strcmp(state, "failed"));
}

static int member(const QmpEvent *e, const char *name)
{
    return json_object_get_int_member(e->data, name);
}

/* The first that can be created is the primary. */
static void test_in_order(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY " " ABSENT("a")
                                ABSENT("b") FAKE_PRIMARY
                                " -device e1000e,id=late,bus=rp1,"
                                "standby=net1");
    const QmpEvent *e;

    fake_pair_start(f);
    expect_candidate(f, 0, "hidden", 0);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugging", "negotiated");
    e = fake_pair_wait(f, "plugging", "plug-failed");
    g_assert_cmpint(member(e, "candidate"), ==, 0);
    e = fake_pair_wait(f, "plugging", "plug-failed");
    g_assert_cmpint(member(e, "candidate"), ==, 1);
    g_assert_true(json_object_has_member(e->data, "message"));
    e = fake_pair_wait(f, "plugged", "negotiated");
    g_assert_cmpint(member(e, "candidate"), ==, 2);
    g_assert_cmpint(member(e, "attempt"), ==, 1);
    expect_candidate(f, 0, "failed", 1);
    expect_candidate(f, 1, "failed", 1);
    expect_candidate(f, 2, "plugged", 1);
    expect_candidate(f, 3, "hidden", 0);
    g_assert_cmpstr(json_object_get_string_member(fake_pair_query(f),
                                                  "primary"), ==, "prim0");
    fake_pair_stop(f);
}

/* All are tried again, and one that comes later is taken at once. */
static void test_retries(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL,
                                FAKE_STANDBY " " ABSENT("a") ABSENT("b"));
    const QmpEvent *e;

    fake_pair_start(f);
    fake_pair_drive(f, true);
    e = fake_pair_wait(f, "failed", "plug-failed");
    g_assert_cmpint(member(e, "attempt"), ==, 1);
    e = fake_pair_wait(f, "failed", "plug-failed");
    g_assert_cmpint(member(e, "attempt"), ==, 2);
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'a'}");
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'good',"
           " 'bus': 'rp0', 'standby': 'net1'}");
    e = fake_pair_wait(f, "plugged", "negotiated");
    g_assert_cmpint(member(e, "candidate"), ==, 1);
    expect_candidate(f, 1, "plugged", 1);
    fake_pair_stop(f);
}

/* Of one netdev, which the other has; it is the next one's after that. */
static void test_same_netdev(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, "settle=0.1", FAKE_STANDBY
                                " -netdev hubport,hubid=0,id=n0"
                                " -netdev hubport,hubid=0,id=n1"
                                " -device e1000e,id=other,bus=rp2,netdev=n1 "
                                FAKE_PRIMARY ",netdev=n0");
    const char *error;

    fake_pair_start(f);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_power_on(f);
    qmp_ok(f->vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'next',"
           " 'bus': 'rp0', 'standby': 'net1', 'netdev': 'n0'}");
    error = qmp_error(f->vm->qmp, "device_add", "{'driver': 'e1000e',"
                      " 'id': 'third', 'bus': 'rp0', 'standby': 'net1',"
                      " 'netdev': 'n1'}");
    g_assert_nonnull(strstr(error, "in use"));
    qmp_ok(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
    fake_pair_wait(f, "unplugging", "user");
    fake_pair_release(f);
    fake_pair_wait(f, "hidden", "unplugged");
    qmp_ok(f->vm->qmp, "failover-plug", "{'standby': 'net1', 'id': 'next'}");
    fake_pair_wait(f, "plugged", "user");
    g_assert_true(qmp_has_device(f->vm->qmp, "next"));
    fake_pair_stop(f);
}

static void test_retries_end(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, "retries=1",
                                FAKE_STANDBY " " ABSENT("a"));

    fake_pair_start(f);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "failed", "plug-failed");
    fake_pair_wait(f, "failed", "plug-failed");
    qmp_ok(f->vm->qmp, "failover-plug", "{'standby': 'net1'}");
    fake_pair_wait(f, "failed", "plug-failed");
    fake_pair_wait(f, "failed", "plug-failed");
    expect_candidate(f, 0, "failed", 4);
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'a'}");
    fake_pair_wait(f, "hidden", "user");
    fake_pair_stop(f);
}

/* A primary of its own for each, and one driver that knows of it. */
static void test_two_pairs(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY " " FAKE_PRIMARY
                                " -device virtio-net-pci,id=net2,addr=8"
                                " -device e1000e,id=prim2,bus=rp1,"
                                "standby=net2");
    JsonArray *list;

    fake_pair_start(f);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    list = qmp_ok_array(f->vm->qmp, "query-failover", QMP_ANY);
    g_assert_cmpuint(json_array_get_length(list), ==, 2);
    g_assert_cmpstr(json_object_get_string_member(
        json_array_get_object_element(list, 1), "state"), ==, "hidden");
    g_assert_false(qmp_has_device(f->vm->qmp, "prim2"));
    fake_pair_stop(f);
}

/* Beside annex-unplug, in any order, whose timeout is the one that counts. */
static void test_with_unplug(gconstpointer data)
{
    int first;

    for (first = 0; first < 2; first++) {
        g_autofree char *devices =
            g_strdup_printf(FAKE_STANDBY " " FAKE_PRIMARY " %s%s%s",
                            first ? "-plugin " : "",
                            first ? test_host_plugin("unplug") : "",
                            first ? ",timeout=0.5" : "");
        FakePair *f = fake_pair_new(data, "unplug-timeout=3", devices);

        if (!first) {
            test_vm_plugin(f->vm, "unplug", "timeout=0.5");
        }
        fake_pair_start(f);
        fake_pair_drive(f, true);
        fake_pair_wait(f, "plugged", "negotiated");
        fake_pair_power_on(f);
        qmp_ok(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
        qmp_wait_event(f->vm->qmp, "DEVICE_NOT_DELETED", 0,
                       "{'device': 'prim0'}");
        fake_pair_release(f);
        fake_pair_wait(f, "hidden", "unplugged");
        qmp_wait_event(f->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': 'prim0', 'outcome': 'late'}");
        fake_pair_stop(f);
    }
}

/* Who takes our request back by the other module's command keeps it. */
static void test_taken_back(gconstpointer data)
{
    FakePair *f = fake_pair_new(data, NULL, FAKE_STANDBY " " FAKE_PRIMARY);

    test_vm_plugin(f->vm, "unplug", NULL);
    fake_pair_start(f);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_power_on(f);
    qmp_ok(f->vm->qmp, "failover-unplug", "{'standby': 'net1'}");
    fake_pair_wait(f, "unplugging", "user");
    qmp_ok(f->vm->qmp, "device-unplug-cancel", "{'id': 'prim0'}");
    fake_pair_wait(f, "plugged", "user");
    qmp_sync(f->vm->qmp);
    fake_pair_expect(f, "plugged");
    fake_pair_stop(f);
}

int main(int argc, char **argv)
{
    static const FakePairTest tests[] = {
        { "in-order", test_in_order },
        { "retries", test_retries },
        { "same-netdev", test_same_netdev },
        { "retries-end", test_retries_end },
        { "two-pairs", test_two_pairs },
        { "taken-back", test_taken_back },
        { "with-unplug", test_with_unplug },
        {}
    };

    g_test_init(&argc, &argv, NULL);
    fake_pair_add_tests("failover-candidates", tests);
    return g_test_run();
}
