/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: devices that have gone, and how many are remembered. */
#include "slots-alloc-private.h"

static int compare_age(gconstpointer left, gconstpointer right)
{
    const SlotsEntry *a = *(SlotsEntry *const *)left;
    const SlotsEntry *b = *(SlotsEntry *const *)right;

    return a->gone_at < b->gone_at ? -1 : a->gone_at > b->gone_at;
}

/* A quarter at once, so that it is seldom. */
static void forget_oldest(SlotsAlloc *s)
{
    g_autoptr(GPtrArray) old = g_ptr_array_new();
    GHashTableIter iter;
    gpointer e;
    unsigned i;

    g_hash_table_iter_init(&iter, s->entries);
    while (g_hash_table_iter_next(&iter, NULL, &e)) {
        if (slots_entry_is_gone(e)) {
            g_ptr_array_add(old, e);
        }
    }
    g_ptr_array_sort(old, compare_age);
    for (i = 0; s->gone > SLOTS_GONE_MAX / 4 * 3; i++) {
        slots_alloc_forget(s, old->pdata[i]);
    }
}

void slots_alloc_gone(SlotsAlloc *s, const char *id)
{
    SlotsEntry *e = slots_alloc_find(s, id);

    if (!e || !e->live) {
        return;
    }
    e->live = false;
    e->gone_at = ++s->clock;
    s->gone++;
    if (s->gone > SLOTS_GONE_MAX) {
        forget_oldest(s);
    }
}
