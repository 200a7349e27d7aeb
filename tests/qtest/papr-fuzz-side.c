/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pseries QEMU beside its model: what the user does, and comparisons. */
#include "papr-fuzz-side.h"
#include "failure.h"

#include <string.h>

#define PERIPHERAL "/machine/peripheral/"

/* Without the capabilities that TCG warns of. */
#define MACHINE "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken," \
                "cap-ccf-assist=off"

/* So many cores are not there any more that little is left to be done. */
#define CORES_GONE 5

/* All events are waited for after so many checks, which takes a while. */
#define CHECKS_DONE 50

/* Of an index. */
#define LMB_TYPE 8

static ModelDevice *device(FuzzSide *s, unsigned i)
{
    return &s->m->devices[i];
}

/* ------------------------------------------------------------ start and end */

static GArray *read_indexes(FuzzSide *s)
{
    GArray *indexes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    JsonArray *list = qmp_ok_array(s->vm->qmp, "qom-list",
                                   "{'path': '/dr-connector'}");
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *o = json_array_get_object_element(list, i);
        uint32_t index =
            g_ascii_strtoull(json_object_get_string_member(o, "name"), NULL,
                             16);

        if (g_str_has_prefix(json_object_get_string_member(o, "type"),
                             "link<")) {
            g_array_append_val(indexes, index);
        }
    }
    return indexes;
}

void fuzz_side_start(FuzzSide *s, const ModelSpec *specs, const char *args,
                     bool supervised, const char *wrapper)
{
    g_autoptr(GArray) indexes = NULL;
    const ModelSpec *spec;

    s->core_gone = false;
    s->checks = 0;

    s->vm = test_vm_new_arch(supervised ? "annex" : "stock", "ppc64");
    test_vm_args(s->vm, "-machine " MACHINE " -cpu power8 -S -bios %s %s",
                 test_vm_disk(s->vm, "firmware", 1), args);
    for (spec = specs; spec->n; spec++) {
        if (spec->plug) {
            test_vm_arg(s->vm, "-device", spec->plug, NULL);
        }
    }
    if (supervised) {
        test_vm_plugin(s->vm, "papr-drc", NULL);
    }
    if (wrapper) {
        test_vm_wrapper(s->vm, wrapper);
    }
    test_vm_qtest(s->vm);
    test_vm_start(s->vm);
    indexes = read_indexes(s);
    s->m = papr_machine_new(specs, indexes, supervised);
    fuzz_side_check(s);
}

/*
 * Until every request has ended, with one event each: the objects of what
 * has gone are gone, after a grace period of RCU.
 */
static void wait_done(FuzzSide *s)
{
    for (; s->m->done; s->m->done--) {
        const QmpEvent *e = qmp_wait_event(s->vm->qmp, "DEVICE_UNPLUG_DONE",
                                           0, QMP_ANY);
        const char *outcome = g_intern_string(
            json_object_get_string_member(e->data, "outcome"));

        g_hash_table_insert(s->outcomes, (void *)outcome, GUINT_TO_POINTER(
            GPOINTER_TO_UINT(g_hash_table_lookup(s->outcomes, outcome)) + 1));
    }
    qmp_expect_no_event(s->vm->qmp, "DEVICE_UNPLUG_DONE", 0, QMP_ANY);
    qmp_forget_events(s->vm->qmp);
    s->checks = 0;
}

void fuzz_side_stop(FuzzSide *s)
{
    fuzz_side_check(s);
    if (s->m->supervised) {
        wait_done(s);
    }
    test_vm_quit(s->vm);
    test_vm_free(s->vm);
    papr_machine_free(s->m);
}

/* ------------------------------------------------------- what the user does */

static void expect(FuzzSide *s, const char *what, unsigned i, bool expected,
                   const char *error)
{
    if (expected != !*error) {
        test_fail("%s: %s of %s: %s", s->vm->name, what,
                  device(s, i)->spec->id, *error ? error : "succeeded");
    }
}

static void note_cores(FuzzSide *s)
{
    unsigned i;

    for (i = 0; i < s->m->n_devices; i++) {
        s->core_gone |= device(s, i)->spec->kind == MODEL_CORE &&
                        !device(s, i)->present;
    }
}

static bool stock_survives_plug(FuzzSide *s, const ModelDevice *dev)
{
    note_cores(s);
    switch (dev->spec->kind) {
    case MODEL_CORE:
        return !s->core_gone;
    case MODEL_HOST_BRIDGE:
        return s->m->supervised;
    default:
        return true;
    }
}

bool fuzz_side_is_worn_out(FuzzSide *s)
{
    unsigned i, gone = 0;

    for (i = 0; i < s->m->n_devices; i++) {
        ModelDevice *dev = device(s, i);

        gone += dev->spec->kind == MODEL_CORE && !dev->present;
        if (!papr_machine_may_request(s->m, dev)) {
            return true;
        }
    }
    return gone >= CORES_GONE;
}

void fuzz_side_plug(FuzzSide *s, unsigned i, bool in_vain)
{
    ModelDevice *dev = device(s, i);
    bool may = papr_machine_may_plug(s->m, dev);

    if (!stock_survives_plug(s, dev) || (!may && !in_vain)) {
        return;
    }
    if (s->m->supervised && dev->spec->kind == MODEL_HOST_BRIDGE) {
        wait_done(s);
    }
    expect(s, "plug", i, may, qmp_hmp(s->vm->qmp, "device_add %s",
                                      dev->spec->plug));
    if (may) {
        papr_machine_plug(s->m, dev);
    }
}

