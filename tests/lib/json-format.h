/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from printf-like formats, and JSON compared. */
#ifndef ANNEX_TEST_JSON_FORMAT_H
#define ANNEX_TEST_JSON_FORMAT_H

#include <json-glib/json-glib.h>
#include <stdarg.h>
#include <stdbool.h>

/*
 * JSON text from @fmt. Strings may be in single quotes. Conversions: %s, a
 * string: quoted and escaped, or only escaped inside quotes ('disk%d',
 * '%s.img'); %d %i %u %ld %lu %lld %llu; %p, a JsonNode; %%. NULL and ""
 * give NULL. An unknown conversion fails the test. Free with g_free().
 */
char *test_json_vformat(const char *fmt, va_list ap) G_GNUC_PRINTF(1, 0);

/*
 * Whether @node holds all of @part: every member of an object, with equal
 * values, recursively; other values are equal.
 */
bool test_json_contains(JsonNode *node, JsonNode *part);

/* Parse @text, failing the test if it is no JSON. Free with unref. */
JsonNode *test_json_parse(const char *text);

#endif
