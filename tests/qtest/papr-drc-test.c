/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by PAPR connectors of all types, the guest played by qtest. */
#include "failure.h"
#include "fake-papr.h"
#include "unplug-events.h"

#define TEST(ops, name, fn, options, paused) \
    papr_test("", ops, name, fn, options, paused)

/* One that never pauses holds up the end of what it could be looking at. */
static void pause_processor(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
}

static void completes(FakeGuest *g)
{
    expect_papr_removable(g);
}

/* The stock event once, ours, and the device can be asked for again. */
static void guest_refuses(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g->ops->refuse(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    expect_papr_connectors(g, "configured", false);
    expect_no_requests(g);
    expect_quiet(g);
    completes(g);
}

static void guest_is_silent(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.1}");
    expect_not_deleted(g, true, false, 1);
    expect_request(g, "timed-out", true, 1);
    pause_processor(g);
    g->ops->let_go(g);
    expect_deleted(g);
    expect_done(g, "late", false, 1);
    expect_quiet(g);
}

/* Stock fails for all but CPUs; the guest is told again. */
static void asked_again(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    g_assert_cmpstr(qmp_hmp(g->vm->qmp, "device_del dev0"), ==, "");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    expect_request(g, "requested", true, 2);
    g->ops->let_go(g);
    expect_done(g, "deleted", false, 2);
    expect_quiet(g);
}

/* Wait for the event that is behind a request for a DIMM. */
static void fetch_fence(FakeGuest *g)
{
    gint64 deadline = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;

    while (!papr_fetch_events(g)) {
        if (g_get_monotonic_time() > deadline) {
            test_fail("no fence");
        }
        g_usleep(10 * 1000);
    }
}

/*
 * Linux makes no call when it keeps the first LMB, but comes to the fence.
 * Then the DIMM can be asked for again.
 */
static void dimm_guest_gives_up(FakeGuest *g)
{
    unsigned last = papr_connectors(g) - 1;

    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    fetch_fence(g);
    g_assert_cmpint(papr_sense(g, 0), ==, 1);
    expect_request(g, "requested", true, 1);
    g_assert_cmpint(papr_sense(g, last), ==, 1);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    expect_papr_connectors(g, "configured", false);
    expect_quiet(g);
    expect_papr_removable(g);
}

/* Not Linux, but it keeps its memory: what it lets go it is given again. */
static void dimm_guest_changes_its_mind(FakeGuest *g)
{
    uint32_t index;

    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    fetch_fence(g);
    g_assert_cmpint(papr_sense(g, papr_connectors(g) - 1), ==, 1);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    g->ops->let_go(g);
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    g_assert_true(papr_event_adds(g, &index));
    g_assert_cmphex(index, ==, (uint32_t)g->select);
    papr_acquire(g, 0);
    papr_acquire(g, 1);
    expect_papr_removable(g);
}

/* A DIMM of one LMB has a fence elsewhere. */
static void one_lmb(void)
{
    FakeGuestOps ops = fake_papr_dimm;
    uint32_t index;
    FakeGuest *g;

    ops.args = "-m 512M,slots=2,maxmem=2G -object memory-backend-ram,id=mem0,"
               "size=256M -device pc-dimm,id=dev0,memdev=mem0";
    g = fake_papr_start(&ops, "", false);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    g_assert_false(papr_event_adds(g, &index));
    g_assert_cmphex(index, ==, (uint32_t)g->select);
    fetch_fence(g);
    g_assert_true(papr_event_adds(g, &index));
    g_assert_cmphex(index, !=, (uint32_t)g->select);
    g_assert_cmpint(papr_sense(g, 0), ==, 1);
    expect_request(g, "requested", true, 1);
    g_assert_cmpint(papr_sense(g, index - (uint32_t)g->select), ==, 2);
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    fake_guest_stop(g);
}

