/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints verdicts to stdout. */
#include "report.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

struct Report {
    ReportFormat format;
    JsonArray *array;
};

Report *report_new(ReportFormat format)
{
    Report *report = g_new0(Report, 1);

    report->format = format;
    report->array = json_array_new();
    return report;
}

static void print_text(const Verdict *v, const char *label)
{
    printf("%s %s", v->host->path, v->host->version);
    if (*v->host->package) {
        printf(" (%s)", v->host->package);
    }
    printf(": %s: %s", label, v->loads ? "loads" : "refuses");
    if (v->reason) {
        printf(": %s", v->reason);
    }
    if (v->note) {
        printf("; %s", v->note);
    }
    if (v->loads && v->absent) {
        printf("; types not found, and not compared: %u", v->absent);
    }
    putchar('\n');
}

/* JSON is UTF-8, and a path can be anything. */
static void set_path(JsonObject *object, const char *member, const char *path)
{
    g_autofree char *text = g_filename_display_name(path);

    json_object_set_string_member(object, member, text);
}

static JsonObject *verdict_to_json(const Verdict *v)
{
    JsonObject *object = json_object_new();
    JsonArray *missing;
    unsigned i;

    set_path(object, "binary", v->host->path);
    json_object_set_string_member(object, "version", v->host->version);
    json_object_set_string_member(object, "package", v->host->package);
    set_path(object, "module", v->module->name);
    set_path(object, "path", v->module->path);
    json_object_set_boolean_member(object, "loads", v->loads);
    if (v->reason) {
        json_object_set_string_member(object, "reason", v->reason);
    }
    if (v->note) {
        json_object_set_string_member(object, "note", v->note);
    }
    if (v->loads) {
        json_object_set_int_member(object, "types-absent", v->absent);
    }
    if (v->missing->len) {
        missing = json_array_new();
        for (i = 0; i < v->missing->len; i++) {
            json_array_add_string_element(missing, v->missing->pdata[i]);
        }
        json_object_set_array_member(object, "missing-symbols", missing);
    }
    return object;
}

void report_verdict(Report *report, const Verdict *verdict, const char *label)
{
    switch (report->format) {
    case REPORT_TEXT:
        print_text(verdict, label);
        break;
    case REPORT_JSON:
        json_array_add_object_element(report->array,
                                      verdict_to_json(verdict));
        break;
    case REPORT_NOTHING:
        break;
    }
}

static void print_json(JsonArray *array)
{
    JsonNode *root = json_node_init_array(json_node_alloc(), array);
    g_autofree char *text = json_to_string(root, true);

    puts(text);
    json_node_unref(root);
}

bool report_end(Report *report)
{
    if (report->format == REPORT_JSON) {
        print_json(report->array);
    }
    json_array_unref(report->array);
    g_free(report);
    return !fflush(stdout) && !ferror(stdout);
}
