/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl slots: pools of PCI slots, and who has which. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "table.h"
#include "view.h"

/* A bus has no more slots. */
#define SLOTS_MAX 32
/* A ledger of every slot of many buses has less. */
#define LEDGER_MAX_BYTES (4 << 20)

/* Who has @slot of @bus: 0 nobody, 'l' a device, 'r' one that has left. */
static char holder(JsonArray *entries, const char *bus, gint64 slot)
{
    char found = 0;
    unsigned i;

    for (i = 0; i < ctl_json_length(entries); i++) {
        JsonObject *e = ctl_json_element(entries, i);

        if (ctl_json_has_int(e, "slot") && ctl_json_int(e, "slot") == slot &&
            g_strcmp0(ctl_json_str(e, "bus"), bus) == 0 && found != 'l') {
            found = ctl_json_bool(e, "live") ? 'l' : 'r';
        }
    }
    return found;
}

/* A character for each slot of the pool, the cursor's in brackets. */
static char *map_of(const CtlStyle *style, JsonObject *pool,
                    JsonArray *entries)
{
    gint64 first = ctl_json_int(pool, "first");
    gint64 last = ctl_json_int(pool, "last"), slot;
    const char *bus = ctl_json_str(pool, "bus");
    GString *map;

    if (!ctl_json_has_int(pool, "first") || first < 0 ||
        last >= SLOTS_MAX) {
        return NULL;
    }
    map = g_string_new(NULL);
    for (slot = first; slot <= last; slot++) {
        char who = holder(entries, bus, slot);
        bool next = ctl_json_has_int(pool, "cursor") &&
                    ctl_json_int(pool, "cursor") == slot;
        const char *mark = style->ascii
            ? (who == 'l' ? "#" : who ? "+" : ".")
            : who == 'l' ? "\xe2\x96\x88" : who ? "\xe2\x96\x92"
                                                : "\xc2\xb7";

        g_string_append_printf(map, next ? "[%s]" : "%s", mark);
    }
    return g_string_free(map, FALSE);
}

static void add_slot(CtlTable *table, JsonObject *object, const char *name)
{
    ctl_table_take(table, ctl_json_has_int(object, name)
                   ? g_strdup_printf("0x%02x", (unsigned)ctl_json_int(object,
                                                                      name))
                   : NULL);
}

static void render_pools(const CtlStyle *style, JsonObject *info,
                         GString *out)
{
    JsonArray *pools = ctl_json_array(info, "pools");
    CtlTable *table = ctl_table_new(style, "POOL", "BUS", "FIRST", "LAST",
                                    "MATCH", "NEXT", ">FREE", "?MAP", NULL);
    unsigned i;

    for (i = 0; i < ctl_json_length(pools); i++) {
        JsonObject *p = ctl_json_element(pools, i);

        ctl_table_text(table, ctl_json_str(p, "name"));
        ctl_table_text(table, ctl_json_str(p, "bus"));
        add_slot(table, p, "first");
        add_slot(table, p, "last");
        ctl_table_text(table, ctl_json_str(p, "match"));
        add_slot(table, p, "cursor");
        ctl_table_int(table, ctl_json_int(p, "free"));
        ctl_table_take(table, map_of(style, p,
                                     ctl_json_array(info, "entries")));
    }
    ctl_table_end(table, out);
}

/* Ports have one slot each; their pools have ports. */
static void render_port_pools(const CtlStyle *style, JsonArray *pools,
                              GString *out)
{
    CtlTable *table = ctl_table_new(style, "POOL", "PORTS", "MATCH",
                                    "LAST USED", ">FREE", NULL);
    unsigned i;

    for (i = 0; i < ctl_json_length(pools); i++) {
        JsonObject *p = ctl_json_element(pools, i);

        ctl_table_text(table, ctl_json_str(p, "name"));
        ctl_table_text(table, ctl_json_str(p, "ports"));
        ctl_table_text(table, ctl_json_str(p, "match"));
        ctl_table_text(table, ctl_json_str(p, "port"));
        ctl_table_int(table, ctl_json_int(p, "free"));
    }
    ctl_table_end(table, out);
}

static void render_ledger(const CtlStyle *style, JsonObject *info,
                          GString *out)
{
    g_autofree char *file = ctl_text(style, ctl_json_str(info, "ledger"));
    const char *error = ctl_json_str(info, "ledger-error");
    g_autofree char *why = ctl_text(style, error);

    if (ctl_json_str(info, "ledger")) {
        g_string_append_printf(out, "\nkept in %s%s%s\n", file,
                               error ? ", which is out of date: " : "",
                               error ? why : "");
    }
}

