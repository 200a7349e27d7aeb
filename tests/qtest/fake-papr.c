/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake pseries guests: firmware that does nothing, and RTAS by qtest. */
#include "fake-papr.h"
#include "failure.h"
#include "unplug-events.h"

#include <string.h>

/* dr-entity-sense of a logical connector (LoPAR 13.5.3.3). */
enum { SENSE_UNUSABLE = 2 };

#define MACHINE "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken," \
                "cap-ccf-assist=off"

/*
 * At the reset vector: a branch to itself, with interrupts off.  A processor
 * that cedes would be woken by each request, and again and again, since
 * nobody answers the interrupt.
 */
static void loop_rom(TestVm *vm)
{
    static const uint8_t code[] = { 0x48, 0x00, 0x00, 0x00 };
    g_autofree char *rom = g_malloc0(64 * 1024);
    g_autofree char *path = g_build_filename(vm->dir, "loop.rom", NULL);
    g_autoptr(GError) error = NULL;

    memcpy(rom + 0x100, code, sizeof(code));
    g_file_set_contents(path, rom, 64 * 1024, &error);
    g_assert_no_error(error);
    test_vm_arg(vm, "-bios", path, NULL);
}

static bool holds_dev0(FakeGuest *g, const char *connector)
{
    g_autofree char *path = g_strdup_printf("/dr-connector/%s", connector);
    const QmpReply *reply = qmp_execute(
        g->vm->qmp, "qom-get", "{'path': %s, 'property': 'device'}", path);

    return reply->ret && JSON_NODE_HOLDS_VALUE(reply->ret) &&
           !g_strcmp0(json_node_get_string(reply->ret),
                      "/machine/peripheral/dev0");
}

/* The names of all connectors; later replies do not touch them. */
static GPtrArray *connector_names(FakeGuest *g)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    JsonArray *list = qmp_ok_array(g->vm->qmp, "qom-list",
                                   "{'path': '/dr-connector'}");
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        g_ptr_array_add(names, g_strdup(json_object_get_string_member(
            json_array_get_object_element(list, i), "name")));
    }
    return names;
}

/* The lowest index by which the guest knows a connector that holds dev0. */
static uint32_t find_index(FakeGuest *g)
{
    g_autoptr(GPtrArray) names = connector_names(g);
    uint32_t lowest = UINT32_MAX;
    unsigned i;

    for (i = 0; i < names->len; i++) {
        if (holds_dev0(g, names->pdata[i])) {
            lowest = MIN(lowest, g_ascii_strtoull(names->pdata[i], NULL, 16));
        }
    }
    if (lowest == UINT32_MAX) {
        test_fail("no connector holds dev0");
    }
    return lowest;
}

void papr_set_up(FakeGuest *g)
{
    g->select = find_index(g);
}

static FakeGuest *start(const FakeGuestOps *ops, const char *options,
                        const char *how)
{
    FakeGuest *g = g_new0(FakeGuest, 1);

    g->ops = ops;
    g->vm = test_vm_new_arch(ops->machine, "ppc64");
    test_vm_args(g->vm, "-machine " MACHINE " -cpu power8 %s %s", ops->args,
                 how);
    if (options) {
        bool in_slot = !strcmp(ops->machine, fake_papr_vio.machine);
        g_autofree char *all = g_strconcat("debug=on,",
                                           in_slot ? "vio-slots=1," : "",
                                           options, NULL);

        test_vm_plugin(g->vm, "papr-drc", all);
    }
    loop_rom(g->vm);
    test_vm_qtest(g->vm);
    test_vm_start(g->vm);
    return g;
}

FakeGuest *fake_papr_start(const FakeGuestOps *ops, const char *options,
                           bool paused)
{
    FakeGuest *g = start(ops, options, paused ? "-S" : "");

    ops->set_up(g);
    return g;
}

FakeGuest *fake_papr_migrate(FakeGuest *from, const char *options)
{
    FakeGuest *to = start(from->ops, options, "-incoming defer");
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", to->vm->dir);

    to->select = from->select;
    qmp_ok(to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(to->vm->qmp, "RESUME", 0, QMP_ANY);
    return to;
}

unsigned papr_connectors(const FakeGuest *g)
{
    return g->ops == &fake_papr_dimm ? 2 : 1;
}

typedef struct PaprTest {
    const FakeGuestOps *ops;
    void (*fn)(FakeGuest *g);
    const char *options;
    bool paused;
} PaprTest;

static void run(gconstpointer data)
{
    const PaprTest *t = data;
    FakeGuest *g = fake_papr_start(t->ops, t->options, t->paused);

    t->fn(g);
    g_assert_null(qmp_find_event(g->vm->qmp, "PAPR_CONNECTOR_DIVERGED",
                                 QMP_ANY));
    fake_guest_stop(g);
}

void papr_test(const char *part, const FakeGuestOps *ops, const char *name,
               void (*fn)(FakeGuest *g), const char *options, bool paused)
{
    g_autofree char *path = g_strdup_printf("/papr-drc%s/papr-%s/%s", part,
                                            ops->machine, name);
    PaprTest *t = g_new0(PaprTest, 1);

    t->ops = ops;
    t->fn = fn;
    t->options = options;
    t->paused = paused;
    g_test_add_data_func_full(path, t, run, g_free);
}

void papr_acquire(FakeGuest *g, unsigned n)
{
    if (papr_sense(g, n) == SENSE_UNUSABLE) {
        g_assert_cmpint(papr_set_usable(g, n), ==, 0);
    }
    g_assert_cmpint(papr_unisolate(g, n), ==, 0);
    g_assert_cmpint(papr_configure(g, n), ==, 0);
}

JsonObject *papr_connector(FakeGuest *g, unsigned n)
{
    JsonArray *list = qmp_ok_array(g->vm->qmp, "query-papr-connectors",
                                   QMP_ANY);
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *info = json_array_get_object_element(list, i);

        if (json_object_get_int_member(info, "index") ==
            (guint32)g->select + n) {
            return info;
        }
    }
    return NULL;
}

