/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl failover: pairs of network cards, and their primaries. */
#include "table.h"
#include "view.h"

#define BAR_WIDTH 8

static char *migration_of(const CtlStyle *style, JsonObject *pair)
{
    JsonObject *migration = ctl_json_object(pair, "migration");
    const char *phase = ctl_json_str(migration, "phase");
    gint64 bound_ms = ctl_json_int(migration, "bound-ms");
    gint64 left_ms = bound_ms - CLAMP(ctl_json_int(migration, "waited-ms"), 0,
                                      MAX(bound_ms, 0));
    g_autofree char *left = ctl_text_ms(left_ms);
    g_autofree char *bar = NULL;

    if (!migration || g_strcmp0(phase, "wait-unplug") != 0) {
        return g_strdup(phase);
    }
    if (!style->live) {
        return g_strdup_printf("%s, until %s from now", phase, left);
    }
    bar = ctl_text_bar(style, left_ms, bound_ms, BAR_WIDTH);
    return g_strdup_printf("%s %s %s", phase, bar, left);
}

static char *last_of(JsonObject *pair)
{
    JsonObject *last = ctl_json_object(pair, "last");
    const char *outcome = ctl_json_str(last, "outcome");
    const char *reason = ctl_json_str(last, "reason");
    g_autofree char *ago = ctl_text_ms(ctl_json_int(last, "ago-ms"));

    return !last ? NULL
           : g_strdup_printf("%s%s%s, %s ago", outcome ? outcome : "?",
                             reason ? ": " : "", reason ? reason : "", ago);
}

static void render_candidates(const CtlStyle *style, JsonArray *pairs,
                              GString *out)
{
    CtlTable *table = ctl_table_new(style, "STANDBY", ">#", "CANDIDATE",
                                    "DRIVER", "STATE", ">TRIED", NULL);
    unsigned i, j;

    for (i = 0; i < ctl_json_length(pairs); i++) {
        JsonObject *pair = ctl_json_element(pairs, i);
        JsonArray *candidates = ctl_json_array(pair, "candidates");

        for (j = 0; j < ctl_json_length(candidates); j++) {
            JsonObject *c = ctl_json_element(candidates, j);

            ctl_table_text(table, ctl_json_str(pair, "standby"));
            ctl_table_int(table, ctl_json_int(c, "index"));
            ctl_table_text(table, ctl_json_str(c, "id"));
            ctl_table_text(table, ctl_json_str(c, "driver"));
            ctl_table_text(table, ctl_json_str(c, "state"));
            ctl_table_int(table, ctl_json_int(c, "attempts"));
        }
    }
    ctl_table_end(table, out);
}

static void render_error(const CtlStyle *style, const char *id,
                         const char *error, GString *out)
{
    g_autofree char *name = ctl_text(style, id);
    g_autofree char *text = ctl_text(style, error);

    if (error) {
        g_string_append_printf(out, "%s: %s\n", name, text);
    }
}

static void render_errors(const CtlStyle *style, JsonArray *pairs,
                          GString *out)
{
    unsigned i, j;

    for (i = 0; i < ctl_json_length(pairs); i++) {
        JsonObject *pair = ctl_json_element(pairs, i);
        JsonArray *candidates = ctl_json_array(pair, "candidates");

        render_error(style, ctl_json_str(pair, "standby"),
                     ctl_json_str(pair, "error"), out);
        render_error(style, ctl_json_str(pair, "standby"),
                     ctl_json_str(ctl_json_object(pair, "last"), "message"),
                     out);
        for (j = 0; j < ctl_json_length(candidates); j++) {
            JsonObject *c = ctl_json_element(candidates, j);

            render_error(style, ctl_json_str(c, "id"),
                         ctl_json_str(c, "error"), out);
        }
    }
}

static void render(const CtlStyle *style, JsonNode *answer, GString *out)
{
    JsonArray *pairs = ctl_json_as_array(answer);
    CtlTable *table;
    unsigned i;

    if (!ctl_json_length(pairs)) {
        g_string_append(out, "there is no failover pair\n");
        return;
    }
    table = ctl_table_new(style, "STANDBY", "STATE", "NEGOTIATED", "PRIMARY",
                          "?MIGRATION", "?LAST", NULL);
    for (i = 0; i < ctl_json_length(pairs); i++) {
        JsonObject *pair = ctl_json_element(pairs, i);

        ctl_table_text(table, ctl_json_str(pair, "standby"));
        ctl_table_text(table, ctl_json_str(pair, "state"));
        ctl_table_text(table, ctl_json_bool(pair, "negotiated") ? "yes"
                                                                : "no");
        ctl_table_text(table, ctl_json_str(pair, "primary"));
        ctl_table_take(table, migration_of(style, pair));
        ctl_table_take(table, last_of(pair));
    }
    ctl_table_end(table, out);
    g_string_append_c(out, '\n');
    render_candidates(style, pairs, out);
    render_errors(style, pairs, out);
}

static void summarize(JsonNode *answer, GPtrArray *lines)
{
    JsonArray *pairs = ctl_json_as_array(answer);
    unsigned i;

    for (i = 0; i < ctl_json_length(pairs); i++) {
        JsonObject *pair = ctl_json_element(pairs, i);
        const char *standby = ctl_json_str(pair, "standby");
        const char *state = ctl_json_str(pair, "state");
        const char *primary = ctl_json_str(pair, "primary");
        const char *phase = ctl_json_str(ctl_json_object(pair, "migration"),
                                         "phase");

        g_ptr_array_add(lines, g_strdup_printf(
            "%s: %s, primary %s, migration %s", standby ? standby : "?",
            state ? state : "?", primary ? primary : "none",
            phase ? phase : "none"));
    }
}

static const CtlView view = {
    .title = "failover pairs",
    .command = "query-failover",
    .module = "failover",
    .render = render,
    .summarize = summarize,
};

static bool change(Ctl *ctl, const char *command, JsonObject *arguments,
                   GError **errp)
{
    g_autoptr(JsonNode) ret = ctl_execute(ctl, "failover", command, arguments,
                                          false, errp);

    return ret && (!ctl->json || ctl_print_json(ret, true, errp));
}

static bool run(Ctl *ctl, char **words, GError **errp)
{
    JsonObject *arguments;

    if (!words[0]) {
        return ctl_view_show(ctl, &view, errp);
    }
    if (g_str_equal(words[0], "unplug") && words[1] && !words[2]) {
        return change(ctl, "failover-unplug",
                      ctl_arguments("standby", words[1]), errp);
    }
    if (g_str_equal(words[0], "plug") && words[1]) {
        arguments = ctl_arguments("standby", words[1]);
        if (words[2]) {
            json_object_set_string_member(arguments, "id", words[2]);
        }
        return change(ctl, "failover-plug", arguments, errp);
    }
    g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                "failover takes 'plug STANDBY [CANDIDATE]', 'unplug STANDBY', "
                "or nothing");
    return false;
}

static const GOptionEntry options[] = { CTL_VIEW_OPTIONS, {} };

const CtlCommand ctl_failover = {
    .name = "failover",
    .usage = "[plug STANDBY [CANDIDATE] | unplug STANDBY]",
    .summary = "List failover pairs; plug or unplug a primary",
    .options = options,
    .words_max = 3,
    .run = run,
};
