/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIO slots of annex-papr-drc: plug and unplug, the guest played by qtest. */
#include "failure.h"
#include "fake-vio.h"
#include "unplug-events.h"

#include <string.h>

#define SLOTS "vio-slots=2"
#define PATH "/papr-drc-slots/papr-vio/"

/* LoPAR 10.3.2.2, types of hotplug events. */
#define EVENT_SLOT 3

#define DISK "{'driver': 'scsi-hd', 'id': 'disk', 'bus': 'dev0.0', " \
             "'drive': 'blk'}"

static void unplug(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    vio_let_go(g);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_quiet(g);
}

/* --------------------------------------------------- plug and unplug */

/* One event, about the first slot, of the type that no stock QEMU sends. */
static void expect_event(FakeGuest *g, bool adds)
{
    uint32_t index;

    g_assert_cmpint(papr_fetch_type(g), ==, EVENT_SLOT);
    g_assert_true(papr_event_adds(g, &index) == adds);
    g_assert_cmphex(index, ==, (uint32_t)g->select);
    g_assert_cmpint(papr_fetch_type(g), ==, -1);
}

/* Again and again, with nothing left behind that a new device would hit. */
static void comes_and_goes(gconstpointer driver)
{
    FakeGuest *g = fake_vio_start("vio-slots=1");
    int i;

    for (i = 0; i < 5; i++) {
        vio_plug(g, driver);
        expect_event(g, true);
        vio_take(g);
        unplug(g);
        expect_event(g, false);
        vio_reset(g);
    }
    fake_guest_stop(g);
}

/* The slot is free at once, even if the end of the old device takes a while. */
static void replaced_at_once(gconstpointer driver)
{
    FakeGuest *g = fake_papr_start(&fake_vio, "vio-slots=1", false);

    vio_plug(g, driver);
    vio_take(g);
    /* The processor never pauses, and so could be looking at anything. */
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    vio_let_go(g);
    vio_plug(g, driver);
    vio_take(g);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    expect_deleted(g);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev0', 'outcome': 'deleted'}");
    unplug(g);
    fake_guest_stop(g);
}

/* A guest that does not have the device need not let it go. */
static void never_taken(gconstpointer driver)
{
    FakeGuest *g = fake_vio_start("vio-slots=1");
    int i;

    for (i = 0; i < 2; i++) {
        vio_plug(g, driver);
        qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
        expect_deleted(g);
        expect_done(g, "deleted", false, 1);
        expect_quiet(g);
    }
    fake_guest_stop(g);
}

/* What was plugged is there after a reset, as if from the start. */
static void stays_at_reset(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);

    vio_plug(g, "spapr-vlan");
    vio_reset(g);
    g_assert_cmpint(papr_configure(g, 0), ==, 0);
    unplug(g);
    fake_guest_stop(g);
}

static void guest_refuses(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);

    vio_plug(g, "spapr-vscsi");
    vio_take(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
    qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                   "{'device': 'dev0'}");
    expect_error(g, "guest-refused", -1, 1);
    expect_done(g, "refused", true, 1);
    unplug(g);
    fake_guest_stop(g);
}

/* ----------------------------------------------------------- the slots */


static void slots_are_chosen(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);
    QmpClient *qmp = g->vm->qmp;

    g_assert_cmpstr(qmp_error(qmp, "device_add",
                              "{'driver': 'spapr-vlan', 'reg': 4096}"), ==,
                    "there is no VIO slot at 0x1000");
    g_assert_cmpstr(qmp_error(qmp, "device_add", "{'driver': 'spapr-vty'}"),
                    ==, "'spapr-vty' cannot be plugged into a VIO slot, only "
                    "spapr-vlan and spapr-vscsi");
    qmp_ok(qmp, "device_add", "{'driver': 'spapr-vlan', 'id': 'second', "
           "'reg': %d}", 0x71000081);
    g_assert_cmpstr(qmp_error(qmp, "device_add",
                              "{'driver': 'spapr-vscsi', 'reg': %d}",
                              0x71000081), ==,
                    "spapr-vscsi and spapr-vlan devices conflict at address "
                    "0x71000081");
    vio_plug(g, "spapr-vscsi");
    g_assert_cmphex(g->select, ==, 0x30000000);
    g_assert_cmpstr(qmp_error(qmp, "device_add", "{'driver': 'spapr-vlan'}"),
                    ==, "no VIO slot is free");
    qmp_ok(qmp, "device_del", "{'id': 'second'}");
    qmp_wait_event(qmp, "DEVICE_DELETED", 0, "{'device': 'second'}");
    qmp_ok(qmp, "device_add", "{'driver': 'spapr-vlan', 'id': 'third'}");
    fake_guest_stop(g);
}

/* Of a card that has gone, nothing is left on its network. */
static void network_is_free(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);
    int i;

    for (i = 0; i < 2; i++) {
        qmp_ok(g->vm->qmp, "device_add", "{'driver': 'spapr-vlan', "
               "'id': 'dev0', 'netdev': 'net'}");
        papr_set_up(g);
        vio_take(g);
        unplug(g);
        g_assert_null(strstr(qmp_hmp(g->vm->qmp, "info network"), "dev0"));
    }
    fake_guest_stop(g);
}

