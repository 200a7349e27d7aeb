/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of text, as wide as what is in them, or as the terminal is. */
#ifndef ANNEXCTL_TABLE_H
#define ANNEXCTL_TABLE_H

#include "text.h"

typedef struct CtlTable CtlTable;

/*
 * A table with these columns; NULL ends them.  A heading that begins with '>'
 * is that of a column flushed right, one with '?' of a column that is left
 * out where nothing is in it.
 */
CtlTable *ctl_table_new(const CtlStyle *style, ...) G_GNUC_NULL_TERMINATED;

/*
 * Append a row, cell by cell, from the left: text that may hold anything
 * (NULL: nothing), text to be freed by the table, numbers.
 */
void ctl_table_text(CtlTable *table, const char *text);
void ctl_table_take(CtlTable *table, char *text);
void ctl_table_int(CtlTable *table, gint64 value);

/* Append its lines to @out, and free it. */
void ctl_table_end(CtlTable *table, GString *out);

#endif
