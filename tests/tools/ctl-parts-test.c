/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of annexctl by themselves: text, tables, JSON, timelines. */
#include <string.h>
#include "annexctl/event.h"
#include "annexctl/table.h"
#include "annexctl/timeline.h"

static const CtlStyle utf8 = {}, ascii = { .ascii = true };

/* ---------------------------------------------------------------- text */

static void expect_text(const CtlStyle *style, const char *text,
                        const char *wanted)
{
    g_autofree char *shown = ctl_text(style, text);

    g_assert_cmpstr(shown, ==, wanted);
}

static void harmless(void)
{
    expect_text(&utf8, NULL, "-");
    expect_text(&utf8, "", "");
    expect_text(&utf8, "a\n\t\033\177", "a\\n\\t\\x1b\\x7f");
    expect_text(&utf8, "\xc2\x9b[31m", "\\u009b[31m");
    expect_text(&utf8, "\xe2\x80\xae\xef\xbb\xbf\xe2\x80\xa8",
                "\\u202e\\ufeff\\u2028");
    expect_text(&utf8, "\xf3\xa0\x80\x81", "\\U000e0001");
    expect_text(&utf8, "\xff\xc3(\xe2\x82", "\\xff\\xc3(\\xe2\\x82");
    expect_text(&utf8, "\xc3\xa9\xe6\xbc\xa2", "\xc3\xa9\xe6\xbc\xa2");
    expect_text(&ascii, "\xc3\xa9\xe6\xbc\xa2", "\\u00e9\\u6f22");
}

static void expect_fit(const CtlStyle *style, const char *text, int width,
                       const char *wanted)
{
    g_autofree char *fit = ctl_text_fit(style, text, width);

    g_assert_cmpstr(fit, ==, wanted);
    g_assert_cmpint(ctl_text_width(fit), <=, MAX(width, 0));
}

static void widths(void)
{
    /* A wide character, and a mark that takes no column. */
    g_assert_cmpint(ctl_text_width("a\xe6\xbc\xa2" "e\xcc\x81"), ==, 4);
    expect_fit(&ascii, "abcdef", 6, "abcdef");
    expect_fit(&ascii, "abcdef", 5, "abcd~");
    expect_fit(&utf8, "abcdef", 5, "abcd\xe2\x80\xa6");
    expect_fit(&utf8, "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", 4,
               "\xe6\xbc\xa2\xe2\x80\xa6");
    expect_fit(&ascii, "abc", 1, "~");
    expect_fit(&ascii, "abc", 0, "");
    expect_fit(&ascii, "abc", -7, "");
}

static void expect_ms(gint64 ms, const char *wanted)
{
    g_autofree char *text = ctl_text_ms(ms);

    g_assert_cmpstr(text, ==, wanted);
}

static void numbers(void)
{
    g_autofree char *ns = ctl_text_ns(183250), *half = NULL, *none = NULL;

    expect_ms(0, "0 ms");
    expect_ms(999, "999 ms");
    expect_ms(13800, "13.8 s");
    expect_ms(125000, "2 min 5 s");
    expect_ms(10920000, "3 h 2 min");
    expect_ms(G_MAXINT64, "2562047788015 h 12 min");
    g_assert_cmpstr(ns, ==, "183 us");
    half = ctl_text_bar(&ascii, 7, 14, 4);
    g_assert_cmpstr(half, ==, "##..");
    none = ctl_text_bar(&ascii, G_MAXINT64, 0, 4);
    g_assert_cmpstr(none, ==, "....");
}

/* --------------------------------------------------------------- tables */

static char *make_table(int width)
{
    CtlStyle style = { .ascii = true, .width = width };
    CtlTable *table = ctl_table_new(&style, "NAME", ">N", "?NEVER", "LAST",
                                    NULL);
    GString *out = g_string_new(NULL);

    ctl_table_text(table, "a rather long name");
    ctl_table_int(table, 5);
    ctl_table_text(table, NULL);
    ctl_table_text(table, "x");
    ctl_table_text(table, "b");
    ctl_table_int(table, -123);
    ctl_table_text(table, "");
    ctl_table_text(table, NULL);
    ctl_table_end(table, out);
    return g_string_free(out, FALSE);
}

static void tables(void)
{
    g_autofree char *wide = make_table(0), *narrow = make_table(20);
    g_autofree char *tiny = make_table(9);

    g_assert_cmpstr(wide, ==, "NAME                   N  LAST\n"
                              "a rather long name     5  x\n"
                              "b                   -123  -\n");
    g_assert_cmpstr(narrow, ==, "NAME         N  LAST\n"
                                "a rathe~     5  x\n"
                                "b         -123  -\n");
    g_assert_cmpstr(tiny, ==, "NAME    ~\na rat~  ~\nb       ~\n");
}

/* ----------------------------------------------------------------- JSON */

static JsonNode *parse(const char *text)
{
    return ctl_json_parse(text, strlen(text));
}

