/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: a million random operations against what must hold. */
#include "slots-alloc-random.h"
#include "hw-models/slots-alloc.h"

#include <string.h>

#define OPERATIONS 1000000
#define BUSES 3
#define POOLS 5
#define IDS 150

/* What the test knows of a pool, by itself. */
typedef struct Lap {
    const char *name;
    unsigned bus;
    unsigned first;
    unsigned last;
    int newest;                 /* highest slot used in this round, or -1 */
} Lap;

/* A bus: who is in which slot, 0 for nobody, IDS + 1 for one without id. */
typedef struct World {
    SlotsAlloc *s;
    Lap laps[POOLS];
    unsigned who[BUSES][SLOTS_PER_BUS];
    int where[IDS + 1];         /* bus * 32 + slot, of an id that is there */
    unsigned placed, returned, wrapped, full, restarts;
} World;

static const char *const buses[BUSES] = { "pci.0", "br0", "br1" };
static const Lap ranges[POOLS] = {
    { "nics", 0, 8, 15 }, { "disks", 0, 16, 31 }, { "b0", 1, 1, 31 },
    { "b1", 2, 4, 7 }, { "one", 2, 9, 9 },
};

static void id_of(unsigned n, char *id)
{
    g_snprintf(id, 8, "d%u", n);
}

static uint32_t busy_of(const World *w, unsigned bus)
{
    uint32_t busy = 0;
    unsigned slot;

    for (slot = 0; slot < SLOTS_PER_BUS; slot++) {
        busy |= (uint32_t)(w->who[bus][slot] != 0) << slot;
    }
    return busy;
}

static SlotsAlloc *new_alloc(void)
{
    SlotsAlloc *s = slots_alloc_new();
    unsigned i;

    for (i = 0; i < POOLS; i++) {
        g_assert_null(slots_alloc_add_pool(s, ranges[i].name,
                                           buses[ranges[i].bus],
                                           ranges[i].first, ranges[i].last));
    }
    return s;
}

/* Whether all slots of the round that are still to come were taken. */
static bool is_used_up(const World *w, const Lap *lap)
{
    int slot;

    for (slot = lap->newest + 1; slot <= (int)lap->last; slot++) {
        if (slot >= (int)lap->first && !w->who[lap->bus][slot]) {
            return false;
        }
    }
    return true;
}

/*
 * A new device is above all that came in this round, so that no hole is
 * used again and the order is kept; a new round begins when this one has
 * no slot left.
 */
static void check_round(World *w, Lap *lap, int slot)
{
    if (slot <= lap->newest) {
        g_assert_true(is_used_up(w, lap));
        w->wrapped++;
        lap->newest = -1;
    }
    lap->newest = slot == (int)lap->last ? -1 : slot;
}

static void occupy(World *w, unsigned n, unsigned bus, int slot)
{
    g_assert_cmpuint(w->who[bus][slot], ==, 0);
    w->who[bus][slot] = n;
    if (n <= IDS) {
        w->where[n] = bus * SLOTS_PER_BUS + slot;
    }
}

static void add(World *w, unsigned n, Lap *lap)
{
    char id[8];
    const char *name = n <= IDS ? id : NULL;
    uint32_t busy = busy_of(w, lap->bus);
    SlotsPool *pool = slots_alloc_pool(w->s, lap->name);
    const SlotsEntry *old;
    int slot, mine = -1;

    id_of(n, id);
    old = name ? slots_alloc_find(w->s, name) : NULL;
    if (old && !strcmp(old->bus, pool->bus) && old->slot >= lap->first &&
        old->slot <= lap->last && !(busy & (1u << old->slot))) {
        mine = old->slot;
    }
    slot = slots_alloc_choose(w->s, pool, name, busy);
    if (slot < 0) {
        g_assert_cmpuint(slots_alloc_free_slots(pool, busy), ==, 0);
        w->full++;
        return;
    }
    g_assert_cmpint(slot, >=, lap->first);
    g_assert_cmpint(slot, <=, lap->last);
    if (mine >= 0) {
        g_assert_cmpint(slot, ==, mine);
        w->returned++;
    } else {
        check_round(w, lap, slot);
    }
    occupy(w, n, lap->bus, slot);
    slots_alloc_placed(w->s, name, pool->bus, slot, 0, pool->name);
    w->placed++;
}

/* An address of the user's, in a pool or not. */
static void give(World *w, unsigned n, unsigned bus, unsigned slot)
{
    char id[8];
    const SlotsEntry *old;
    unsigned i;

    if (w->who[bus][slot]) {
        return;
    }
    id_of(n, id);
    old = n <= IDS ? slots_alloc_find(w->s, id) : NULL;
    for (i = 0; i < POOLS; i++) {
        Lap *lap = &w->laps[i];

        if (lap->bus == bus && slot >= lap->first && slot <= lap->last &&
            (int)slot > lap->newest &&
            !(old && old->slot == slot && !strcmp(old->bus, buses[bus]))) {
            lap->newest = slot == lap->last ? -1 : (int)slot;
        }
    }
    occupy(w, n, bus, slot);
    slots_alloc_placed(w->s, n <= IDS ? id : NULL, buses[bus], slot, 0,
                       NULL);
}