void expect_papr_connectors(FakeGuest *g, const char *state, bool requested)
{
    unsigned n;

    for (n = 0; n < papr_connectors(g); n++) {
        JsonObject *info = papr_connector(g, n);

        g_assert_nonnull(info);
        g_assert_cmpstr(json_object_get_string_member(info, "path"), ==,
                        "/machine/peripheral/dev0");
        g_assert_cmpstr(json_object_get_string_member(info, "state"), ==,
                        state);
        g_assert_true(json_object_get_boolean_member(
                          info, "unplug-requested") == requested);
    }
}

void expect_papr_removable(FakeGuest *g)
{
    papr_fetch_events(g);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_request(g, "requested", true, 1);
    expect_papr_connectors(g, "configured", true);
    g_assert_cmpuint(papr_fetch_events(g), ==, 1);
    g->ops->let_go(g);
    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    expect_deleted(g);
    expect_done(g, "deleted", false, 1);
    expect_no_requests(g);
    expect_quiet(g);
}

static void each(FakeGuest *g, int (*call)(FakeGuest *g, unsigned n))
{
    unsigned n;

    for (n = 0; n < papr_connectors(g); n++) {
        g_assert_cmpint(call(g, n), ==, 0);
    }
}

static void take_logical(FakeGuest *g)
{
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
}

static void let_go_logical(FakeGuest *g)
{
    each(g, papr_isolate);
    each(g, papr_set_unusable);
}

/* The one call by which a physical connector is taken lets it go. */
static void take_physical(FakeGuest *g)
{
}

static void let_go_physical(FakeGuest *g)
{
    each(g, papr_isolate);
}

static void refuse(FakeGuest *g)
{
    g_assert_cmpint(papr_unisolate(g, papr_connectors(g) - 1), ==, 0);
}

const FakeGuestOps fake_papr_cpu = {
    .name = "papr", .machine = "cpu", .deleted_event = true, .code = -1,
    .args = "-smp 1,maxcpus=8 -device power8_v2.0-spapr-cpu-core,id=dev0,"
            "core-id=1",
    .set_up = papr_set_up, .take = take_logical, .refuse = refuse,
    .let_go = let_go_logical,
};

const FakeGuestOps fake_papr_dimm = {
    .name = "papr", .machine = "dimm", .deleted_event = true, .code = -1,
    .args = "-m 512M,slots=2,maxmem=2G -object memory-backend-ram,id=mem0,"
            "size=512M -device pc-dimm,id=dev0,memdev=mem0",
    .set_up = papr_set_up, .take = take_logical, .refuse = refuse,
    .let_go = let_go_logical,
};

const FakeGuestOps fake_papr_pci = {
    .name = "papr", .machine = "pci", .deleted_event = true, .code = -1,
    .args = "-device virtio-rng-pci,id=dev0,bus=pci.0,addr=5",
    .set_up = papr_set_up, .take = take_physical, .refuse = refuse,
    .let_go = let_go_physical,
};

const FakeGuestOps fake_papr_phb = {
    .name = "papr", .machine = "phb", .deleted_event = true, .code = -1,
    .args = "-device spapr-pci-host-bridge,id=dev0,index=1",
    .set_up = papr_set_up, .take = take_logical, .refuse = refuse,
    .let_go = let_go_logical,
};

const FakeGuestOps fake_papr_vio = {
    .name = "papr", .machine = "vio", .deleted_event = true, .code = -1,
    .args = "-device spapr-vlan,id=dev0,reg=0x71000080",
    .set_up = papr_set_up, .take = take_logical, .refuse = refuse,
    .let_go = let_go_logical,
};

/* Function 1's connector is the one behind function 0's. */
const FakeGuestOps fake_papr_slot = {
    .name = "papr", .machine = "slot", .deleted_event = true, .code = -1,
    .args = "-device virtio-rng-pci,id=dev0,addr=5.0,multifunction=on "
            "-device virtio-rng-pci,id=dev1,addr=5.1",
    .set_up = papr_set_up,
};

const FakeGuestOps *const fake_paprs[] = {
    &fake_papr_cpu, &fake_papr_dimm, &fake_papr_pci, &fake_papr_phb,
    &fake_papr_vio, NULL
};