static void json(void)
{
    static const char *const bad[] = {
        "", "{", "{\"a\": }", "/**/{}", "# x\n{}", "{'a': 1}", "\"a",
        "{\"a\": \"\xff\"}", "[1] [2", "\"\\", "[1] [2]", "{}x", "{},", "]",
        "\"\\x\"", "\"\\u00\"", "\"\\u00g0\"", "\"\\u", "\"\\udc00\"",
        "\"\\ud800\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"",
        "\"\\ud800\\udbff\"", "\"\\ud800\\u", "\"\\udbff\\udc0\"",
    };
    g_autoptr(JsonNode) node = parse("{\"a\": \"\\u009b\\ud83d\\ude00\","
                                     " \"i\": 1e20, \"s\": 5, \"n\": null}");
    g_autofree char *text = ctl_json_print(node, false);
    JsonObject *object = ctl_json_as_object(node);
    unsigned i;

    g_assert_cmpstr(text, ==, "{\"a\":\"\\u009b\\ud83d\\ude00\",\"i\":1e+20,"
                    "\"s\":5,\"n\":null}");
    g_assert_cmpint(ctl_json_int(object, "i"), ==, G_MAXINT64);
    g_assert_cmpint(ctl_json_int(object, "a"), ==, 0);
    g_assert_null(ctl_json_str(object, "s"));
    g_assert_null(ctl_json_str(object, "none"));
    g_assert_null(ctl_json_object(object, "n"));
    g_assert_null(ctl_json_array(NULL, "n"));
    g_assert_false(ctl_json_bool(object, "s"));
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_null(parse(bad[i]));
    }
}

static void deep(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(JsonNode) shallow = NULL;
    int i;

    for (i = 0; i < 60; i++) {
        g_string_prepend_c(text, '[');
        g_string_append_c(text, ']');
    }
    shallow = parse(text->str);
    g_assert_nonnull(shallow);
    for (i = 0; i < 60; i++) {
        g_string_prepend_c(text, '[');
        g_string_append_c(text, ']');
    }
    g_assert_null(parse(text->str));
}

/* Where json-glib 1.6 takes a quote as a part of what is no character. */
static void hidden_depth(gconstpointer escape)
{
    g_autofree char *brackets = g_strnfill(200000, '[');
    g_autofree char *text = g_strdup_printf("[\"%s\"x\",%s\"]",
                                            (char *)escape, brackets);

    g_assert_null(parse(text));
}

/* ------------------------------------------------------------- timelines */

#define AT(s, us) "\"timestamp\": {\"seconds\": " #s                    \
                  ", \"microseconds\": " #us "}}\n"

static const char log_text[] =
    "{\"event\": \"DEVICE_NOT_DELETED\", \"data\": {\"device\": \"dimm0\","
    " \"elapsed-ms\": 2000, \"listening\": false}, " AT(1002, 0)
    "{\"event\": \"DEVICE_UNPLUG_DONE\", \"data\": {\"device\": \"dimm0\","
    " \"elapsed-ms\": 3000, \"outcome\": \"late\"}, " AT(1003, 5)
    "{\"event\": \"FAILOVER_PRIMARY_CHANGED\", \"data\": {\"standby\":"
    " \"n<1\", \"primary\": \"vf&0\", \"state\": \"unplugging\","
    " \"reason\": \"migration\"}, " AT(1004, 0)
    "not an event\n"
    "{\"event\": \"FAILOVER_UNPLUG_TIMEOUT\", \"data\": {\"standby\":"
    " \"n<1\", \"reason\": \"busy\", \"action\": \"abort\"}, " AT(1005, 0)
    "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"postcopy-paused\"},"
    AT(1006, 0)
    "{\"event\": \"POSTCOPY_HELD\", \"data\": {}, " AT(1006, 100)
    "{\"event\": \"POSTCOPY_RELEASED\", \"data\": {\"held-ms\": 5,"
    " \"reason\": \"recovered\"}, " AT(1007, 0)
    "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"completed\"},"
    AT(1008, 0)
    "{\"event\": \"VHOST_USER_REQUEST_FAILED\", \"data\": {\"chardev\":"
    " \"c\", \"request\": \"\\u001b]0;\\ufffe\", \"reason\": \"timeout\","
    " \"elapsed-ms\": 9223372036854775807}, " AT(1009, 0);

static void check_xml(const char *svg)
{
    static const GMarkupParser parser = {};
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0,
                                                              NULL, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_markup_parse_context_parse(context, svg, -1, &error));
    g_assert_true(g_markup_parse_context_end_parse(context, &error));
    g_assert_no_error(error);
    g_markup_parse_context_free(context);
}

static const CtlSpan *span(CtlTimeline *timeline, const char *lane,
                           unsigned i)
{
    return &g_array_index(ctl_timeline_lane(timeline, lane)->spans, CtlSpan,
                          i);
}

static void expect_span(const CtlSpan *span, gint64 from_us, gint64 to_us,
                        CtlTone tone, const char *label)
{
    g_assert_cmpint(span->from_us, ==, from_us);
    g_assert_cmpint(span->to_us, ==, to_us);
    g_assert_cmpint(span->tone, ==, tone);
    g_assert_cmpstr(span->label, ==, label);
}

