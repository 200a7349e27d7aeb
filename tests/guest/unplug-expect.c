/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the unplug tests on real guests expect to hear, a line each. */
#include <string.h>
#include "failure.h"
#include "unplug-expect.h"

#define MINE "'device': %s, 'path': '/machine/peripheral/%s'," \
             " 'transport': %s, 'attempt': %d"

static bool get_bool(const QmpEvent *e, const char *member)
{
    return json_object_get_boolean_member(e->data, member);
}

void expect_not_deleted(UnplugDevice *d, bool listening, bool seen,
                        int attempt)
{
    const QmpEvent *e =
        qmp_wait_event(d->g->vm->qmp, "DEVICE_NOT_DELETED", 0, "{" MINE "}",
                       d->id, d->id, d->g->setup->transport, attempt);

    g_assert_cmpint(get_bool(e, "listening"), ==, listening);
    g_assert_cmpint(get_bool(e, "seen"), ==, seen);
}

void expect_error(UnplugDevice *d, int code, int attempt)
{
    const QmpEvent *stock =
        qmp_wait_event(d->g->vm->qmp, "DEVICE_UNPLUG_GUEST_ERROR", 0,
                       "{'device': %s, 'path': '/machine/peripheral/%s'}",
                       d->id, d->id);
    const QmpEvent *e =
        qmp_wait_event(d->g->vm->qmp, "DEVICE_UNPLUG_ERROR", 0, "{" MINE
                       ", 'reason': 'guest-refused'}", d->id, d->id,
                       d->g->setup->transport, attempt);

    g_assert_cmpint(stock->received_us, <=, e->received_us);
    g_assert_cmpint(json_object_get_int_member(e->data, "code"), ==, code);
    g_assert_true(json_object_has_member(e->data, "message"));
}

/*
 * Linux looks at the slot once more after it has ejected a DIMM, and takes
 * the next one for the old one if that is there already.  It says when it
 * is done.
 */
static void expect_settled(UnplugDevice *d, const QmpEvent *deleted)
{
    const QmpEvent *ost;

    if (d->g->setup->kind != UNPLUG_KIND_DIMM || d->settled) {
        return;
    }
    d->settled = true;
    do {
        ost = qmp_wait_event(d->g->vm->qmp, "ACPI_DEVICE_OST", 0,
                             "{'info': {'slot-type': 'DIMM', 'source': %d,"
                             " 'status': 0}}", d->ejected ? 0x103 : 3);
    } while (ost->received_us < deleted->received_us);
}

const QmpEvent *expect_deleted(UnplugDevice *d)
{
    const QmpEvent *e;

    if (d->g->setup->kind == UNPLUG_KIND_CPU) {
        return qmp_wait_event(d->g->vm->qmp, "DEVICE_DELETED", 0,
                              "{'path': '/machine/peripheral/%s/lapic'}",
                              d->id);
    }
    e = qmp_wait_event(d->g->vm->qmp, "DEVICE_DELETED", 0, "{'device': %s}",
                       d->id);
    expect_settled(d, e);
    return e;
}

static void check_done(UnplugDevice *d, const QmpEvent *e)
{
    QmpClient *qmp = d->g->vm->qmp;
    bool present = get_bool(e, "present");
    const QmpEvent *deleted;

    if (d->g->setup->kind == UNPLUG_KIND_CPU) {
        return;
    }
    g_assert_cmpint(qmp_has_device(qmp, d->id), ==, present);
    g_assert_cmpuint(qmp_count_events(qmp, "DEVICE_DELETED",
                                      "{'device': %s}", d->id), ==, !present);
    if (!present) {
        deleted = qmp_find_event(qmp, "DEVICE_DELETED", "{'device': %s}",
                                 d->id);
        g_assert_cmpint(deleted->received_us, <=, e->received_us);
        expect_settled(d, deleted);
    }
}

void expect_done(UnplugDevice *d, const char *outcome, bool present,
                 int attempt)
{
    g_assert_cmpstr(expect_done_any(d, attempt), ==, outcome);
    if (d->g->setup->kind != UNPLUG_KIND_CPU) {
        g_assert_cmpint(qmp_has_device(d->g->vm->qmp, d->id), ==, present);
    }
}

const char *expect_done_any(UnplugDevice *d, int attempt)
{
    const QmpEvent *e =
        qmp_wait_event(d->g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': %s}", d->id);

    g_assert_cmpint(json_object_get_int_member(e->data, "attempt"), ==,
                    attempt);
    g_assert_cmpstr(json_object_get_string_member(e->data, "transport"), ==,
                    d->g->setup->transport);
    check_done(d, e);
    return json_object_get_string_member(e->data, "outcome");
}

static JsonObject *find_request(UnplugDevice *d)
{
    JsonArray *list = qmp_ok_array(d->g->vm->qmp, "query-unplug-requests",
                                   QMP_ANY);
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *r = json_array_get_object_element(list, i);

        if (!strcmp(json_object_get_string_member(r, "device"), d->id)) {
            return r;
        }
    }
    return NULL;
}

