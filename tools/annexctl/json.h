/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that nobody vouches for: parsed, read and printed without surprise. */
#ifndef ANNEXCTL_JSON_H
#define ANNEXCTL_JSON_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/*
 * Parse @text of @len bytes, which may hold anything.  NULL if it is no JSON,
 * or is nested so deep that a recursive parser would run out of stack.  Free
 * with json_node_unref().
 */
JsonNode *ctl_json_parse(const char *text, gsize len);

/*
 * JSON text of @node, in one line or @pretty.  ASCII only: what is not, and
 * what a terminal would obey, is escaped, which changes no value.
 */
char *ctl_json_print(JsonNode *node, bool pretty);

/*
 * The member @name of @object, if it is there and of that type; otherwise
 * NULL, 0 or false.  @object may be NULL.
 */
JsonNode *ctl_json_get(JsonObject *object, const char *name);
const char *ctl_json_str(JsonObject *object, const char *name);
bool ctl_json_bool(JsonObject *object, const char *name);
JsonObject *ctl_json_object(JsonObject *object, const char *name);
JsonArray *ctl_json_array(JsonObject *object, const char *name);

/* A number; one that no int64 holds is the nearest that one does. */
gint64 ctl_json_int(JsonObject *object, const char *name);
bool ctl_json_has_int(JsonObject *object, const char *name);

/* @node itself as an object or array, or NULL. */
JsonObject *ctl_json_as_object(JsonNode *node);
JsonArray *ctl_json_as_array(JsonNode *node);

/* How many elements, 0 for NULL; the element @i if an object, or NULL. */
unsigned ctl_json_length(JsonArray *array);
JsonObject *ctl_json_element(JsonArray *array, unsigned i);

#endif