static void del(World *w, unsigned bus, unsigned slot)
{
    unsigned n = w->who[bus][slot];
    char id[8];

    if (n && n <= IDS) {
        id_of(n, id);
        slots_alloc_gone(w->s, id);
        w->where[n] = -1;
    }
    w->who[bus][slot] = 0;
}

/* The ledger and the world agree. */
static void check(const World *w)
{
    g_autoptr(GPtrArray) all = slots_alloc_sorted(w->s);
    unsigned i, live = 0, there = 0;

    g_assert_cmpuint(g_hash_table_size(w->s->places), ==, all->len);
    for (i = 0; i < all->len; i++) {
        const SlotsEntry *e = all->pdata[i];
        unsigned n = atoi(e->id + 1), at;

        g_assert_true(slots_alloc_find_at(w->s, e->bus, e->slot, 0) == e);
        if (e->live) {
            at = w->where[n];
            g_assert_cmpuint(e->slot, ==, at % SLOTS_PER_BUS);
            g_assert_cmpstr(e->bus, ==, buses[at / SLOTS_PER_BUS]);
            live++;
        }
    }
    for (i = 1; i <= IDS; i++) {
        there += w->where[i] >= 0;
    }
    g_assert_cmpuint(live, ==, there);
}

/* The ledger as it is kept in a file, in a new process with all devices. */
static void restart(World *w)
{
    SlotsAlloc *s = new_alloc();
    g_autoptr(GPtrArray) all = slots_alloc_sorted(w->s);
    unsigned i;

    for (i = 0; i < POOLS; i++) {
        SlotsPool *old = w->s->pools->pdata[i];

        slots_alloc_pool(s, old->name)->cursor = old->cursor;
    }
    for (i = 0; i < all->len; i++) {
        const SlotsEntry *e = all->pdata[i];

        g_assert_true(slots_alloc_remember(s, e->id, e->bus, e->slot,
                                           e->function, e->pool, e->live));
    }
    for (i = 0; i < all->len; i++) {
        const SlotsEntry *e = all->pdata[all->len - 1 - i];
        SlotsPool *pool = slots_alloc_pool_at(s, e->bus, e->slot);

        if (e->live && e->pool) {
            g_assert_cmpint(slots_alloc_choose(s, pool, e->id, 0), ==,
                            e->slot);
        }
        if (e->live) {
            slots_alloc_placed(s, e->id, e->bus, e->slot, e->function,
                               e->pool);
        }
    }
    g_assert_cmpuint(s->expected, ==, 0);
    for (i = 0; i < POOLS; i++) {
        const SlotsPool *old = w->s->pools->pdata[i];

        g_assert_cmpuint(slots_alloc_pool(s, old->name)->cursor, ==,
                         old->cursor);
    }
    g_assert_cmpuint(g_hash_table_size(s->entries), ==, all->len);
    slots_alloc_free(w->s);
    w->s = s;
    w->restarts++;
}

static void step(World *w, GRand *r)
{
    unsigned n = g_rand_int_range(r, 1, IDS + 2);
    unsigned bus = g_rand_int_range(r, 0, BUSES);
    unsigned slot = g_rand_int_range(r, 0, SLOTS_PER_BUS);
    unsigned what = g_rand_int_range(r, 0, 100);

    if (what < 48) {
        del(w, bus, slot);
    } else if (n <= IDS && w->where[n] >= 0) {
        return;                 /* the host refuses a second one */
    } else if (what < 52) {
        give(w, n, bus, slot);
    } else {
        add(w, n, &w->laps[g_rand_int_range(r, 0, POOLS)]);
    }
}

void slots_alloc_random(void)
{
    GRand *r = g_rand_new_with_seed(g_test_rand_int());
    World w = { .s = new_alloc() };
    unsigned i;

    memcpy(w.laps, ranges, sizeof(ranges));
    for (i = 0; i < POOLS; i++) {
        w.laps[i].newest = -1;
    }
    for (i = 0; i <= IDS; i++) {
        w.where[i] = -1;
    }
    for (i = 1; i <= OPERATIONS; i++) {
        step(&w, r);
        if (i % 500 == 0) {
            check(&w);
        }
        if (i % 5000 == 0) {
            restart(&w);
        }
    }
    g_test_message("%u placed, %u of them returned, %u rounds, %u full, "
                   "%u restarts", w.placed, w.returned, w.wrapped, w.full,
                   w.restarts);
    g_assert_cmpuint(w.placed, >, 10000);
    g_assert_cmpuint(w.returned, >, 1000);
    g_assert_cmpuint(w.wrapped, >, 1000);
    g_assert_cmpuint(w.full, >, 1000);
    slots_alloc_free(w.s);
    g_rand_free(r);
}