void expect_request(UnplugDevice *d, const char *state, bool listening,
                    int attempt)
{
    JsonObject *r = find_request(d);

    expect_state(d, state, attempt);
    g_assert_cmpint(json_object_get_boolean_member(r, "listening"), ==,
                    listening);
}

void expect_state(UnplugDevice *d, const char *state, int attempt)
{
    JsonObject *r = find_request(d);

    g_assert_nonnull(r);
    g_assert_cmpstr(json_object_get_string_member(r, "transport"), ==,
                    d->g->setup->transport);
    g_assert_cmpstr(json_object_get_string_member(r, "state"), ==, state);
    g_assert_cmpint(json_object_get_int_member(r, "attempt"), ==, attempt);
}

void expect_no_requests(UnplugGuest *g)
{
    g_assert_cmpint(json_array_get_length(
                        qmp_ok_array(g->vm->qmp, "query-unplug-requests",
                                     QMP_ANY)), ==, 0);
}

/* Between two looks at a request. */
#define POLL_US 2000

void wait_seen(UnplugDevice *d)
{
    gint64 end_us = test_deadline_us(0);

    for (;;) {
        JsonObject *r = find_request(d);

        if (!r || g_get_monotonic_time() > end_us) {
            test_fail("the request for %s %s", d->id,
                      r ? "is not seen" : "has ended");
        }
        if (!strcmp(json_object_get_string_member(r, "state"), "seen")) {
            return;
        }
        g_usleep(POLL_US);
    }
}

int64_t request_int(UnplugDevice *d, const char *member)
{
    JsonObject *r = find_request(d);

    return r && json_object_has_member(r, member)
           ? json_object_get_int_member(r, member) : -1;
}

bool wait_elapsed(UnplugDevice *d, int64_t ms)
{
    gint64 end_us = test_deadline_us(0);
    int64_t elapsed;

    while ((elapsed = request_int(d, "elapsed-ms")) < ms) {
        if (elapsed < 0) {
            return false;
        }
        if (g_get_monotonic_time() > end_us) {
            test_fail("the request for %s does not get older", d->id);
        }
        g_usleep(POLL_US);
    }
    return true;
}

void expect_quiet(UnplugGuest *g)
{
    static const char *const names[] = {
        "DEVICE_UNPLUG_ERROR", "DEVICE_NOT_DELETED", "DEVICE_UNPLUG_DONE",
        "DEVICE_UNPLUG_GUEST_ERROR",
    };
    unsigned i;

    unplug_guest_settle(g);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        qmp_expect_no_event(g->vm->qmp, names[i], 0, QMP_ANY);
    }
}

void expect_del_refused(UnplugDevice *d, const char *text)
{
    const char *error = qmp_error(d->g->vm->qmp, "device_del", "{'id': %s}",
                                  d->id);

    if (!strstr(error, text)) {
        test_fail("device_del of %s: %s", d->id, error);
    }
    g_assert_nonnull(strstr(device_del_hmp(d), text));
    error = qmp_error(d->g->vm->qmp, "device-unplug", "{'id': %s}", d->id);
    g_assert_nonnull(strstr(error, text));
}

void wait_accepted(UnplugDevice *d)
{
    gint64 end_us = test_deadline_us(0);

    while (!qmp_execute(d->g->vm->qmp, "device_del", "{'id': %s}",
                        d->id)->ret) {
        if (g_get_monotonic_time() > end_us) {
            test_fail("device_del of %s is refused all the time", d->id);
        }
        g_usleep(50 * POLL_US);
    }
}

void expect_good(UnplugDevice *d)
{
    if (d->g->setup->driver) {
        device_works(d);
        expect_no_requests(d->g);
        expect_quiet(d->g);
    } else {
        expect_removable(d);
    }
}

void expect_removable(UnplugDevice *d)
{
    device_works(d);
    expect_quiet(d->g);
    device_del(d);
    expect_done(d, "deleted", false, 1);
    expect_quiet(d->g);
}

void cancel(UnplugDevice *d, const char *outcome, bool pending)
{
    JsonObject *r = qmp_ok(d->g->vm->qmp, "device-unplug-cancel",
                           "{'id': %s}", d->id);

    g_assert_cmpstr(json_object_get_string_member(r, "outcome"), ==,
                    outcome);
    g_assert_cmpint(json_object_get_boolean_member(r, "pending"), ==,
                    pending);
}
