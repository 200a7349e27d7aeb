/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module options: parse all arguments first, then store all values. */
#include "options.h"

#include <string.h>

typedef union Value {
    bool on;
    int index;
    int64_t number;             /* of anything, or ms */
    const char *text;
} Value;

static unsigned count(const AnnexOption *table)
{
    unsigned n = 0;

    while (table[n].name) {
        n++;
    }
    return n;
}

bool annex_options_seconds(const char *text, int64_t min, int64_t max,
                           int64_t *ms)
{
    const char *p = text;
    int64_t whole = 0, milli = 0, scale = 100;

    if (!g_ascii_isdigit(*p)) {
        return false;
    }
    for (; g_ascii_isdigit(*p); p++) {
        whole = whole * 10 + (*p - '0');
        if (whole > max) {
            return false;
        }
    }
    if (*p == '.') {
        p++;
        if (!g_ascii_isdigit(*p)) {
            return false;
        }
        for (; g_ascii_isdigit(*p) && scale; p++, scale /= 10) {
            milli += (*p - '0') * scale;
        }
    }
    if (*p || whole * 1000 + milli > max * 1000 || whole < min) {
        return false;
    }
    *ms = whole * 1000 + milli;
    return true;
}

static char *expected(const AnnexOption *o)
{
    g_autofree char *words = NULL;

    switch (o->type) {
    case ANNEX_OPTION_BOOL:
        return g_strdup("'on' or 'off'");
    case ANNEX_OPTION_SECONDS:
        return g_strdup_printf("seconds from %" G_GINT64_FORMAT " to %"
                               G_GINT64_FORMAT
                               ", with up to three decimals",
                               o->min, o->max);
    case ANNEX_OPTION_COUNT:
        return g_strdup_printf("a number from %" G_GINT64_FORMAT " to %"
                               G_GINT64_FORMAT ", or 'forever'",
                               o->min, o->max);
    case ANNEX_OPTION_CHOICE:
        words = g_strjoinv("', '", (char **)o->choices);
        return g_strdup_printf("one of '%s'", words);
    case ANNEX_OPTION_NUMBER:
        return g_strdup_printf("a number from %" G_GINT64_FORMAT " to %"
                               G_GINT64_FORMAT, o->min, o->max);
    case ANNEX_OPTION_LIST:
        return g_strdup(o->syntax);
    case ANNEX_OPTION_TEXT:
        break;                  /* takes anything */
    }
    g_assert_not_reached();
}

static bool parse_count(const AnnexOption *o, const char *text,
                        int64_t *value)
{
    guint64 number;

    *value = INT64_MAX;
    if (!strcmp(text, "forever")) {
        return true;
    }
    if (!g_ascii_string_to_unsigned(text, 10, o->min, o->max, &number,
                                    NULL)) {
        return false;
    }
    *value = number;
    return true;
}

static char **split(const char *text)
{
    return *text ? g_strsplit(text, ",", -1) : NULL;
}

static bool check_list(const AnnexOption *o, const char *text)
{
    g_auto(GStrv) words = split(text);
    unsigned i;

    for (i = 0; words && words[i]; i++) {
        if (!o->check(words[i])) {
            return false;
        }
    }
    return true;
}

static bool parse_value(const AnnexOption *o, const char *text, Value *value)
{
    switch (o->type) {
    case ANNEX_OPTION_BOOL:
        value->on = !strcmp(text, "on");
        return value->on || !strcmp(text, "off");
    case ANNEX_OPTION_SECONDS:
        return annex_options_seconds(text, o->min, o->max, &value->number);
    case ANNEX_OPTION_COUNT:
        return parse_count(o, text, &value->number);
    case ANNEX_OPTION_CHOICE:
        for (value->index = 0; o->choices[value->index]; value->index++) {
            if (!strcmp(text, o->choices[value->index])) {
                return true;
            }
        }
        return false;
    case ANNEX_OPTION_NUMBER:
        return g_ascii_string_to_signed(text, 10, o->min, o->max,
                                        &value->number, NULL);
    case ANNEX_OPTION_TEXT:
        value->text = text;
        return true;
    case ANNEX_OPTION_LIST:
        value->text = text;
        return check_list(o, text);
    }
    g_assert_not_reached();
}

static void store(const AnnexOption *o, const Value *value)
{
    switch (o->type) {
    case ANNEX_OPTION_BOOL:
        *(bool *)o->value = value->on;
        return;
    case ANNEX_OPTION_CHOICE:
        *(int *)o->value = value->index;
        return;
    case ANNEX_OPTION_SECONDS:
    case ANNEX_OPTION_COUNT:
    case ANNEX_OPTION_NUMBER:
        *(int64_t *)o->value = value->number;
        return;
    case ANNEX_OPTION_TEXT:
        *(char **)o->value = *value->text ? g_strdup(value->text) : NULL;
        return;
    case ANNEX_OPTION_LIST:
        *(char ***)o->value = split(value->text);
        return;
    }
    g_assert_not_reached();
}

static char *unknown(const AnnexOption *table, const char *name)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (; table->name; table++) {
        g_string_append_printf(known, "%s'%s'", known->len ? ", " : "",
                               table->name);
    }
    return g_strdup_printf("option '%s': unknown, expected one of %s", name,
                           known->str);
}

/* Note the text of one argument in @texts.  Returns NULL or a message. */
static char *take(const AnnexOption *table, const char *arg, char **texts)
{
    const char *equals = strchr(arg, '=');
    size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
    g_autofree char *name = g_strndup(arg, len);
    unsigned i;

    for (i = 0; table[i].name; i++) {
        if (!strcmp(table[i].name, name)) {
            break;
        }
    }
    if (!table[i].name) {
        return unknown(table, name);
    }
    if (texts[i] && table[i].type == ANNEX_OPTION_LIST) {
        g_autofree char *before = texts[i];

        texts[i] = g_strjoin(",", before, equals ? equals + 1 : "", NULL);
        return NULL;
    }
    if (texts[i]) {
        return g_strdup_printf("option '%s': given twice ('%s', '%s')", name,
                               texts[i], equals ? equals + 1 : "");
    }
    texts[i] = g_strdup(equals ? equals + 1 : "");
    return NULL;
}

char **annex_options_parse(const AnnexOption *table, int argc, char **argv,
                           char **message)
{
    unsigned i, n = count(table);
    g_auto(GStrv) texts = g_new0(char *, n + 1);
    g_autofree Value *values = g_new0(Value, n);

    for (i = 0; i < (unsigned)argc; i++) {
        *message = take(table, argv[i], texts);
        if (*message) {
            break;
        }
    }
    for (i = 0; i < n && !*message; i++) {
        if (!texts[i]) {
            texts[i] = g_strdup(table[i].def ?: "");
        }
        if (!parse_value(&table[i], texts[i], &values[i])) {
            g_autofree char *want = expected(&table[i]);

            *message = g_strdup_printf("option '%s': '%s' is not %s",
                                       table[i].name, texts[i], want);
        }
    }
    if (*message) {
        /* A hole in the array would hide what follows it from strfreev. */
        for (i = 0; i < n; i++) {
            g_free(texts[i]);
            texts[i] = NULL;
        }
        return NULL;
    }
    for (i = 0; i < n; i++) {
        store(&table[i], &values[i]);
    }
    return g_steal_pointer(&texts);
}
