/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client's record of events, and commands made of others. */
#include <string.h>
#include "failure.h"
#include "json-format.h"
#include "qmp-private.h"

/* Which events: NULL stands for any. */
typedef struct Wanted {
    const char *const *names;
    JsonNode *filter;
} Wanted;

void qmp_event_record_free(void *opaque)
{
    QmpEventRecord *record = opaque;

    json_node_unref(record->node);
    json_node_unref(record->data);
    g_free(record);
}

void qmp_record_event(QmpClient *c, JsonNode *node, gint64 received_us)
{
    QmpEventRecord *record = g_new0(QmpEventRecord, 1);
    JsonObject *object = json_node_get_object(node);
    JsonObject *time = json_object_get_object_member(object, "timestamp");
    JsonNode *data = json_object_get_member(object, "data");

    record->node = node;
    record->data = data ? json_node_ref(data) : test_json_parse("{}");
    record->event.name = json_object_get_string_member(object, "event");
    record->event.data = json_node_get_object(record->data);
    record->event.time_us =
        json_object_get_int_member(time, "seconds") * G_USEC_PER_SEC +
        json_object_get_int_member(time, "microseconds");
    record->event.received_us = received_us;
    g_ptr_array_add(c->events, record);
}

static bool is_wanted(const QmpEventRecord *record, const Wanted *wanted)
{
    if (record->forgotten) {
        return false;
    }
    if (wanted->names && wanted->names[0] &&
        !g_strv_contains(wanted->names, record->event.name)) {
        return false;
    }
    return !wanted->filter ||
           test_json_contains(record->data, wanted->filter);
}

/* Lock held. */
static QmpEventRecord *find(QmpClient *c, const Wanted *wanted,
                            bool consumed_too)
{
    unsigned i;

    for (i = 0; i < c->events->len; i++) {
        QmpEventRecord *record = c->events->pdata[i];

        if ((consumed_too || !record->consumed) &&
            is_wanted(record, wanted)) {
            return record;
        }
    }
    return NULL;
}

static char *describe(const Wanted *wanted)
{
    g_autofree char *names = g_strjoinv("|", (char **)wanted->names);
    g_autofree char *filter = NULL;

    if (wanted->filter) {
        filter = json_to_string(wanted->filter, FALSE);
    }
    return g_strdup_printf("%s %s", *names ? names : "any event",
                           filter ? filter : "");
}

static const QmpEvent *wait_for(QmpClient *c, int deadline_ms,
                                const Wanted *wanted)
{
    gint64 end_us = test_deadline_us(deadline_ms);
    g_autofree char *what = describe(wanted);
    g_autofree char *doing = g_strconcat("waiting for ", what, NULL);
    QmpEventRecord *record;

    g_mutex_lock(&c->lock);
    while (!(record = find(c, wanted, false))) {
        if (c->closed) {
            g_mutex_unlock(&c->lock);
            qmp_fail_lost(c, doing);
        }
        if (!g_cond_wait_until(&c->changed, &c->lock, end_us)) {
            test_fail("time is over %s", doing);
        }
    }
    record->consumed = true;
    g_mutex_unlock(&c->lock);
    return &record->event;
}

static JsonNode *parse_filter(const char *filter, va_list ap)
{
    g_autofree char *text = test_json_vformat(filter, ap);

    return text ? test_json_parse(text) : NULL;
}

#define PARSE_FILTER(node, filter)              \
    do {                                        \
        va_list ap_;                            \
        va_start(ap_, filter);                  \
        (node) = parse_filter(filter, ap_);     \
        va_end(ap_);                            \
    } while (0)

const QmpEvent *qmp_wait_event(QmpClient *c, const char *name,
                               int deadline_ms, const char *filter, ...)
{
    const char *names[] = { name, NULL };
    g_autoptr(JsonNode) node = NULL;

    PARSE_FILTER(node, filter);
    return wait_for(c, deadline_ms, &(Wanted){ names, node });
}

const QmpEvent *qmp_wait_event_any(QmpClient *c, int deadline_ms, ...)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name;
    va_list ap;

    va_start(ap, deadline_ms);
    do {
        name = va_arg(ap, const char *);
        g_ptr_array_add(names, (char *)name);
    } while (name);
    va_end(ap);
    return wait_for(c, deadline_ms,
                    &(Wanted){ (const char **)names->pdata, NULL });
}

const QmpEvent *qmp_find_event(QmpClient *c, const char *name,
                               const char *filter, ...)
{
    const char *names[] = { name, NULL };
    g_autoptr(JsonNode) node = NULL;
    QmpEventRecord *record;

    PARSE_FILTER(node, filter);
    g_mutex_lock(&c->lock);
    record = find(c, &(Wanted){ names, node }, true);
    g_mutex_unlock(&c->lock);
    return record ? &record->event : NULL;
}

unsigned qmp_count_events(QmpClient *c, const char *name,
                          const char *filter, ...)
{
    const char *names[] = { name, NULL };
    g_autoptr(JsonNode) node = NULL;
    unsigned count = 0;
    unsigned i;

    PARSE_FILTER(node, filter);
    qmp_sync(c);
    g_mutex_lock(&c->lock);
    for (i = 0; i < c->events->len; i++) {
        count += is_wanted(c->events->pdata[i], &(Wanted){ names, node });
    }
    g_mutex_unlock(&c->lock);
    return count;
}

void qmp_expect_no_event(QmpClient *c, const char *name, int quiet_ms,
                         const char *filter, ...)
{
    const char *names[] = { name, NULL };
    g_autoptr(JsonNode) node = NULL;
    QmpEventRecord *record;
    gint64 end_us;
    bool in_time = true;

    PARSE_FILTER(node, filter);
    qmp_sync(c);
    end_us = g_get_monotonic_time() + quiet_ms * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&c->lock);
    while (!(record = find(c, &(Wanted){ names, node }, false)) &&
           in_time) {
        in_time = g_cond_wait_until(&c->changed, &c->lock, end_us);
    }
    g_mutex_unlock(&c->lock);
    if (record) {
        test_fail("QEMU sent %s, and should not have", name);
    }
}

void qmp_forget_events(QmpClient *c)
{
    unsigned i;

    qmp_sync(c);
    g_mutex_lock(&c->lock);
    for (i = 0; i < c->events->len; i++) {
        QmpEventRecord *record = c->events->pdata[i];

        record->forgotten = true;
    }
    g_mutex_unlock(&c->lock);
}

void qmp_sync(QmpClient *c)
{
    qmp_ok(c, "query-name", QMP_ANY);
}

void qmp_wait_closed(QmpClient *c, int deadline_ms)
{
    gint64 end_us = test_deadline_us(deadline_ms);

    g_mutex_lock(&c->lock);
    while (!c->closed) {
        if (!g_cond_wait_until(&c->changed, &c->lock, end_us)) {
            test_fail("QEMU did not close QMP");
        }
    }
    g_mutex_unlock(&c->lock);
}

bool qmp_is_closed(QmpClient *c)
{
    bool closed;

    g_mutex_lock(&c->lock);
    closed = c->closed;
    g_mutex_unlock(&c->lock);
    return closed;
}
