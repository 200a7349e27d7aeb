/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl modules, annexctl connectors: lists without more to do. */
#include "table.h"
#include "view.h"

static const GOptionEntry options[] = { CTL_VIEW_OPTIONS, {} };

/* ------------------------------------------------------------- modules */

static char *options_of(JsonObject *module)
{
    JsonObject *values = ctl_json_object(module, "options");
    GString *out = g_string_new(NULL);
    GList *names = values ? json_object_get_members(values) : NULL, *name;

    names = g_list_sort(names, (GCompareFunc)g_strcmp0);
    for (name = names; name; name = name->next) {
        const char *value = ctl_json_str(values, name->data);

        g_string_append_printf(out, "%s%s=%s", out->len ? "," : "",
                               (char *)name->data, value ? value : "?");
    }
    g_list_free(names);
    return g_string_free(out, FALSE);
}

static void render_modules(const CtlStyle *style, JsonNode *answer,
                           GString *out)
{
    JsonObject *info = ctl_json_as_object(answer);
    JsonArray *modules = ctl_json_array(info, "modules");
    CtlTable *table = ctl_table_new(style, "MODULE", "STATE", "OPTIONS",
                                    "?REASON", NULL);
    g_autofree char *version = ctl_text(style, ctl_json_str(info, "version"));
    g_autofree char *found = ctl_text(style, ctl_json_str(
        ctl_json_object(info, "host"), "found"));
    unsigned i;

    g_string_append_printf(out, "Annex %s in QEMU %s\n", version, found);
    for (i = 0; i < ctl_json_length(modules); i++) {
        JsonObject *m = ctl_json_element(modules, i);

        ctl_table_text(table, ctl_json_str(m, "name"));
        ctl_table_text(table, ctl_json_str(m, "state"));
        ctl_table_take(table, options_of(m));
        ctl_table_text(table, ctl_json_str(m, "reason"));
    }
    ctl_table_end(table, out);
}

static void summarize_modules(JsonNode *answer, GPtrArray *lines)
{
    JsonArray *modules = ctl_json_array(ctl_json_as_object(answer),
                                        "modules");
    unsigned i;

    for (i = 0; i < ctl_json_length(modules); i++) {
        JsonObject *m = ctl_json_element(modules, i);
        const char *name = ctl_json_str(m, "name");
        const char *state = ctl_json_str(m, "state");

        g_ptr_array_add(lines, g_strdup_printf("%s: %s", name ? name : "?",
                                               state ? state : "?"));
    }
}

static bool run_modules(Ctl *ctl, char **words, GError **errp)
{
    static const CtlView view = {
        .title = "modules",
        .command = "query-annex",
        .module = "unplug",
        .render = render_modules,
        .summarize = summarize_modules,
    };

    return ctl_view_show(ctl, &view, errp);
}

const CtlCommand ctl_modules = {
    .name = "modules",
    .summary = "List the modules of Annex in this QEMU",
    .options = options,
    .run = run_modules,
};

/* ---------------------------------------------------------- connectors */

static void render_connectors(const CtlStyle *style, JsonNode *answer,
                              GString *out)
{
    JsonArray *connectors = ctl_json_as_array(answer);
    CtlTable *table = ctl_table_new(style, "INDEX", "TYPE", "STATE",
                                    "UNPLUG", "PATH", NULL);
    unsigned i;

    for (i = 0; i < ctl_json_length(connectors); i++) {
        JsonObject *c = ctl_json_element(connectors, i);

        ctl_table_take(table, g_strdup_printf(
            "0x%08x", (unsigned)ctl_json_int(c, "index")));
        ctl_table_text(table, ctl_json_str(c, "type"));
        ctl_table_text(table, ctl_json_str(c, "state"));
        ctl_table_text(table, ctl_json_bool(c, "unplug-requested")
                       ? "requested" : NULL);
        ctl_table_text(table, ctl_json_str(c, "path"));
    }
    ctl_table_end(table, out);
}

static void summarize_connectors(JsonNode *answer, GPtrArray *lines)
{
    JsonArray *connectors = ctl_json_as_array(answer);
    unsigned i;

    for (i = 0; i < ctl_json_length(connectors); i++) {
        JsonObject *c = ctl_json_element(connectors, i);
        const char *state = ctl_json_str(c, "state");
        const char *path = ctl_json_str(c, "path");

        g_ptr_array_add(lines, g_strdup_printf(
            "0x%08x: %s%s, %s", (unsigned)ctl_json_int(c, "index"),
            state ? state : "?", ctl_json_bool(c, "unplug-requested")
            ? ", unplug requested" : "", path ? path : "?"));
    }
}

static bool run_connectors(Ctl *ctl, char **words, GError **errp)
{
    static const CtlView view = {
        .title = "PAPR connectors",
        .command = "query-papr-connectors",
        .module = "papr-drc",
        .render = render_connectors,
        .summarize = summarize_connectors,
    };

    return ctl_view_show(ctl, &view, errp);
}

const CtlCommand ctl_connectors = {
    .name = "connectors",
    .summary = "List the PAPR connectors that have a resource",
    .options = options,
    .run = run_connectors,
};
