/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pseries tests expect to hear, on stock and with the module. */
#include <string.h>
#include "failure.h"
#include "papr-expect.h"

#define MINE "'device': %s, 'path': '/machine/peripheral/%s'," \
             " 'transport': 'papr', 'attempt': %d"

void papr_del(PaprDevice *d)
{
    qmp_ok(d->g->vm->qmp, "device_del", "{'id': %s}", d->id);
}

void papr_request(PaprDevice *d, unsigned timeout_ms)
{
    g_autofree char *args =
        g_strdup_printf("{'id': '%s', 'timeout': %u.%03u}", d->id,
                        timeout_ms / 1000, timeout_ms % 1000);

    if (d->g->stock) {
        papr_del(d);
    } else {
        qmp_ok(d->g->vm->qmp, "device-unplug", args, NULL);
    }
}

void expect_removed(PaprDevice *d, const char *outcome, int attempt)
{
    QmpClient *qmp = d->g->vm->qmp;
    const QmpEvent *deleted =
        qmp_wait_event(qmp, "DEVICE_DELETED", 0, "{'device': %s}", d->id);
    const QmpEvent *done;

    if (!d->g->stock) {
        done = qmp_wait_event(qmp, "DEVICE_UNPLUG_DONE", 0, "{" MINE
                              ", 'outcome': %s, 'present': false}", d->id,
                              d->id, attempt, outcome);
        g_assert_cmpint(deleted->received_us, <=, done->received_us);
    }
    g_assert_false(qmp_has_device(qmp, d->id));
}

/* QEMU 7.2 has an event of its own for DIMMs, which came before the other. */
static void expect_memory_error(PaprDevice *d)
{
    if (d->g->kind == PAPR_DIMM && test_host_series() < 1000) {
        qmp_wait_event(d->g->vm->qmp, "MEM_UNPLUG_ERROR", 0,
                       "{'device': %s}", d->id);
    }
}

void expect_refused(PaprDevice *d, int attempt)
{
    QmpClient *qmp = d->g->vm->qmp;
    int i, stock = d->g->stock && d->g->kind == PAPR_DIMM ? 2 : 1;

    for (i = 0; i < stock; i++) {
        qmp_wait_event(qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                       "{'device': %s, 'path': '/machine/peripheral/%s'}",
                       d->id, d->id);
    }
    if (d->g->stock) {
        expect_memory_error(d);
    } else {
        qmp_wait_event(qmp, "DEVICE_UNPLUG_ERROR", 0, "{" MINE
                       ", 'reason': 'guest-refused'}", d->id, d->id, attempt);
        qmp_wait_event(qmp, "DEVICE_UNPLUG_DONE", 0, "{" MINE
                       ", 'outcome': 'refused', 'present': true}", d->id,
                       d->id, attempt);
    }
    /* The guest puts back what it had taken out. */
    papr_use(d);
    expect_idle(d->g);
}

/* What has happened until now, in the guest too, has been told. */
static void expect_quiet(PaprGuest *g)
{
    static const char *const names[] = {
        "DEVICE_UNPLUG_ERROR", "DEVICE_NOT_DELETED", "DEVICE_UNPLUG_DONE",
        "DEVICE_UNPLUG_GUEST_ERROR",
    };
    unsigned i;

    guest_ok(g->vm->guest, "true");
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        qmp_expect_no_event(g->vm->qmp, names[i], 0, QMP_ANY);
    }
}

void expect_ignored(PaprDevice *d, int attempt)
{
    QmpClient *qmp = d->g->vm->qmp;

    if (d->g->stock) {
        guest_ok(d->g->vm->guest, "sleep 1");
    } else {
        qmp_wait_event(qmp, "DEVICE_NOT_DELETED", 0, "{" MINE "}", d->id,
                       d->id, attempt);
        expect_pending(d, "timed-out", attempt);
    }
    expect_quiet(d->g);
    papr_works(d);
}

void papr_del_again(PaprDevice *d)
{
    if (d->g->stock) {
        g_assert_nonnull(strstr(qmp_error(d->g->vm->qmp, "device_del",
                                          "{'id': %s}", d->id),
                                "already in progress"));
    } else {
        papr_del(d);
    }
}

static JsonArray *requests(PaprGuest *g)
{
    return qmp_ok_array(g->vm->qmp, "query-unplug-requests", QMP_ANY);
}

static JsonObject *find_request(PaprDevice *d)
{
    JsonArray *list = requests(d->g);
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *r = json_array_get_object_element(list, i);

        if (!strcmp(json_object_get_string_member(r, "device"), d->id)) {
            return r;
        }
    }
    return NULL;
}

void expect_pending(PaprDevice *d, const char *state, int attempt)
{
    JsonObject *r = d->g->stock ? NULL : find_request(d);

    if (d->g->stock) {
        return;
    }
    g_assert_nonnull(r);
    g_assert_cmpstr(json_object_get_string_member(r, "transport"), ==,
                    "papr");
    g_assert_cmpstr(json_object_get_string_member(r, "state"), ==, state);
    g_assert_cmpint(json_object_get_int_member(r, "attempt"), ==, attempt);
}

int64_t papr_request_int(PaprDevice *d, const char *member)
{
    JsonObject *r = find_request(d);

    return r && json_object_has_member(r, member)
           ? json_object_get_int_member(r, member) : -1;
}

void expect_idle(PaprGuest *g)
{
    expect_quiet(g);
    if (!g->stock) {
        g_assert_cmpuint(json_array_get_length(requests(g)), ==, 0);
    }
}
