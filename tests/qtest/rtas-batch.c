/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTAS calls by qtest, many in one go. */
#include "rtas-batch.h"

#include <stdlib.h>
#include <string.h>

#define ARGS RTAS_BATCH_MEMORY
#define RETS (ARGS + 4 * RTAS_ARGS_MAX)

/* A node's or property's name is in it. */
#define OUTPUT 64

/* The host takes a work area's address without its upper bits. */
#define REAL_ADDRESS(addr) ((addr) & ~((uint64_t)0xf << 60))

static char *call_commands(const RtasCall *c)
{
    GString *s = g_string_new(NULL);
    unsigned i;

    if (c->work) {
        g_string_append_printf(s, "memset 0x%" G_GINT64_MODIFIER "x %d 0\n"
                               "writel 0x%" G_GINT64_MODIFIER "x 0x%x\n"
                               "readl 0x%" G_GINT64_MODIFIER "x\n",
                               REAL_ADDRESS(c->work), OUTPUT,
                               REAL_ADDRESS(c->work), c->index,
                               REAL_ADDRESS(c->work));
    }
    g_string_append_printf(s, "write 0x%x 0x%x 0x", ARGS,
                           4 * RTAS_ARGS_MAX + 8);
    for (i = 0; i < RTAS_ARGS_MAX; i++) {
        g_string_append_printf(s, "%08x", c->args[i]);
    }
    g_string_append_printf(s, "%08x%08x\nrtas %s %u 0x%x %u 0x%x\n"
                           "read 0x%x 8", RTAS_UNTOUCHED, RTAS_UNTOUCHED,
                           c->name, c->nargs, ARGS, c->nrets, RETS, RETS);
    if (c->work) {
        g_string_append_printf(s, "\nread 0x%" G_GINT64_MODIFIER "x %d",
                               REAL_ADDRESS(c->work), OUTPUT);
    }
    return g_string_free(s, FALSE);
}

static char *answer(QtestClient *q, const RtasCall *c)
{
    g_auto(GStrv) words = qtest_answer(q, c->name);

    return g_strdup(words[0] ? words[0] : "");
}

static void skip_answer(QtestClient *q, const RtasCall *c)
{
    g_free(answer(q, c));
}

static void take_answers(QtestClient *q, RtasCall *c)
{
    g_autofree char *found = NULL, *rtas = NULL, *rets = NULL;
    uint64_t words;

    if (c->work) {
        skip_answer(q, c);
        skip_answer(q, c);
        found = answer(q, c);
        c->found = g_ascii_strtoull(found, NULL, 16);
    }
    skip_answer(q, c);
    rtas = answer(q, c);
    g_assert_cmpstr(rtas, ==, "0");
    rets = answer(q, c);
    words = g_ascii_strtoull(rets, NULL, 16);
    c->result = words >> 32;
    c->value = words;
    if (c->work) {
        c->output = answer(q, c);
    }
}

void rtas_batch_run(QtestClient *q, RtasCall *calls, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        g_autofree char *text = call_commands(&calls[i]);

        qtest_send(q, "%s", text);
    }
    for (i = 0; i < n; i++) {
        take_answers(q, &calls[i]);
    }
}

void rtas_batch_clear(RtasCall *calls, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        g_clear_pointer(&calls[i].output, g_free);
    }
}

char *rtas_call_text(const RtasCall *c)
{
    GString *s = g_string_new(c->name);
    unsigned i;

    g_string_append_printf(s, " %u:", c->nargs);
    for (i = 0; i < RTAS_ARGS_MAX; i++) {
        g_string_append_printf(s, " %x", c->args[i]);
    }
    if (c->work) {
        g_string_append_printf(s, ", index %x", c->index);
    }
    g_string_append_printf(s, "; %u: %d %x", c->nrets, c->result, c->value);
    return g_string_free(s, FALSE);
}
