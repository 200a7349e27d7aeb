/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl vhost-user: the channels to vhost-user back-ends. */
#include "table.h"
#include "view.h"

static char *in_flight_of(JsonObject *channel)
{
    JsonObject *in_flight = ctl_json_object(channel, "in-flight");
    const char *request = ctl_json_str(in_flight, "request");
    g_autofree char *waited = ctl_text_ms(ctl_json_int(in_flight,
                                                       "waited-ms"));

    return in_flight ? g_strdup_printf("%s, for %s", request ? request : "?",
                                       waited) : NULL;
}

static char *last_failure_of(JsonObject *channel)
{
    JsonObject *last = ctl_json_object(channel, "last-failure");
    const char *request = ctl_json_str(last, "request");
    const char *reason = ctl_json_str(last, "reason");
    g_autofree char *ago = ctl_text_ms(ctl_json_int(last, "ms-ago"));

    return last ? g_strdup_printf("%s: %s, %s ago", request ? request : "?",
                                  reason ? reason : "?", ago) : NULL;
}

static const char *device_of(JsonObject *channel)
{
    const char *device = ctl_json_str(channel, "device");

    return device ? device : ctl_json_str(channel, "qom-path");
}

static void add_row(CtlTable *table, JsonObject *c)
{
    ctl_table_text(table, ctl_json_str(c, "chardev"));
    ctl_table_text(table, device_of(c));
    ctl_table_text(table, ctl_json_bool(c, "connected") ? "yes" : "no");
    ctl_table_take(table, in_flight_of(c));
    ctl_table_int(table, ctl_json_int(c, "requests"));
    ctl_table_int(table, ctl_json_int(c, "timeouts"));
    ctl_table_int(table, ctl_json_int(c, "failures"));
    ctl_table_int(table, ctl_json_int(c, "lock-waits"));
    ctl_table_take(table, ctl_text_ns(ctl_json_int(c, "longest-wait-ns")));
    ctl_table_take(table,
                   ctl_text_ns(ctl_json_int(c, "longest-round-trip-ns")));
    ctl_table_take(table, last_failure_of(c));
}

static void render(const CtlStyle *style, JsonNode *answer, GString *out)
{
    JsonArray *channels = ctl_json_as_array(answer);
    CtlTable *table;
    unsigned i;

    if (!ctl_json_length(channels)) {
        g_string_append(out, "there is no vhost-user channel\n");
        return;
    }
    table = ctl_table_new(style, "CHARDEV", "DEVICE", "CONNECTED",
                          "?IN-FLIGHT", ">REQUESTS", ">TIMEOUTS",
                          ">FAILURES", ">LOCK-WAITS", ">LONGEST-WAIT",
                          ">LONGEST-TRIP", "?LAST-FAILURE", NULL);
    for (i = 0; i < ctl_json_length(channels); i++) {
        add_row(table, ctl_json_element(channels, i));
    }
    ctl_table_end(table, out);
}

static void summarize(JsonNode *answer, GPtrArray *lines)
{
    JsonArray *channels = ctl_json_as_array(answer);
    unsigned i;

    for (i = 0; i < ctl_json_length(channels); i++) {
        JsonObject *c = ctl_json_element(channels, i);
        JsonObject *in_flight = ctl_json_object(c, "in-flight");
        const char *chardev = ctl_json_str(c, "chardev");
        const char *device = device_of(c);
        const char *request = ctl_json_str(in_flight, "request");

        g_ptr_array_add(lines, g_strdup_printf(
            "%s: device %s, %sconnected, in flight %s, timeouts %"
            G_GINT64_FORMAT ", failures %" G_GINT64_FORMAT,
            chardev ? chardev : "?", device ? device : "none",
            ctl_json_bool(c, "connected") ? "" : "not ",
            request ? request : "nothing", ctl_json_int(c, "timeouts"),
            ctl_json_int(c, "failures")));
    }
}

static bool is_idle(JsonNode *answer)
{
    JsonArray *channels = ctl_json_as_array(answer);
    unsigned i;

    for (i = 0; i < ctl_json_length(channels); i++) {
        if (ctl_json_object(ctl_json_element(channels, i), "in-flight")) {
            return false;
        }
    }
    return true;
}

static const CtlView view = {
    .title = "vhost-user channels",
    .command = "query-vhost-user",
    .module = "vhost-user",
    .oob = true,
    .render = render,
    .summarize = summarize,
    .is_idle = is_idle,
};

static bool run(Ctl *ctl, char **words, GError **errp)
{
    return ctl_view_show(ctl, &view, errp);
}

static const GOptionEntry options[] = { CTL_VIEW_OPTIONS, {} };

const CtlCommand ctl_vhost_user = {
    .name = "vhost-user",
    .summary = "List the channels to vhost-user back-ends",
    .options = options,
    .run = run,
};
