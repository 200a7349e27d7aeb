/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that nobody vouches for: parsed, read and printed without surprise. */
#include "json.h"

#include <string.h>

/* QMP's own answers have less than 10. */
#define DEPTH_MAX 64

/* What may be outside of strings: json-glib would take comments, too. */
static bool is_bare(char c)
{
    return g_ascii_isalnum(c) || (c && strchr("{}[]:,+-. \t\r\n", c));
}

/* The UTF-16 unit of the four digits at @c, or -1. */
static int unit_at(const char *c, const char *end)
{
    int i, unit = 0;

    for (i = 0; i < 4; i++) {
        if (c + i >= end || !g_ascii_isxdigit(c[i])) {
            return -1;
        }
        unit = unit * 16 + g_ascii_xdigit_value(c[i]);
    }
    return unit;
}

/*
 * The last character of the escape whose backslash is at @c, or NULL.  Of one
 * that is no character json-glib 1.6 takes the quote behind it as a part.
 */
static const char *skip_escape(const char *c, const char *end)
{
    int unit, second = -1;

    if (++c >= end || !*c || !strchr("\"\\/bfnrtu", *c)) {
        return NULL;
    }
    if (*c != 'u') {
        return c;
    }
    unit = unit_at(c + 1, end);
    if (unit >= 0xd800 && unit <= 0xdbff && end - c > 7 && c[5] == '\\' &&
        c[6] == 'u') {
        second = unit_at(c + 7, end);
    }
    if (unit < 0 || (unit >= 0xd800 && unit <= 0xdfff)) {
        return second >= 0xdc00 && second <= 0xdfff ? c + 10 : NULL;
    }
    return c + 4;
}

/* The end of the string that begins at @c, or NULL. */
static const char *skip_string(const char *c, const char *end)
{
    for (c++; c < end; c++) {
        if (*c == '"') {
            return c;
        }
        if (*c == '\\') {
            c = skip_escape(c, end);
            if (!c) {
                return NULL;
            }
        }
    }
    return NULL;
}

/* One value, and not too deep: json-glib recurses for each level. */
static bool is_one_value(const char *text, gsize len)
{
    const char *c, *end = text + len;
    unsigned depth = 0;
    bool over = false;          /* the value: json-glib would take another */

    for (c = text; c < end; c++) {
        if (over && !g_ascii_isspace(*c)) {
            return false;
        } else if (*c == '"') {
            c = skip_string(c, end);
            if (!c) {
                return false;
            }
        } else if (!is_bare(*c)) {
            return false;
        } else if (*c == '{' || *c == '[') {
            depth++;
        } else if ((*c == '}' || *c == ']') && depth) {
            over = !--depth;
        }
        if (depth > DEPTH_MAX) {
            return false;
        }
    }
    return true;
}

JsonNode *ctl_json_parse(const char *text, gsize len)
{
    g_autoptr(JsonParser) parser = NULL;

    if (len > G_MAXSSIZE || !g_utf8_validate(text, len, NULL) ||
        !is_one_value(text, len)) {
        return NULL;
    }
    /* Not an immutable one: bad input can make it fail its assertions. */
    parser = json_parser_new();
    return json_parser_load_from_data(parser, text, len, NULL)
           ? json_parser_steal_root(parser) : NULL;
}

JsonNode *ctl_json_get(JsonObject *object, const char *name)
{
    return object ? json_object_get_member(object, name) : NULL;
}

const char *ctl_json_str(JsonObject *object, const char *name)
{
    JsonNode *node = ctl_json_get(object, name);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_STRING
           ? json_node_get_string(node) : NULL;
}

bool ctl_json_bool(JsonObject *object, const char *name)
{
    JsonNode *node = ctl_json_get(object, name);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
           json_node_get_boolean(node);
}

JsonObject *ctl_json_object(JsonObject *object, const char *name)
{
    return ctl_json_as_object(ctl_json_get(object, name));
}

JsonArray *ctl_json_array(JsonObject *object, const char *name)
{
    return ctl_json_as_array(ctl_json_get(object, name));
}

static gint64 clamp(double value)
{
    if (value >= (double)G_MAXINT64) {
        return G_MAXINT64;
    }
    return value > (double)G_MININT64 ? (gint64)value : G_MININT64;
}

static bool is_number(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) &&
           (json_node_get_value_type(node) == G_TYPE_INT64 ||
            json_node_get_value_type(node) == G_TYPE_DOUBLE);
}

bool ctl_json_has_int(JsonObject *object, const char *name)
{
    return is_number(ctl_json_get(object, name));
}

gint64 ctl_json_int(JsonObject *object, const char *name)
{
    JsonNode *node = ctl_json_get(object, name);

    if (!is_number(node)) {
        return 0;
    }
    return json_node_get_value_type(node) == G_TYPE_INT64
           ? json_node_get_int(node) : clamp(json_node_get_double(node));
}

JsonObject *ctl_json_as_object(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node)
                                                : NULL;
}

JsonArray *ctl_json_as_array(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node)
                                               : NULL;
}

unsigned ctl_json_length(JsonArray *array)
{
    return array ? json_array_get_length(array) : 0;
}

JsonObject *ctl_json_element(JsonArray *array, unsigned i)
{
    return ctl_json_as_object(json_array_get_element(array, i));
}