static void timeline(void)
{
    g_autoptr(CtlTimeline) t = ctl_timeline_read(log_text, strlen(log_text),
                                                 NULL, NULL);
    g_autofree char *svg = NULL;

    g_assert_cmpuint(t->events, ==, 9);
    g_assert_cmpuint(t->skipped, ==, 1);
    g_assert_cmpuint(t->lanes->len, ==, 5);
    expect_span(span(t, "device dimm0", 0), 1000000000, 1002000000,
                CTL_TONE_BUSY, "asked for");
    expect_span(span(t, "device dimm0", 1), 1002000000, 1003000005,
                CTL_TONE_WARN, "past the deadline");
    expect_span(span(t, "migration", 0), 1006000000, 1008000000,
                CTL_TONE_BAD, "postcopy-paused");
    expect_span(span(t, "vCPUs", 0), 1006000100, 1007000000, CTL_TONE_WARN,
                "held");
    /* Nobody has ended it. */
    expect_span(span(t, "pair n<1", 0), 1004000000, 1009000000,
                CTL_TONE_BUSY, "unplugging");
    svg = ctl_timeline_svg(t, "a <title> \033", 1000);
    check_xml(svg);
    g_assert_null(strchr(svg, '\033'));
    g_assert_nonnull(strstr(svg, "pair n&lt;1"));
}

static void about(void)
{
    static const char channel[] =
        "{\"event\": \"VHOST_USER_REQUEST_FAILED\", \"data\": {\"chardev\":"
        " \"c\", \"device\": \"d\"}, " AT(1, 0);
    g_autoptr(CtlTimeline) t = ctl_timeline_read(log_text, strlen(log_text),
                                                 "dimm0", NULL);
    g_autoptr(GError) error = NULL;

    /* What is about nothing in particular stays. */
    g_assert_cmpuint(t->lanes->len, ==, 3);
    ctl_timeline_free(t);
    t = ctl_timeline_read(channel, strlen(channel), "c", NULL);
    g_assert_nonnull(t);
    g_assert_cmpuint(t->events, ==, 1);
    g_assert_null(ctl_timeline_read("x\n\n", 3, NULL, &error));
    g_assert_error(error, CTL_ERROR, CTL_ERROR_FILE);
}

/* Whatever happens to a log, it is read, or not, and drawn well-formed. */
static void damaged(void)
{
    gsize len = strlen(log_text);
    int round, i;

    for (round = 0; round < 1000; round++) {
        g_autofree char *log = g_memdup2(log_text, len);
        g_autoptr(CtlTimeline) t = NULL;
        g_autofree char *svg = NULL;

        for (i = g_test_rand_int_range(1, 30); i; i--) {
            gsize at = g_test_rand_int_range(0, len);

            log[at] = g_test_rand_int_range(0, 4)
                      ? log_text[g_test_rand_int_range(0, len)]
                      : g_test_rand_int_range(0, 256);
        }
        t = ctl_timeline_read(log, g_test_rand_int_range(0, len), NULL, NULL);
        if (t) {
            svg = ctl_timeline_svg(t, "", g_test_rand_int_range(400, 2000));
            check_xml(svg);
        }
    }
}

static void many(void)
{
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(CtlTimeline) t = NULL;
    g_autofree char *svg = NULL;
    int i;

    for (i = 0; i < 20100; i++) {
        g_string_append_printf(log, "{\"event\": \"DEVICE_DELETED\","
                               " \"data\": {\"device\": \"d%d\"}}\n", i % 150);
    }
    t = ctl_timeline_read(log->str, log->len, NULL, NULL);
    g_assert_cmpuint(t->events, ==, 20000);
    g_assert_cmpuint(t->skipped, ==, 100);
    g_assert_cmpuint(t->lanes->len, ==, 100);
    svg = ctl_timeline_svg(t, "many", 1000);
    check_xml(svg);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-parts/text/harmless", harmless);
    g_test_add_func("/ctl-parts/text/widths", widths);
    g_test_add_func("/ctl-parts/text/numbers", numbers);
    g_test_add_func("/ctl-parts/tables", tables);
    g_test_add_func("/ctl-parts/json/values", json);
    g_test_add_func("/ctl-parts/json/deep", deep);
    g_test_add_data_func("/ctl-parts/json/hidden-depth/high", "\\ud800",
                         hidden_depth);
    g_test_add_data_func("/ctl-parts/json/hidden-depth/low", "\\udc00",
                         hidden_depth);
    g_test_add_data_func("/ctl-parts/json/hidden-depth/short", "\\u00",
                         hidden_depth);
    g_test_add_func("/ctl-parts/timeline/events", timeline);
    g_test_add_func("/ctl-parts/timeline/about", about);
    g_test_add_func("/ctl-parts/timeline/damaged", damaged);
    g_test_add_func("/ctl-parts/timeline/many", many);
    return g_test_run();
}