/* One that is slow comes to it after it has isolated an LMB. */
static void dimm_guest_is_slow(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    fetch_fence(g);
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
    g_assert_cmpint(papr_sense(g, 1), ==, 1);
    expect_request(g, "seen", true, 1);
    g_assert_cmpint(papr_isolate(g, 1), ==, 0);
    g_assert_cmpint(papr_set_unusable(g, 1), ==, 0);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* A guest that configures an LMB again: the host takes the DIMM back. */
static void dimm_guest_reconfigures(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
    g_assert_cmpint(papr_configure(g, 1), ==, 0);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    expect_quiet(g);
    /* Stock would abort over the next request, for want of LMB 0. */
    g_assert_cmpuint(papr_fetch_events(g), ==, 2);
    papr_acquire(g, 0);
    expect_papr_removable(g);
}

static void reset(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(g->vm->qmp, "RESET", 0, QMP_ANY);
    pause_processor(g);
    expect_done(g, "reset", false, 1);
    expect_no_requests(g);
    expect_quiet(g);
}

/* Both modules share the supervisor, and its one section of the stream. */
static void beside_unplug(void)
{
    TestVm *vm = test_vm_new_arch("both", "ppc64");

    test_vm_args(vm, "-machine pseries -S -bios %s",
                 test_vm_disk(vm, "firmware", 1));
    test_vm_plugin(vm, "unplug", "migrate=on");
    test_vm_plugin(vm, "papr-drc", "migrate=on");
    test_vm_start(vm);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(
                         qmp_ok(vm->qmp, "query-annex", QMP_ANY),
                         "modules")), ==, 2);
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* An NVDIMM cannot be unplugged: the host's error, and no request. */
static void pmem(void)
{
    FakeGuestOps ops = fake_papr_dimm;
    FakeGuest *g;

    ops.args = "-machine nvdimm=on -m 512M,slots=2,maxmem=2G "
               "-object memory-backend-ram,id=mem0,size=257M "
               "-device nvdimm,id=dev0,memdev=mem0,label-size=1M,"
               "uuid=75a3cdd7-6a2f-4791-8d15-fe0a920e8e9e";
    g = fake_papr_start(&ops, "", true);
    g_assert_cmpstr(json_object_get_string_member(papr_connector(g, 0),
                                                  "type"), ==, "pmem");
    g_assert_cmpstr(qmp_error(g->vm->qmp, "device_del", "{'id': 'dev0'}"), ==,
                    "nvdimm device hot unplug is not supported yet.");
    expect_no_requests(g);
    expect_quiet(g);
    fake_guest_stop(g);
}

/* A host that does not do as the state machine: told in full, once. */
static void checker(void)
{
    g_autofree char *args = g_strdup_printf(
        "%s -plugin %s/../tests/modules/annex-papr-stray.so",
        fake_papr_cpu.args, g_getenv("ANNEX_PLUGIN_DIR"));
    FakeGuestOps ops = fake_papr_cpu;
    FakeGuest *g;

    ops.args = args;
    g = fake_papr_start(&ops, "", true);
    g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
    g_assert_cmpint(papr_sense(g, 0), ==, 1);
    g_assert_null(qmp_find_event(g->vm->qmp, "PAPR_CONNECTOR_DIVERGED",
                                 QMP_ANY));
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    qmp_wait_event(g->vm->qmp, "PAPR_CONNECTOR_DIVERGED", 0,
                   "{'index': %d, 'type': 'cpu', 'call': 'isolate',"
                   " 'expected-state': 'available', 'expected-result': 0,"
                   " 'state': 'unusable', 'result': 0}", g->select);
    fake_guest_stop(g);
}

int main(int argc, char **argv)
{
    const FakeGuestOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    for (ops = fake_paprs; *ops; ops++) {
        TEST(*ops, "completes", completes, "", true);
        TEST(*ops, "guest-refuses", guest_refuses, "", true);
        TEST(*ops, "guest-is-silent", guest_is_silent, "", false);
        TEST(*ops, "asked-again", asked_again, "", true);
        TEST(*ops, "reset", reset, "", false);
    }
    TEST(&fake_papr_dimm, "guest-gives-up", dimm_guest_gives_up, "", false);
    TEST(&fake_papr_dimm, "guest-changes-its-mind",
         dimm_guest_changes_its_mind, "", false);
    TEST(&fake_papr_dimm, "guest-is-slow", dimm_guest_is_slow, "", false);
    TEST(&fake_papr_dimm, "guest-reconfigures", dimm_guest_reconfigures, "",
         true);
    g_test_add_func("/papr-drc/papr-dimm/one-lmb", one_lmb);
    g_test_add_func("/papr-drc/papr-pmem/refused-by-host", pmem);
    g_test_add_func("/papr-drc/checker", checker);
    g_test_add_func("/papr-drc/beside-unplug", beside_unplug);
    return g_test_run();
}
