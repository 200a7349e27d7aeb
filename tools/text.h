/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text out of a file that nobody vouches for, fit to be printed. */
#ifndef ANNEX_TEXT_H
#define ANNEX_TEXT_H

#include <glib.h>

/* At most @size bytes up to a NUL; what is not printable ASCII becomes '?'. */
static inline char *text_copy(const char *bytes, gsize size)
{
    char *text = g_strndup(bytes, size), *c;

    for (c = text; *c; c++) {
        if (!g_ascii_isprint(*c)) {
            *c = '?';
        }
    }
    return text;
}

#endif
