/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration's output: labelled lines, JSON, a table. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "demo-print.h"

#define COLUMNS 79
#define MARGIN 8                /* of labels */

static bool colours;
static DemoWho last_who;
static unsigned steps;

typedef struct Row {
    const char *what;
    char *stock;
    char *annex;
} Row;

static GArray *rows;

static const char *colour(const char *code)
{
    return colours ? code : "";
}

#define BOLD colour("\033[1m")
#define RED colour("\033[31m")
#define PLAIN colour("\033[0m")

static const struct {
    const char *text;
    const char *code;
} labels[] = {
    [DEMO_NOBODY] = { "", "" },
    [DEMO_ASKED] = { "asked", "\033[1m" },
    [DEMO_GUEST] = { "guest", "\033[34m" },
    [DEMO_STOCK] = { "stock", "\033[33m" },
    [DEMO_ANNEX] = { "Annex", "\033[32m" },
};

void demo_print_start(void)
{
    const char *term = g_getenv("TERM");

    colours = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") &&
              !g_getenv("NO_COLOR");
    rows = g_array_new(FALSE, FALSE, sizeof(Row));
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* The margin of a line: the label once for all that one party says. */
static void put_margin(DemoWho who)
{
    bool same = who == last_who;

    printf("%s%-*s%s", colour(labels[who].code), MARGIN,
           same ? "" : labels[who].text, PLAIN);
    last_who = who;
}

static void put_indent(unsigned n)
{
    printf("%*s", (int)n, "");
}

/* Pieces with blanks between, the lines after the first indented more. */
static void put_pieces(unsigned indent, unsigned more, char **pieces)
{
    unsigned column = indent;
    unsigned i;

    for (i = 0; pieces[i]; i++) {
        unsigned len = g_utf8_strlen(pieces[i], -1);

        if (i && column + 1 + len > COLUMNS) {
            putchar('\n');
            put_indent(indent + more);
            column = indent + more;
        } else if (i) {
            putchar(' ');
            column++;
        }
        fputs(pieces[i], stdout);
        column += len;
    }
    putchar('\n');
}

static void put_text(unsigned indent, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);

    put_pieces(indent, 0, words);
}

void demo_print_step(const char *title, const char *text)
{
    last_who = DEMO_NOBODY;
    printf("\n%s%u. %s%s\n", BOLD, ++steps, title, PLAIN);
    put_indent(3);
    put_text(3, text);
    putchar('\n');
}

void demo_print(DemoWho who, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    if (who != DEMO_NOBODY) {
        put_margin(who);
    }
    put_text(who == DEMO_NOBODY ? 0 : MARGIN, text);
}

void demo_print_json(DemoWho who, const char *lead, JsonNode *node)
{
    g_autoptr(GPtrArray) pieces = demo_json_pieces(node);

    g_ptr_array_insert(pieces, 0, g_strdup(lead));
    g_ptr_array_add(pieces, NULL);
    put_margin(who);
    put_pieces(MARGIN, 10, (char **)pieces->pdata);
}

void demo_print_failure(const char *what)
{
    printf("%sNOT AS CLAIMED: %s%s\n", RED, what, PLAIN);
    last_who = DEMO_NOBODY;
}

void demo_print_row(const char *what, char *stock, char *annex)
{
    Row row = { what, stock, annex };

    g_array_append_val(rows, row);
}

/* Wide enough for the longest text of a column. */
static int width(size_t offset)
{
    int max = 0;
    unsigned i;

    for (i = 0; i < rows->len; i++) {
        const char *text =
            *(char **)((char *)&g_array_index(rows, Row, i) + offset);

        max = MAX(max, (int)strlen(text));
    }
    return max;
}

void demo_print_table(void)
{
    int first = width(offsetof(Row, what));
    int second = width(offsetof(Row, stock));
    unsigned i;

    printf("\n%s%-*s  %-*s  %s%s\n", BOLD, first, "In short", second,
           "stock QEMU", "the same with Annex", PLAIN);
    for (i = 0; i < rows->len; i++) {
        Row *row = &g_array_index(rows, Row, i);

        printf("%-*s  %-*s  %s\n", first, row->what, second, row->stock,
               row->annex);
        g_free(row->stock);
        g_free(row->annex);
    }
    g_array_free(rows, TRUE);
}
