/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration's output: labelled lines, JSON, a table. */
#ifndef ANNEX_DEMO_PRINT_H
#define ANNEX_DEMO_PRINT_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* Whose words a line has: the label in its margin. */
typedef enum DemoWho {
    DEMO_NOBODY,
    DEMO_ASKED,
    DEMO_GUEST,
    DEMO_STOCK,
    DEMO_ANNEX,
} DemoWho;

/* Use colours if stdout is a terminal that has them. */
void demo_print_start(void);

/* A numbered heading, and what it is about. */
void demo_print_step(const char *title, const char *text);

/* A paragraph, wrapped. */
void demo_print(DemoWho who, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* "@lead NAME {...}", wrapped between members. */
void demo_print_json(DemoWho who, const char *lead, JsonNode *node);

/* Something is not as claimed. */
void demo_print_failure(const char *what);

/* A row of the table, to be printed at the end. */
void demo_print_row(const char *what, char *stock, char *annex);
void demo_print_table(void);

/*
 * @node as text in pieces between which a line may break.  Members that
 * say what it is about come first.  Free with g_ptr_array_unref().
 */
GPtrArray *demo_json_pieces(JsonNode *node);

#endif
