/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: what the user writes. */
#include "slots-syntax.h"
#include "slots-alloc.h"

#include <string.h>

/* @len characters of @text as a slot. */
static bool parse_slot(const char *text, size_t len, unsigned *slot)
{
    g_autofree char *word = g_strndup(text, len);
    bool hex = g_str_has_prefix(word, "0x");
    guint64 value;

    if (!g_ascii_string_to_unsigned(hex ? word + 2 : word, hex ? 16 : 10, 0,
                                    SLOTS_PER_BUS - 1, &value, NULL)) {
        return false;
    }
    *slot = value;
    return true;
}

static bool parse_range(const char *text, unsigned *first, unsigned *last)
{
    const char *dash = strchr(text, '-');

    if (!dash) {
        return parse_slot(text, strlen(text), first) &&
               parse_slot(text, strlen(text), last);
    }
    return parse_slot(text, dash - text, first) &&
           parse_slot(dash + 1, strlen(dash + 1), last) && *first <= *last;
}

/* Split @text into @n parts that are not empty; NULL if it has others. */
static char **split(const char *text, unsigned n)
{
    char **parts = g_strsplit(text, ":", -1);
    unsigned i;
    bool ok = g_strv_length(parts) == n;

    for (i = 0; ok && i < n; i++) {
        ok = *parts[i];
    }
    if (!ok) {
        g_strfreev(parts);
        return NULL;
    }
    return parts;
}

bool slots_syntax_pool(const char *text, SlotsPoolText *out)
{
    g_auto(GStrv) parts = split(text, 4);

    if (!parts || !parse_range(parts[2], &out->first, &out->last)) {
        return false;
    }
    out->name = g_strdup(parts[0]);
    out->bus = g_strdup(parts[1]);
    out->match = g_strdup(parts[3]);
    return true;
}

bool slots_syntax_ports(const char *text, SlotsPortsText *out)
{
    g_auto(GStrv) parts = split(text, 3);

    if (!parts) {
        return false;
    }
    out->name = g_strdup(parts[0]);
    out->glob = g_strdup(parts[1]);
    out->match = g_strdup(parts[2]);
    return true;
}

void slots_syntax_pool_clear(SlotsPoolText *t)
{
    g_free(t->name);
    g_free(t->bus);
    g_free(t->match);
}

void slots_syntax_ports_clear(SlotsPortsText *t)
{
    g_free(t->name);
    g_free(t->glob);
    g_free(t->match);
}

bool slots_syntax_is_pool(const char *text)
{
    SlotsPoolText t;

    if (!slots_syntax_pool(text, &t)) {
        return false;
    }
    slots_syntax_pool_clear(&t);
    return true;
}

bool slots_syntax_is_ports(const char *text)
{
    SlotsPortsText t;

    if (!slots_syntax_ports(text, &t)) {
        return false;
    }
    slots_syntax_ports_clear(&t);
    return true;
}

/* How many digits there are, without the zeroes before them. */
static size_t digits(const char **p)
{
    while (**p == '0' && g_ascii_isdigit((*p)[1])) {
        (*p)++;
    }
    return strspn(*p, "0123456789");
}

int slots_syntax_compare(const char *a, const char *b)
{
    const char *p = a, *q = b;

    while (*p && *q) {
        if (g_ascii_isdigit(*p) && g_ascii_isdigit(*q)) {
            size_t m = digits(&p), n = digits(&q);
            int order = m == n ? memcmp(p, q, m) : m < n ? -1 : 1;

            if (order) {
                return order;
            }
            p += m;
            q += n;
        } else if (*p != *q) {
            return *p < *q ? -1 : 1;
        } else {
            p++;
            q++;
        }
    }
    /* "rp1" and "rp01" are two ids all the same. */
    return *p ? 1 : *q ? -1 : strcmp(a, b);
}