static void render_entries(const CtlStyle *style, JsonArray *entries,
                           GString *out)
{
    CtlTable *table = ctl_table_new(style, "DEVICE", "BUS", "SLOT",
                                    "?FUNCTION", "?POOL", "LIVE", NULL);
    unsigned i;

    for (i = 0; i < ctl_json_length(entries); i++) {
        JsonObject *e = ctl_json_element(entries, i);

        ctl_table_text(table, ctl_json_str(e, "id"));
        ctl_table_text(table, ctl_json_str(e, "bus"));
        add_slot(table, e, "slot");
        /* Only where there is one that is not the first. */
        ctl_table_take(table, ctl_json_int(e, "function") > 0
                       ? g_strdup_printf("%u", (unsigned)ctl_json_int(
                             e, "function")) : NULL);
        ctl_table_text(table, ctl_json_str(e, "pool"));
        ctl_table_text(table, ctl_json_bool(e, "live") ? "yes" : "no");
    }
    ctl_table_end(table, out);
}

static void render(const CtlStyle *style, JsonNode *answer, GString *out)
{
    JsonObject *info = ctl_json_as_object(answer);
    JsonArray *entries = ctl_json_array(info, "entries");
    JsonArray *port_pools = ctl_json_array(info, "port-pools");

    render_pools(style, info, out);
    if (ctl_json_length(port_pools)) {
        g_string_append_c(out, '\n');
        render_port_pools(style, port_pools, out);
    }
    if (ctl_json_length(entries)) {
        g_string_append_c(out, '\n');
        render_entries(style, entries, out);
    }
    render_ledger(style, info, out);
}

static void summarize(JsonNode *answer, GPtrArray *lines)
{
    JsonArray *entries = ctl_json_array(ctl_json_as_object(answer),
                                        "entries");
    unsigned i;

    for (i = 0; i < ctl_json_length(entries); i++) {
        JsonObject *e = ctl_json_element(entries, i);
        const char *id = ctl_json_str(e, "id");
        const char *bus = ctl_json_str(e, "bus");

        g_ptr_array_add(lines, g_strdup_printf(
            "%s: %s slot %" G_GINT64_FORMAT ", %s", id ? id : "?",
            bus ? bus : "?", ctl_json_int(e, "slot"),
            ctl_json_bool(e, "live") ? "live" : "not there"));
    }
}

static const CtlView view = {
    .title = "PCI slots",
    .command = "query-pci-slots",
    .module = "pci-slots",
    .render = render,
    .summarize = summarize,
};

/* -------------------------------------------------------------- ledger */

static bool export(Ctl *ctl, const char *path, GError **errp)
{
    g_autoptr(JsonNode) ret = ctl_execute(ctl, "pci-slots",
                                          "pci-slots-export", NULL, false,
                                          errp);
    g_autofree char *text = NULL, *lines = NULL;

    if (!ret || !path) {
        return ret && ctl_print_json(ret, true, errp);
    }
    text = ctl_json_print(ret, true);
    lines = g_strconcat(text, "\n", NULL);
    return ctl_save(path, lines, errp);
}

static JsonNode *read_ledger(const char *path, GError **errp)
{
    g_autoptr(GString) text = g_string_new(NULL);
    JsonNode *node = NULL;
    FILE *file = g_str_equal(path, "-") ? stdin : fopen(path, "re");
    char chunk[4096];
    size_t got;

    if (!file) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE, "%s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    while ((got = fread(chunk, 1, sizeof(chunk), file)) &&
           text->len <= LEDGER_MAX_BYTES) {
        g_string_append_len(text, chunk, got);
    }
    if (!ferror(file) && text->len <= LEDGER_MAX_BYTES) {
        node = ctl_json_parse(text->str, text->len);
    }
    if (file != stdin) {
        fclose(file);
    }
    if (!node || !JSON_NODE_HOLDS_OBJECT(node)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE,
                    "%s: not a ledger of pci-slots-export", path);
        g_clear_pointer(&node, json_node_unref);
    }
    return node;
}

static bool load(Ctl *ctl, const char *path, GError **errp)
{
    JsonNode *ledger = read_ledger(path, errp);
    JsonObject *arguments;
    g_autoptr(JsonNode) ret = NULL;

    if (!ledger) {
        return false;
    }
    arguments = json_object_new();
    json_object_set_member(arguments, "ledger", ledger);
    ret = ctl_execute(ctl, "pci-slots", "pci-slots-load", arguments, false,
                      errp);
    return ret && (!ctl->json || ctl_print_json(ret, true, errp));
}

static bool run(Ctl *ctl, char **words, GError **errp)
{
    if (!words[0]) {
        return ctl_view_show(ctl, &view, errp);
    }
    if (g_str_equal(words[0], "export")) {
        return export(ctl, words[1], errp);
    }
    if (g_str_equal(words[0], "load") && words[1]) {
        return load(ctl, words[1], errp);
    }
    g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                "slots takes 'export [FILE]', 'load FILE', or nothing");
    return false;
}

static const GOptionEntry options[] = { CTL_VIEW_OPTIONS, {} };

const CtlCommand ctl_slots = {
    .name = "slots",
    .usage = "[export [FILE] | load FILE]",
    .summary = "List pools of PCI slots; save or load the ledger",
    .options = options,
    .words_max = 2,
    .run = run,
};
