/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON as text: json-glib's own can write numbers that are none (1e+20.0). */
#include "json.h"

typedef struct Printer {
    GString *out;
    bool pretty;
    int depth;
} Printer;

static void print_node(Printer *p, JsonNode *node);

static void append_escaped(GString *out, gunichar c)
{
    if (c >= 0x10000) {
        c -= 0x10000;
        g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + (c >> 10),
                               0xdc00 + (c & 0x3ff));
    } else {
        g_string_append_printf(out, "\\u%04x", c);
    }
}

static void print_char(GString *out, gunichar c)
{
    switch (c) {
    case '"':
    case '\\':
        g_string_append_c(out, '\\');
        g_string_append_c(out, c);
        break;
    case '\n':
        g_string_append(out, "\\n");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    default:
        if (c >= 0x20 && c < 0x7f) {
            g_string_append_c(out, c);
        } else {
            append_escaped(out, c);
        }
    }
}

static void print_string(Printer *p, const char *text)
{
    g_string_append_c(p->out, '"');
    while (text && *text) {
        gunichar c = g_utf8_get_char_validated(text, -1);

        if ((gint32)c < 0) {
            append_escaped(p->out, 0xfffd);
            text++;
        } else {
            print_char(p->out, c);
            text = g_utf8_next_char(text);
        }
    }
    g_string_append_c(p->out, '"');
}

static void print_value(Printer *p, JsonNode *node)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    switch (json_node_get_value_type(node)) {
    case G_TYPE_STRING:
        print_string(p, json_node_get_string(node));
        break;
    case G_TYPE_BOOLEAN:
        g_string_append(p->out, json_node_get_boolean(node) ? "true"
                                                            : "false");
        break;
    case G_TYPE_INT64:
        g_string_append_printf(p->out, "%" G_GINT64_FORMAT,
                               json_node_get_int(node));
        break;
    default:
        /* There is no infinity in JSON; one was a number too large. */
        g_ascii_dtostr(number, sizeof(number), CLAMP(
            json_node_get_double(node), -G_MAXDOUBLE, G_MAXDOUBLE));
        g_string_append(p->out, number);
    }
}

static void new_line(Printer *p)
{
    if (p->pretty) {
        g_string_append_printf(p->out, "\n%*s", 2 * p->depth, "");
    }
}

static void print_array(Printer *p, JsonArray *array)
{
    unsigned i, n = json_array_get_length(array);

    g_string_append_c(p->out, '[');
    p->depth++;
    for (i = 0; i < n; i++) {
        g_string_append(p->out, i ? "," : "");
        new_line(p);
        print_node(p, json_array_get_element(array, i));
    }
    p->depth--;
    if (n) {
        new_line(p);
    }
    g_string_append_c(p->out, ']');
}

static void print_object(Printer *p, JsonObject *object)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;
    bool any = false;

    g_string_append_c(p->out, '{');
    p->depth++;
    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        g_string_append(p->out, any ? "," : "");
        any = true;
        new_line(p);
        print_string(p, name);
        g_string_append(p->out, p->pretty ? ": " : ":");
        print_node(p, node);
    }
    p->depth--;
    if (any) {
        new_line(p);
    }
    g_string_append_c(p->out, '}');
}

static void print_node(Printer *p, JsonNode *node)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
        print_object(p, json_node_get_object(node));
        break;
    case JSON_NODE_ARRAY:
        print_array(p, json_node_get_array(node));
        break;
    case JSON_NODE_VALUE:
        print_value(p, node);
        break;
    case JSON_NODE_NULL:
        g_string_append(p->out, "null");
        break;
    }
}

char *ctl_json_print(JsonNode *node, bool pretty)
{
    Printer p = { g_string_new(NULL), pretty, 0 };

    print_node(&p, node);
    return g_string_free(p.out, FALSE);
}
