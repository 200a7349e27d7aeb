/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl unplugs: the unplug requests in flight. */
#include "table.h"
#include "view.h"

#define BAR_WIDTH 8

/* Its id, or its path if it has none. */
static const char *device_of(JsonObject *request)
{
    const char *device = ctl_json_str(request, "device");

    return device ? device : ctl_json_str(request, "path");
}

static char *state_of(JsonObject *request)
{
    const char *state = ctl_json_str(request, "state");

    return g_strconcat(state ? state : "?",
                       ctl_json_bool(request, "cancelling") ? ", cancelling"
                                                            : "", NULL);
}

/* A bar that gets shorter, and how long it will. */
static char *deadline_of(const CtlStyle *style, JsonObject *request)
{
    gint64 left_ms = ctl_json_int(request, "remaining-ms");
    gint64 whole_ms = ctl_json_int(request, "timeout-ms");
    g_autofree char *left = ctl_text_ms(left_ms);
    g_autofree char *bar = NULL;

    if (!whole_ms) {
        return g_strdup("none");
    }
    if (!ctl_json_has_int(request, "remaining-ms")) {
        return g_strdup("passed");
    }
    if (!style->live) {
        return g_strdup_printf("in %s", left);
    }
    bar = ctl_text_bar(style, left_ms, whole_ms, BAR_WIDTH);
    return g_strdup_printf("%s %s", bar, left);
}

/* How much of a device the guest has let go, piece by piece. */
static char *progress_of(const CtlStyle *style, JsonObject *request)
{
    gint64 done = ctl_json_int(request, "done");
    gint64 total = ctl_json_int(request, "total");
    g_autofree char *bar = NULL;

    if (total <= 0) {
        return NULL;
    }
    bar = ctl_text_bar(style, done, total, BAR_WIDTH);
    return g_strdup_printf("%s %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
                           " %d%%", bar, done, total,
                           (int)(CLAMP((double)done / total, 0, 1) * 100));
}

static char *connector_of(JsonObject *request)
{
    JsonObject *connector = ctl_json_object(request, "connector");
    const char *type = ctl_json_str(connector, "type");
    const char *state = ctl_json_str(connector, "state");

    return connector
           ? g_strdup_printf("0x%08x %s %s",
                             (unsigned)ctl_json_int(connector, "index"),
                             type ? type : "?", state ? state : "?")
           : NULL;
}

static void add_row(CtlTable *table, const CtlStyle *style, JsonObject *r)
{
    ctl_table_text(table, device_of(r));
    ctl_table_text(table, ctl_json_str(r, "transport"));
    ctl_table_take(table, state_of(r));
    ctl_table_text(table, ctl_json_bool(r, "listening") ? "yes" : "no");
    ctl_table_int(table, ctl_json_int(r, "attempt"));
    ctl_table_take(table, ctl_text_ms(ctl_json_int(r, "elapsed-ms")));
    ctl_table_take(table, deadline_of(style, r));
    ctl_table_take(table, progress_of(style, r));
    ctl_table_take(table, connector_of(r));
}

static void render(const CtlStyle *style, JsonNode *answer, GString *out)
{
    JsonArray *requests = ctl_json_as_array(answer);
    CtlTable *table;
    unsigned i;

    if (!ctl_json_length(requests)) {
        g_string_append(out, "no unplug request is in flight\n");
        return;
    }
    table = ctl_table_new(style, "DEVICE", "TRANSPORT", "STATE", "LISTENING",
                          ">ATTEMPT", ">ELAPSED", "DEADLINE", "?PROGRESS",
                          "?CONNECTOR", NULL);
    for (i = 0; i < ctl_json_length(requests); i++) {
        add_row(table, style, ctl_json_element(requests, i));
    }
    ctl_table_end(table, out);
}

static void summarize(JsonNode *answer, GPtrArray *lines)
{
    JsonArray *requests = ctl_json_as_array(answer);
    unsigned i;

    for (i = 0; i < ctl_json_length(requests); i++) {
        JsonObject *r = ctl_json_element(requests, i);
        const char *device = device_of(r);
        const char *transport = ctl_json_str(r, "transport");
        g_autofree char *state = state_of(r);
        g_autofree char *progress = ctl_json_int(r, "total") > 0
            ? g_strdup_printf(", %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                              " let go", ctl_json_int(r, "done"),
                              ctl_json_int(r, "total"))
            : g_strdup("");

        g_ptr_array_add(lines, g_strdup_printf(
            "%s: %s, %s, %slistening, attempt %" G_GINT64_FORMAT "%s",
            device ? device : "?", transport ? transport : "?", state,
            ctl_json_bool(r, "listening") ? "" : "not ",
            ctl_json_int(r, "attempt"), progress));
    }
}

static bool is_idle(JsonNode *answer)
{
    return !ctl_json_length(ctl_json_as_array(answer));
}

static const CtlView view = {
    .title = "unplug requests",
    .command = "query-unplug-requests",
    .module = "unplug",
    .render = render,
    .summarize = summarize,
    .is_idle = is_idle,
};

static bool run(Ctl *ctl, char **words, GError **errp)
{
    return ctl_view_show(ctl, &view, errp);
}

static const GOptionEntry options[] = { CTL_VIEW_OPTIONS, {} };

const CtlCommand ctl_unplugs = {
    .name = "unplugs",
    .summary = "List the unplug requests in flight",
    .options = options,
    .run = run,
};