void fuzz_side_request(FuzzSide *s, unsigned i, bool timeout)
{
    ModelDevice *dev = device(s, i);
    const QmpReply *reply;

    if (!papr_machine_may_request(s->m, dev)) {
        return;
    }
    if (timeout && s->m->supervised) {
        reply = qmp_execute(s->vm->qmp, "device-unplug",
                            "{'id': %s, 'timeout': 0.001}", dev->spec->id);
    } else {
        reply = qmp_execute(s->vm->qmp, "device_del", "{'id': %s}",
                            dev->spec->id);
    }
    expect(s, "removal", i, papr_machine_request(s->m, dev),
           reply->error_desc ? reply->error_desc : "");
}

void fuzz_side_cancel(FuzzSide *s, unsigned i)
{
    const QmpReply *reply;

    if (s->m->supervised) {
        reply = qmp_execute(s->vm->qmp, "device-unplug-cancel",
                            "{'id': %s}", device(s, i)->spec->id);
        expect(s, "cancel", i, papr_machine_cancel(s->m, device(s, i)),
               reply->error_desc ? reply->error_desc : "");
    }
}

void fuzz_side_reset(FuzzSide *s)
{
    note_cores(s);
    if (s->core_gone) {
        return;
    }
    qmp_ok(s->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(s->vm->qmp, "RESET", 0, QMP_ANY);
    papr_machine_reset(s->m);
}

/* -------------------------------------------------------------- comparisons */

/* A DIMM that the host gives up, see hw-models/papr-dimm.h. */
bool fuzz_side_has_aftermath(const RtasCall *call)
{
    return call->work && call->index >> 28 == LMB_TYPE;
}

void fuzz_side_call(FuzzSide *s, const RtasCall *call)
{
    if (!papr_machine_call(s->m, call)) {
        g_autofree char *text = rtas_call_text(call);

        test_fail("%s: not as the model has it: %s", s->vm->name, text);
    }
    if (s->m->given_up) {
        qmp_sync(s->vm->qmp);
        papr_machine_settle(s->m);
    }
}

static bool is_path_of(const char *path, const ModelDevice *dev)
{
    return dev->spec->id ? g_str_has_prefix(path, PERIPHERAL) &&
                           !strcmp(path + strlen(PERIPHERAL), dev->spec->id)
                         : !g_str_has_prefix(path, PERIPHERAL);
}

static void check_connector(FuzzSide *s, JsonObject *info)
{
    static const char *const states[] = {
        "unusable", "available", "poweron", "unisolate", "configured",
    };
    uint32_t index = json_object_get_int_member(info, "index");
    ModelConnector *c = papr_machine_connector(s->m, index);
    const char *state = json_object_get_string_member(info, "state");
    bool requested = json_object_get_boolean_member(info, "unplug-requested");

    if (!c || !c->dev || strcmp(states[c->drc.state], state) ||
        requested != c->drc.requested ||
        !is_path_of(json_object_get_string_member(info, "path"), c->dev)) {
        test_fail("connector %x: %s%s, but %s", index, state,
                  requested ? ", requested" : "",
                  !c ? "there is none" : !c->dev ? "it has nothing"
                  : states[c->drc.state]);
    }
}

static void check_connectors(FuzzSide *s)
{
    JsonArray *list = qmp_ok_array(s->vm->qmp, "query-papr-connectors",
                                   QMP_ANY);
    unsigned i, held = 0;

    for (i = 0; i < json_array_get_length(list); i++) {
        check_connector(s, json_array_get_object_element(list, i));
    }
    for (i = 0; i < s->m->n_devices; i++) {
        held += papr_machine_held(s->m, device(s, i));
    }
    g_assert_cmpuint(json_array_get_length(list), ==, held);
}

static ModelDevice *find_device(FuzzSide *s, const char *id)
{
    unsigned i;

    for (i = 0; g_strcmp0(device(s, i)->spec->id, id); i++) {
        g_assert_cmpuint(i + 1, <, s->m->n_devices);
    }
    return device(s, i);
}

/* A device that has gone may be listed until its object has, too. */
static void check_requests(FuzzSide *s)
{
    JsonArray *list = qmp_ok_array(s->vm->qmp, "query-unplug-requests",
                                   QMP_ANY);
    unsigned i, found = 0, expected = 0;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *r = json_array_get_object_element(list, i);
        ModelDevice *dev =
            find_device(s, json_object_get_string_member(r, "device"));

        if (!json_object_has_member(r, "total")) {
            continue;
        }
        g_assert_true(dev->record);
        g_assert_cmpint(json_object_get_int_member(r, "total"), ==,
                        dev->spec->n);
        g_assert_cmpint(json_object_get_int_member(r, "done"), ==,
                        dev->spec->n - papr_machine_held(s->m, dev));
        found++;
    }
    for (i = 0; i < s->m->n_devices; i++) {
        expected += device(s, i)->record;
    }
    g_assert_cmpuint(found, ==, expected);
}

void fuzz_side_check(FuzzSide *s)
{
    if (s->m->supervised) {
        check_connectors(s);
        check_requests(s);
        if (++s->checks == CHECKS_DONE) {
            wait_done(s);
        }
    }
}