/* Disks come and go until the guest has the adapter. */
static void disks(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);
    QmpClient *qmp = g->vm->qmp;
    int i;

    vio_plug(g, "spapr-vscsi");
    for (i = 0; i < 2; i++) {
        qmp_ok(qmp, "device_add", DISK);
        qmp_ok(qmp, "device_del", "{'id': 'disk'}");
        qmp_wait_event(qmp, "DEVICE_DELETED", 0, "{'device': 'disk'}");
    }
    qmp_ok(qmp, "device_add", DISK);
    vio_take(g);
    g_assert_cmpstr(qmp_error(qmp, "device_del", "{'id': 'disk'}"), ==,
                    "the guest has taken 'dev0': its disks cannot be changed "
                    "any more");
    unplug(g);
    vio_plug(g, "spapr-vscsi");
    vio_take(g);
    g_assert_cmpstr(qmp_error(qmp, "device_add", DISK), ==,
                    "the guest has taken 'dev0': its disks cannot be changed "
                    "any more");
    unplug(g);
    fake_guest_stop(g);
}

/* A device of the command line that is in no slot stays, as in stock. */
static void not_in_slot(void)
{
    FakeGuestOps ops = fake_vio;
    FakeGuest *g;

    ops.args = "-device spapr-vlan,id=dev0";
    g = fake_papr_start(&ops, SLOTS, true);
    g_assert_cmpstr(qmp_error(g->vm->qmp, "device_del", "{'id': 'dev0'}"),
                    ==, "device 'dev0' is in no VIO slot");
    expect_no_requests(g);
    expect_quiet(g);
    fake_guest_stop(g);
}

/* A QEMU that does not start, and says why. */
static void expect_refusal(const char *machine, const char *options,
                           const char *reason)
{
    TestVm *vm = test_vm_new_arch("refused", "ppc64");
    g_autofree char *message = NULL;

    test_vm_args(vm, "-machine %s", machine);
    test_vm_plugin(vm, "papr-drc", options);
    message = test_vm_start_expect_failure(vm);
    if (!strstr(message, reason)) {
        test_fail("expected '%s', got '%s'", reason, message);
    }
    test_vm_free(vm);
}

static void wrong_options(void)
{
    expect_refusal("powernv9", SLOTS, "annex-papr-drc: VIO slots are for the "
                   "pseries machine");
    expect_refusal("pseries", "vio-slots=65", "annex-papr-drc: option "
                   "'vio-slots': '65' is not a number from 0 to 64");
}

/* ------------------------------------------------------- migration */

/* The device is plugged here, and of the command line there. */
static FakeGuest *migrate(FakeGuest *from)
{
    FakeGuestOps ops = fake_vio;
    g_autofree char *uri = NULL;
    FakeGuest *to;

    ops.args = "-device spapr-vlan,id=dev0,reg=0x71000080 -incoming defer";
    ops.set_up = papr_set_up;
    to = fake_papr_start(&ops, SLOTS, true);
    uri = g_strdup_printf("unix:%s/migration", to->vm->dir);
    qmp_ok(to->vm->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
    qmp_ok(to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(to->vm->qmp, "MIGRATION", 0, "{'status': 'completed'}");
    fake_guest_stop(from);
    to->ops = &fake_vio;
    return to;
}

static void migrates_taken(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);

    vio_plug(g, "spapr-vlan");
    vio_take(g);
    g = migrate(g);
    unplug(g);
    fake_guest_stop(g);
}

static void migrates_untaken(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);

    vio_plug(g, "spapr-vlan");
    g = migrate(g);
    vio_take(g);
    unplug(g);
    fake_guest_stop(g);
}

static void migrates_requested(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);

    vio_plug(g, "spapr-vlan");
    vio_take(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    g = migrate(g);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_request(g, "requested", true, 1);
    /* A processor that never pauses would hold up the end of the device. */
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    vio_let_go(g);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    fake_guest_stop(g);
}

static void add_for_drivers(const char *name, void (*run)(gconstpointer data))
{
    static const char *const drivers[] = { "spapr-vlan", "spapr-vscsi" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_autofree char *path = g_strdup_printf(PATH "%s/%s", name,
                                                drivers[i]);

        g_test_add_data_func(path, drivers[i], run);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_for_drivers("comes-and-goes", comes_and_goes);
    add_for_drivers("never-taken", never_taken);
    add_for_drivers("replaced-at-once", replaced_at_once);
    g_test_add_func(PATH "stays-at-reset", stays_at_reset);
    g_test_add_func(PATH "guest-refuses", guest_refuses);
    g_test_add_func(PATH "slots-are-chosen", slots_are_chosen);
    g_test_add_func(PATH "network-is-free", network_is_free);
    g_test_add_func(PATH "disks", disks);
    g_test_add_func(PATH "not-in-slot", not_in_slot);
    g_test_add_func(PATH "wrong-options", wrong_options);
    g_test_add_func(PATH "migrates-taken", migrates_taken);
    g_test_add_func(PATH "migrates-untaken", migrates_untaken);
    g_test_add_func(PATH "migrates-requested", migrates_requested);
    return g_test_run();
}
