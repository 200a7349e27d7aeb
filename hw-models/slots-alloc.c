/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: next-fit in a range, and places that are remembered. */
#include "slots-alloc-private.h"

#include <string.h>

static void pool_free(gpointer opaque)
{
    SlotsPool *pool = opaque;

    g_free(pool->name);
    g_free(pool->bus);
    g_free(pool);
}

static void entry_free(gpointer opaque)
{
    SlotsEntry *e = opaque;

    g_free(e->id);
    g_free(e->bus);
    g_free(e->pool);
    g_free(e);
}

/* Entries are keys of their own places. */
static guint place_hash(gconstpointer opaque)
{
    const SlotsEntry *e = opaque;

    return g_str_hash(e->bus) * 257 + e->slot * SLOTS_FUNCTIONS + e->function;
}

static gboolean place_equal(gconstpointer left, gconstpointer right)
{
    const SlotsEntry *a = left, *b = right;

    return a->slot == b->slot && a->function == b->function &&
           !strcmp(a->bus, b->bus);
}

SlotsAlloc *slots_alloc_new(void)
{
    SlotsAlloc *s = g_new0(SlotsAlloc, 1);

    s->pools = g_ptr_array_new_with_free_func(pool_free);
    s->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                       entry_free);
    s->places = g_hash_table_new(place_hash, place_equal);
    return s;
}

void slots_alloc_free(SlotsAlloc *s)
{
    g_hash_table_unref(s->places);
    g_hash_table_unref(s->entries);
    g_ptr_array_unref(s->pools);
    g_free(s);
}

static uint32_t range_mask(unsigned first, unsigned last)
{
    return (UINT32_MAX >> (SLOTS_PER_BUS - 1 - last)) & (UINT32_MAX << first);
}

char *slots_alloc_add_pool(SlotsAlloc *s, const char *name, const char *bus,
                           unsigned first, unsigned last)
{
    SlotsPool *pool;
    unsigned i;

    if (first > last || last >= SLOTS_PER_BUS) {
        return g_strdup_printf("pool '%s': slots %u to %u are no range of "
                               "0 to %d", name, first, last,
                               SLOTS_PER_BUS - 1);
    }
    for (i = 0; i < s->pools->len; i++) {
        pool = s->pools->pdata[i];
        if (!strcmp(pool->name, name)) {
            return g_strdup_printf("there are two pools '%s'", name);
        }
        if (!strcmp(pool->bus, bus) && first <= pool->last &&
            last >= pool->first) {
            return g_strdup_printf("pools '%s' and '%s' share slots of bus "
                                   "'%s'", pool->name, name, bus);
        }
    }
    pool = g_new0(SlotsPool, 1);
    pool->name = g_strdup(name);
    pool->bus = g_strdup(bus);
    pool->first = pool->cursor = first;
    pool->last = last;
    g_ptr_array_add(s->pools, pool);
    return NULL;
}

SlotsPool *slots_alloc_pool(const SlotsAlloc *s, const char *name)
{
    unsigned i;

    for (i = 0; i < s->pools->len; i++) {
        SlotsPool *pool = s->pools->pdata[i];

        if (!strcmp(pool->name, name)) {
            return pool;
        }
    }
    return NULL;
}

static bool has_slot(const SlotsPool *pool, const char *bus, unsigned slot)
{
    return slot >= pool->first && slot <= pool->last &&
           !strcmp(pool->bus, bus);
}

SlotsPool *slots_alloc_pool_at(const SlotsAlloc *s, const char *bus,
                               unsigned slot)
{
    unsigned i;

    for (i = 0; i < s->pools->len; i++) {
        if (has_slot(s->pools->pdata[i], bus, slot)) {
            return s->pools->pdata[i];
        }
    }
    return NULL;
}

uint32_t slots_alloc_mask(const SlotsAlloc *s, const char *bus)
{
    uint32_t mask = 0;
    unsigned i;

    for (i = 0; i < s->pools->len; i++) {
        const SlotsPool *pool = s->pools->pdata[i];

        if (!strcmp(pool->bus, bus)) {
            mask |= range_mask(pool->first, pool->last);
        }
    }
    return mask;
}

unsigned slots_alloc_free_slots(const SlotsPool *pool, uint32_t busy)
{
    unsigned slot, n = 0;

    for (slot = pool->first; slot <= pool->last; slot++) {
        n += !(busy & (1u << slot));
    }
    return n;
}

SlotsEntry *slots_alloc_find(const SlotsAlloc *s, const char *id)
{
    return g_hash_table_lookup(s->entries, id);
}

SlotsEntry *slots_alloc_find_at(const SlotsAlloc *s, const char *bus,
                                unsigned slot, unsigned function)
{
    SlotsEntry place = {
        .bus = (char *)bus, .slot = slot, .function = function,
    };

    return g_hash_table_lookup(s->places, &place);
}

void slots_alloc_forget(SlotsAlloc *s, SlotsEntry *e)
{
    s->expected -= e->expected;
    s->gone -= slots_entry_is_gone(e);
    g_hash_table_remove(s->places, e);
    g_hash_table_remove(s->entries, e->id);
}

uint32_t slots_alloc_expected(const SlotsAlloc *s, const char *bus)
{
    uint32_t mask = 0;
    unsigned slot, function;

    for (slot = 0; s->expected && slot < SLOTS_PER_BUS; slot++) {
        for (function = 0; function < SLOTS_FUNCTIONS; function++) {
            const SlotsEntry *e = slots_alloc_find_at(s, bus, slot, function);

            if (e && e->expected) {
                mask |= 1u << slot;
            }
        }
    }
    return mask;
}

