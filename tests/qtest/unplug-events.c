/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the unplug tests expect to hear, in one line each. */
#include "unplug-events.h"
#include "failure.h"

static const char *json_bool(bool value)
{
    return value ? "true" : "false";
}

/* The format functions know no booleans: they go in as text. */
#define BOOL_FILTER "{'device': 'dev0', 'path': '/machine/peripheral/dev0'" \
                    ", 'transport': %s, 'attempt': %d, "

void expect_not_deleted(FakeGuest *g, bool listening, bool seen, int attempt)
{
    const QmpEvent *e =
        qmp_wait_event(g->vm->qmp, "DEVICE_NOT_DELETED", 0,
                       BOOL_FILTER "'device': 'dev0'}", g->ops->name,
                       attempt);

    g_assert_cmpstr(json_bool(json_object_get_boolean_member(e->data,
                                                             "listening")),
                    ==, json_bool(listening));
    g_assert_cmpstr(json_bool(json_object_get_boolean_member(e->data,
                                                             "seen")),
                    ==, json_bool(seen));
}

void expect_error(FakeGuest *g, const char *reason, int code, int attempt)
{
    const QmpEvent *e =
        qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_ERROR", 0,
                       BOOL_FILTER "'reason': %s}", g->ops->name, attempt,
                       reason);

    if (code < 0) {
        g_assert_false(json_object_has_member(e->data, "code"));
    } else {
        g_assert_cmpint(json_object_get_int_member(e->data, "code"), ==,
                        code);
    }
    g_assert_true(json_object_has_member(e->data, "message"));
}

void expect_done(FakeGuest *g, const char *outcome, bool present,
                 int attempt)
{
    const QmpEvent *e =
        qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       BOOL_FILTER "'outcome': %s}", g->ops->name, attempt,
                       outcome);
    const QmpEvent *deleted =
        qmp_find_event(g->vm->qmp, "DEVICE_DELETED", "{'device': 'dev0'}");

    g_assert_cmpstr(json_bool(json_object_get_boolean_member(e->data,
                                                             "present")),
                    ==, json_bool(present));
    if (!present && g->ops->deleted_event) {
        g_assert_nonnull(deleted);
        g_assert_cmpint(deleted->received_us, <=, e->received_us);
        g_assert_false(qmp_has_device(g->vm->qmp, "dev0"));
    }
}

void expect_deleted(FakeGuest *g)
{
    if (g->ops->deleted_event) {
        qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0,
                       "{'device': 'dev0'}");
    }
}

void expect_request(FakeGuest *g, const char *state, bool listening,
                    int attempt)
{
    JsonArray *list = qmp_ok_array(g->vm->qmp, "query-unplug-requests",
                                   QMP_ANY);
    JsonObject *r;

    g_assert_cmpint(json_array_get_length(list), ==, 1);
    r = json_array_get_object_element(list, 0);
    g_assert_cmpstr(json_object_get_string_member(r, "device"), ==, "dev0");
    g_assert_cmpstr(json_object_get_string_member(r, "transport"), ==,
                    g->ops->name);
    g_assert_cmpstr(json_object_get_string_member(r, "state"), ==, state);
    g_assert_cmpstr(json_bool(json_object_get_boolean_member(r,
                                                             "listening")),
                    ==, json_bool(listening));
    g_assert_cmpint(json_object_get_int_member(r, "attempt"), ==, attempt);
}

void expect_no_requests(FakeGuest *g)
{
    g_assert_cmpint(json_array_get_length(
                        qmp_ok_array(g->vm->qmp, "query-unplug-requests",
                                     QMP_ANY)), ==, 0);
}

void expect_quiet(FakeGuest *g)
{
    static const char *const names[] = {
        "DEVICE_UNPLUG_ERROR", "DEVICE_NOT_DELETED", "DEVICE_UNPLUG_DONE",
        "DEVICE_UNPLUG_GUEST_ERROR",
    };
    unsigned i;

    qmp_sync(g->vm->qmp);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        qmp_expect_no_event(g->vm->qmp, names[i], 0, QMP_ANY);
    }
}
