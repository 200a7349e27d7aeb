/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from printf-like formats, and JSON compared. */
#include <string.h>
#include "failure.h"
#include "json-format.h"

static void append_string(GString *out, const char *text, bool in_quotes)
{
    g_autoptr(JsonNode) node = json_node_alloc();
    g_autofree char *quoted = NULL;
    gsize len;

    json_node_init_string(node, text);
    quoted = json_to_string(node, FALSE);
    len = strlen(quoted);
    if (in_quotes) {
        g_string_append_len(out, quoted + 1, len - 2);
    } else {
        g_string_append(out, quoted);
    }
}

static void append_node(GString *out, JsonNode *node)
{
    g_autofree char *text = json_to_string(node, FALSE);

    g_string_append(out, text);
}

/* @conv is what follows the '%'; returns how much of it was used. */
static int append_conversion(GString *out, const char *conv, bool in_quotes,
                             va_list *ap)
{
    int longs = strspn(conv, "l");
    bool is_signed = conv[longs] == 'd' || conv[longs] == 'i';

    if (is_signed || conv[longs] == 'u') {
        if (longs == 0 && is_signed) {
            g_string_append_printf(out, "%d", va_arg(*ap, int));
        } else if (longs == 0) {
            g_string_append_printf(out, "%u", va_arg(*ap, unsigned));
        } else if (is_signed) {
            g_string_append_printf(out, "%ld", va_arg(*ap, long));
        } else {
            g_string_append_printf(out, "%lu", va_arg(*ap, unsigned long));
        }
        return longs + 1;
    }
    switch (conv[0]) {
    case 's':
        append_string(out, va_arg(*ap, const char *), in_quotes);
        return 1;
    case 'p':
        append_node(out, va_arg(*ap, JsonNode *));
        return 1;
    case '%':
        g_string_append_c(out, '%');
        return 1;
    default:
        test_fail("JSON format: unknown conversion %%%s", conv);
    }
}

char *test_json_vformat(const char *fmt, va_list ap)
{
    GString *out;
    bool in_quotes = false;
    va_list copy;

    /* %lld is read as a long. */
    G_STATIC_ASSERT(sizeof(long long) == sizeof(long));
    if (!fmt || !*fmt) {
        return NULL;
    }
    out = g_string_new(NULL);
    va_copy(copy, ap);
    while (*fmt) {
        char c = *fmt++;

        if (c == '%') {
            fmt += append_conversion(out, fmt, in_quotes, &copy);
        } else if (c == '\'' || c == '"') {
            in_quotes = !in_quotes;
            g_string_append_c(out, '"');
        } else {
            g_string_append_c(out, c);
        }
    }
    va_end(copy);
    return g_string_free(out, FALSE);
}

bool test_json_contains(JsonNode *node, JsonNode *part)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *wanted;

    if (!JSON_NODE_HOLDS_OBJECT(part)) {
        return json_node_equal(node, part);
    }
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return false;
    }
    json_object_iter_init(&iter, json_node_get_object(part));
    while (json_object_iter_next(&iter, &name, &wanted)) {
        JsonObject *object = json_node_get_object(node);
        JsonNode *found = json_object_get_member(object, name);

        if (!found || !test_json_contains(found, wanted)) {
            return false;
        }
    }
    return true;
}

JsonNode *test_json_parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(text, &error);

    if (!node) {
        test_fail("not JSON: %s: %s", text,
                  error ? error->message : "empty");
    }
    return node;
}