/* The first slot from the cursor upwards that is not in @busy, or -1. */
static int next_fit(const SlotsPool *pool, uint32_t busy)
{
    unsigned n = pool->last - pool->first + 1;
    unsigned offset = pool->cursor - pool->first;
    unsigned i;

    for (i = 0; i < n; i++) {
        unsigned slot = pool->first + (offset + i) % n;

        if (!(busy & (1u << slot))) {
            return slot;
        }
    }
    return -1;
}

int slots_alloc_choose(const SlotsAlloc *s, const SlotsPool *pool,
                       const char *id, uint32_t busy)
{
    const SlotsEntry *e = id ? slots_alloc_find(s, id) : NULL;
    int slot;

    if (e && has_slot(pool, e->bus, e->slot) && !(busy & (1u << e->slot))) {
        return e->slot;
    }
    slot = next_fit(pool, busy | slots_alloc_expected(s, pool->bus));
    return slot >= 0 ? slot : next_fit(pool, busy);
}

int slots_alloc_choose_old(const SlotsAlloc *s, const char *bus,
                           const char *id, uint32_t busy)
{
    const SlotsEntry *e = slots_alloc_find(s, id);

    if (!e || e->function || strcmp(e->bus, bus) ||
        ((busy | slots_alloc_mask(s, bus)) & (1u << e->slot))) {
        return -1;
    }
    return e->slot;
}

static bool comes_back(const SlotsEntry *e, const char *bus, unsigned slot)
{
    return e && e->slot == slot && !strcmp(e->bus, bus);
}

/*
 * Whoever else has had a function of this slot will not get it back.  Those
 * that are live are other functions of one device.
 */
static void evict(SlotsAlloc *s, const char *bus, unsigned slot,
                  unsigned function)
{
    unsigned i;

    for (i = 0; i < SLOTS_FUNCTIONS; i++) {
        SlotsEntry *e = slots_alloc_find_at(s, bus, slot, i);

        if (e && (!e->live || i == function)) {
            slots_alloc_forget(s, e);
        }
    }
}

static void move_cursor(SlotsAlloc *s, const char *bus, unsigned slot,
                        bool given)
{
    SlotsPool *pool = slots_alloc_pool_at(s, bus, slot);

    if (pool && (!given || slot >= pool->cursor)) {
        pool->cursor = slot == pool->last ? pool->first : slot + 1;
    }
}

static SlotsEntry *put(SlotsAlloc *s, const char *id, const char *bus,
                       unsigned slot, unsigned function, const char *pool)
{
    SlotsEntry *e = g_new0(SlotsEntry, 1);

    e->id = g_strdup(id);
    e->bus = g_strdup(bus);
    e->slot = slot;
    e->function = function;
    e->pool = g_strdup(pool);
    g_hash_table_insert(s->entries, e->id, e);
    g_hash_table_insert(s->places, e, e);
    return e;
}

void slots_alloc_placed(SlotsAlloc *s, const char *id, const char *bus,
                        unsigned slot, unsigned function, const char *pool)
{
    SlotsEntry *old = id ? slots_alloc_find(s, id) : NULL;

    if (!comes_back(old, bus, slot)) {
        move_cursor(s, bus, slot, !pool);
    }
    if (old) {
        slots_alloc_forget(s, old);
    }
    evict(s, bus, slot, function);
    if (id) {
        put(s, id, bus, slot, function, pool)->live = true;
    }
}

bool slots_alloc_remember(SlotsAlloc *s, const char *id, const char *bus,
                          unsigned slot, unsigned function, const char *pool,
                          bool expected)
{
    if (slots_alloc_find(s, id) ||
        slots_alloc_find_at(s, bus, slot, function)) {
        return false;
    }
    put(s, id, bus, slot, function, pool)->expected = expected;
    s->expected += expected;
    s->gone += !expected;
    return true;
}

static void forget_absent(SlotsAlloc *s)
{
    g_autoptr(GList) entries = g_hash_table_get_values(s->entries);
    GList *l;

    for (l = entries; l; l = l->next) {
        SlotsEntry *e = l->data;

        if (!e->live) {
            slots_alloc_forget(s, e);
        }
    }
}

void slots_alloc_adopt(SlotsAlloc *s, SlotsAlloc *from)
{
    GHashTableIter iter;
    gpointer value;

    forget_absent(s);
    g_hash_table_iter_init(&iter, from->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const SlotsEntry *e = value;

        slots_alloc_remember(s, e->id, e->bus, e->slot, e->function,
                             e->pool, e->expected);
    }
    slots_alloc_free(from);
}

static int compare(gconstpointer left, gconstpointer right)
{
    const SlotsEntry *a = *(SlotsEntry *const *)left;
    const SlotsEntry *b = *(SlotsEntry *const *)right;
    int bus = strcmp(a->bus, b->bus);

    if (bus) {
        return bus;
    }
    return (int)(a->slot * SLOTS_FUNCTIONS + a->function) -
           (int)(b->slot * SLOTS_FUNCTIONS + b->function);
}

GPtrArray *slots_alloc_sorted(const SlotsAlloc *s)
{
    GPtrArray *sorted = g_ptr_array_new();
    GHashTableIter iter;
    gpointer e;

    g_hash_table_iter_init(&iter, s->entries);
    while (g_hash_table_iter_next(&iter, NULL, &e)) {
        g_ptr_array_add(sorted, e);
    }
    g_ptr_array_sort(sorted, compare);
    return sorted;
}
