/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module options: typed key=value arguments, checked as a whole. */
#ifndef ANNEX_OPTIONS_H
#define ANNEX_OPTIONS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum AnnexOptionType {
    ANNEX_OPTION_BOOL,      /* on | off */
    ANNEX_OPTION_SECONDS,   /* decimal, up to three decimals; kept as ms */
    ANNEX_OPTION_CHOICE,    /* one of a list of words; kept as its index */
    ANNEX_OPTION_NUMBER,    /* decimal, whole */
    ANNEX_OPTION_COUNT,     /* a number, or "forever": INT64_MAX */
    ANNEX_OPTION_TEXT,      /* any; a string, NULL when empty */
    ANNEX_OPTION_LIST,      /* may be given again; a GStrv, or NULL */
} AnnexOptionType;

/*
 * One option.  A table of them ends with an entry without a name.
 * @def is written as a user would write it.  @min and @max are in seconds,
 * for ANNEX_OPTION_SECONDS, or the number's; @choices is NULL-terminated, for
 * ANNEX_OPTION_CHOICE.  @value points to a bool, an int64_t (ms), an int, or
 * an int64_t, by type; for the last two, to a char * and a char **, which are
 * never freed.  Each word of a list is looked at by @check, which takes what
 * @syntax says to people.  These two need no default: nothing is one.
 */
typedef struct AnnexOption {
    const char *name;
    AnnexOptionType type;
    const char *def;
    int64_t min;
    int64_t max;
    const char *const *choices;
    const char *syntax;
    bool (*check)(const char *text);
    void *value;
} AnnexOption;

/*
 * Set every option of @table, from @argv or by its default.  All or
 * nothing: on failure no value has changed.
 *
 * Returns an array of the values in force as text, in the order of @table,
 * to be freed with g_strfreev(); or NULL with *@message set to one sentence
 * that names the option, the value and what was expected (g_free()).
 */
char **annex_options_parse(const AnnexOption *table, int argc, char **argv,
                           char **message);

/*
 * Parse @text as seconds with up to three decimals, between @min and @max
 * seconds.  On success *@ms is the same in milliseconds.
 */
bool annex_options_seconds(const char *text, int64_t min, int64_t max,
                           int64_t *ms);

#endif
