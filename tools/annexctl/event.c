/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One QMP event: what it is about, when it was, and as a line. */
#include "event.h"

#include <string.h>

/* The members that say what an event is about, the best first. */
static const char *const subjects[] = {
    "standby", "device", "chardev", "pool", "id", "name", "path", "qom-path",
};

const char *ctl_event_name(JsonNode *event)
{
    return ctl_json_str(ctl_json_as_object(event), "event");
}

JsonObject *ctl_event_data(JsonNode *event)
{
    return ctl_json_object(ctl_json_as_object(event), "data");
}

gint64 ctl_event_time_us(JsonNode *event)
{
    JsonObject *time = ctl_json_object(ctl_json_as_object(event),
                                       "timestamp");
    /* The year 9999, so that no sum overflows. */
    gint64 s = CLAMP(ctl_json_int(time, "seconds"), 0, 253402300799);

    return s * 1000000 + CLAMP(ctl_json_int(time, "microseconds"), 0, 999999);
}

/* The name of the member, with *@value its value. */
static const char *find_subject(JsonNode *event, const char **value)
{
    JsonObject *data = ctl_event_data(event);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(subjects); i++) {
        *value = ctl_json_str(data, subjects[i]);
        if (*value) {
            return subjects[i];
        }
    }
    return NULL;
}

const char *ctl_event_subject(JsonNode *event)
{
    const char *value;

    find_subject(event, &value);
    return value;
}

char *ctl_event_clock(gint64 time_us)
{
    g_autoptr(GDateTime) time =
        g_date_time_new_from_unix_local(time_us / 1000000);
    g_autofree char *text = time ? g_date_time_format(time, "%H:%M:%S")
                                 : NULL;

    return g_strdup_printf("%s.%03d", text ? text : "--:--:--",
                           (int)(time_us / 1000 % 1000));
}

static void append_member(const CtlStyle *style, const char *name,
                          JsonNode *value, GString *out)
{
    g_autofree char *key = ctl_text(style, name);
    g_autofree char *raw = json_node_get_value_type(value) == G_TYPE_STRING
                           ? g_strdup(json_node_get_string(value))
                           : ctl_json_print(value, false);
    g_autofree char *text = ctl_text(style, raw);
    bool quote = JSON_NODE_HOLDS_VALUE(value) && strchr(text, ' ');

    g_string_append_printf(out, quote ? " %s=\"%s\"" : " %s=%s", key, text);
}

char *ctl_event_line(const CtlStyle *style, JsonNode *event)
{
    g_autofree char *clock = ctl_event_clock(ctl_event_time_us(event));
    g_autofree char *name = ctl_text(style, ctl_event_name(event));
    GString *out = g_string_new(NULL);
    JsonObject *data = ctl_event_data(event);
    const char *value, *subject = find_subject(event, &value), *member;
    JsonObjectIter iter;
    JsonNode *node;

    g_string_append_printf(out, "%s %s", clock, name);
    if (subject) {
        g_autofree char *text = ctl_text(style, value);

        g_string_append_printf(out, " %s", text);
    }
    if (data) {
        json_object_iter_init_ordered(&iter, data);
        while (json_object_iter_next_ordered(&iter, &member, &node)) {
            /* The path of what has an id tells nothing new. */
            if (g_strcmp0(member, subject) != 0 &&
                g_strcmp0(member, "path") != 0 &&
                g_strcmp0(member, "qom-path") != 0) {
                append_member(style, member, node, out);
            }
        }
    }
    return g_string_free(out, FALSE);
}
