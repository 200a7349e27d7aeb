/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a terminal: made harmless, measured in columns, cut, numbers. */
#ifndef ANNEXCTL_TEXT_H
#define ANNEXCTL_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* How output looks. */
typedef struct CtlStyle {
    bool ascii;                 /* nothing else is printed */
    bool live;                  /* with bars that move */
    int width;                  /* columns; 0: as many as it takes */
} CtlStyle;

/*
 * All functions return new strings, for g_free(), or append to @out.
 *
 * @text, which may be any bytes or NULL (then "-"), with all that a terminal
 * could obey, that is invisible, or that is no UTF-8, written as an escape:
 * \n, \x1b, \u202e.  With @ascii, so is all that is not ASCII.
 */
char *ctl_text(const CtlStyle *style, const char *text);

/* Columns that harmless text takes. */
int ctl_text_width(const char *text);

/* Harmless text, cut to @width columns, with a mark where it was cut. */
char *ctl_text_fit(const CtlStyle *style, const char *text, int width);

/* "52 ms", "13.8 s", "2 min 5 s", "3 h 2 min". */
char *ctl_text_ms(gint64 ms);

/* "26 ns", "35 us", "183 ms". */
char *ctl_text_ns(gint64 ns);

/* A bar of @width columns, of which @part / @whole are filled. */
char *ctl_text_bar(const CtlStyle *style, gint64 part, gint64 whole,
                   int width);

/* All lines of @text, each cut to the style's width. */
char *ctl_text_fit_lines(const CtlStyle *style, const char *text);

#endif
