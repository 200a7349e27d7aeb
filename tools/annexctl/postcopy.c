/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl postcopy: what a postcopy migration does with the guest. */
#include "table.h"
#include "view.h"

static void append_held(JsonObject *info, GString *out)
{
    g_autofree char *held = ctl_text_ms(ctl_json_int(info, "held-ms"));

    if (ctl_json_bool(info, "held")) {
        g_string_append_printf(out, "guest      held for %s\n", held);
    } else {
        g_string_append(out, "guest      not held\n");
    }
    if (ctl_json_bool(info, "user-stopped")) {
        g_string_append(out, "           stopped by a user: stays so after "
                        "a recovery, until cont\n");
    }
}

static void append_main_loop(JsonObject *info, GString *out)
{
    JsonObject *loop = ctl_json_object(info, "main-loop");
    gint64 blocked_ms = ctl_json_int(loop, "blocked-ms");
    g_autofree char *blocked = ctl_text_ms(blocked_ms);

    if (blocked_ms) {
        g_string_append_printf(out, "main loop  blocked for %s\n", blocked);
    } else {
        g_string_append(out, "main loop  answers\n");
    }
}

static void append_vcpus(const CtlStyle *style, JsonArray *vcpus,
                         GString *out)
{
    CtlTable *table = ctl_table_new(style, ">VCPU", ">THREAD", "STATE",
                                    "?BLOCKED FOR", NULL);
    unsigned i;

    for (i = 0; i < ctl_json_length(vcpus); i++) {
        JsonObject *vcpu = ctl_json_element(vcpus, i);

        ctl_table_int(table, ctl_json_int(vcpu, "cpu-index"));
        ctl_table_int(table, ctl_json_int(vcpu, "thread-id"));
        ctl_table_text(table, ctl_json_str(vcpu, "state"));
        ctl_table_take(table, ctl_json_has_int(vcpu, "blocked-ms")
                       ? ctl_text_ms(ctl_json_int(vcpu, "blocked-ms"))
                       : NULL);
    }
    ctl_table_end(table, out);
}

static void render(const CtlStyle *style, JsonNode *answer, GString *out)
{
    JsonObject *info = ctl_json_as_object(answer);
    JsonArray *vcpus = ctl_json_array(info, "vcpus");
    g_autofree char *state = ctl_text(style, ctl_json_str(info, "state"));
    g_autofree char *policy = ctl_text(style, ctl_json_str(info, "policy"));

    g_string_append_printf(out, "postcopy   %s\npolicy     %s\n", state,
                           policy);
    append_held(info, out);
    append_main_loop(info, out);
    if (ctl_json_length(vcpus)) {
        g_string_append_c(out, '\n');
        append_vcpus(style, vcpus, out);
    }
}

static void summarize(JsonNode *answer, GPtrArray *lines)
{
    JsonObject *info = ctl_json_as_object(answer);
    JsonObject *loop = ctl_json_object(info, "main-loop");
    JsonArray *vcpus = ctl_json_array(info, "vcpus");
    const char *state = ctl_json_str(info, "state");
    const char *policy = ctl_json_str(info, "policy");
    unsigned i;

    g_ptr_array_add(lines, g_strdup_printf(
        "postcopy %s, policy %s, guest %sheld%s, main loop %s",
        state ? state : "?", policy ? policy : "?",
        ctl_json_bool(info, "held") ? "" : "not ",
        ctl_json_bool(info, "user-stopped") ? ", stopped by a user" : "",
        ctl_json_int(loop, "blocked-ms") ? "blocked" : "answers"));
    for (i = 0; i < ctl_json_length(vcpus); i++) {
        JsonObject *vcpu = ctl_json_element(vcpus, i);
        const char *does = ctl_json_str(vcpu, "state");

        g_ptr_array_add(lines, g_strdup_printf(
            "vcpu %" G_GINT64_FORMAT ": %s", ctl_json_int(vcpu, "cpu-index"),
            does ? does : "?"));
    }
}

static bool is_idle(JsonNode *answer)
{
    return g_strcmp0(ctl_json_str(ctl_json_as_object(answer), "state"),
                     "none") == 0;
}

static const CtlView view = {
    .title = "postcopy",
    .command = "query-postcopy",
    .module = "postcopy",
    .oob = true,
    .key = { 'u', "postcopy-unwedge", "unwedge the source" },
    .render = render,
    .summarize = summarize,
    .is_idle = is_idle,
};

static bool change(Ctl *ctl, const char *command, JsonObject *arguments,
                   bool oob, GError **errp)
{
    g_autoptr(JsonNode) ret = ctl_execute(ctl, "postcopy", command, arguments,
                                          oob, errp);

    return ret && (!ctl->json || ctl_print_json(ret, true, errp));
}

static bool run(Ctl *ctl, char **words, GError **errp)
{
    if (!words[0]) {
        return ctl_view_show(ctl, &view, errp);
    }
    if (g_str_equal(words[0], "unwedge") && !words[1]) {
        return change(ctl, "postcopy-unwedge", NULL, true, errp);
    }
    if (g_str_equal(words[0], "policy") && words[1]) {
        return change(ctl, "postcopy-set-policy",
                      ctl_arguments("policy", words[1]), false, errp);
    }
    g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                "postcopy takes 'policy pause', 'policy run', 'unwedge', or "
                "nothing");
    return false;
}

static const GOptionEntry options[] = { CTL_VIEW_OPTIONS, {} };

const CtlCommand ctl_postcopy = {
    .name = "postcopy",
    .usage = "[policy pause|run | unwedge]",
    .summary = "Show postcopy; change its policy; unwedge its source",
    .options = options,
    .words_max = 2,
    .run = run,
};
