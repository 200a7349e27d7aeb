/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of text, as wide as what is in them, or as the terminal is. */
#include "table.h"

#include <string.h>

/* Columns are not made narrower than this. */
#define NARROWEST 6
#define GAP 2

typedef struct Column {
    char *heading;
    bool right;
    bool optional;
    bool used;
    int width;
} Column;

struct CtlTable {
    CtlStyle style;
    GArray *columns;
    GPtrArray *cells;           /* row by row; NULL: nothing */
};

static Column *column(CtlTable *table, unsigned i)
{
    return &g_array_index(table->columns, Column, i);
}

static void add_column(CtlTable *table, const char *heading)
{
    Column c = { .right = *heading == '>', .optional = *heading == '?' };

    c.heading = g_strdup(heading + (c.right || c.optional));
    g_array_append_val(table->columns, c);
}

CtlTable *ctl_table_new(const CtlStyle *style, ...)
{
    CtlTable *table = g_new0(CtlTable, 1);
    const char *heading;
    va_list ap;

    table->style = *style;
    table->columns = g_array_new(FALSE, FALSE, sizeof(Column));
    table->cells = g_ptr_array_new_with_free_func(g_free);
    va_start(ap, style);
    while ((heading = va_arg(ap, const char *))) {
        add_column(table, heading);
    }
    va_end(ap);
    return table;
}

void ctl_table_text(CtlTable *table, const char *text)
{
    g_ptr_array_add(table->cells, text && *text
                    ? ctl_text(&table->style, text) : NULL);
}

void ctl_table_take(CtlTable *table, char *text)
{
    ctl_table_text(table, text);
    g_free(text);
}

void ctl_table_int(CtlTable *table, gint64 value)
{
    ctl_table_take(table, g_strdup_printf("%" G_GINT64_FORMAT, value));
}

static void measure(CtlTable *table)
{
    unsigned i, n = table->columns->len;

    for (i = 0; i < n; i++) {
        column(table, i)->width = ctl_text_width(column(table, i)->heading);
        column(table, i)->used = !column(table, i)->optional;
    }
    for (i = 0; i < table->cells->len; i++) {
        const char *cell = table->cells->pdata[i];
        Column *c = column(table, i % n);

        if (cell) {
            c->width = MAX(c->width, ctl_text_width(cell));
            c->used = true;
        }
    }
}

static Column *widest(CtlTable *table, int *total)
{
    Column *found = column(table, 0);
    unsigned i;

    *total = -GAP;
    for (i = 0; i < table->columns->len; i++) {
        Column *c = column(table, i);

        if (c->used) {
            *total += c->width + GAP;
            found = c->width > found->width ? c : found;
        }
    }
    return found;
}

/* Take from the widest as long as the whole is too wide. */
static void shrink(CtlTable *table)
{
    Column *c;
    int total;

    c = widest(table, &total);
    while (table->style.width && total > table->style.width &&
           c->width > NARROWEST) {
        c->width--;
        c = widest(table, &total);
    }
}

static void append_cell(CtlTable *table, const Column *c, const char *cell,
                        GString *line)
{
    g_autofree char *text = ctl_text_fit(&table->style, cell ? cell : "-",
                                         c->width);
    int pad = c->width - ctl_text_width(text);

    g_string_append_printf(line, "%*s%s%*s", c->right ? pad : 0, "", text,
                           (c->right ? 0 : pad) + GAP, "");
}

static void append_row(CtlTable *table, char **cells, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *fit = NULL;
    unsigned i;

    for (i = 0; i < table->columns->len; i++) {
        Column *c = column(table, i);

        if (c->used) {
            append_cell(table, c, cells ? cells[i] : c->heading, line);
        }
    }
    g_strchomp(line->str);
    fit = table->style.width
          ? ctl_text_fit(&table->style, line->str, table->style.width)
          : g_strdup(line->str);
    g_string_append_printf(out, "%s\n", fit);
}

void ctl_table_end(CtlTable *table, GString *out)
{
    unsigned i, n = table->columns->len;

    measure(table);
    shrink(table);
    append_row(table, NULL, out);
    for (i = 0; i + n <= table->cells->len; i += n) {
        append_row(table, (char **)table->cells->pdata + i, out);
    }
    for (i = 0; i < n; i++) {
        g_free(column(table, i)->heading);
    }
    g_array_free(table->columns, TRUE);
    g_ptr_array_free(table->cells, TRUE);
    g_free(table);
}
