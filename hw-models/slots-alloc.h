/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: who gets which slot.  Logic alone, without QEMU. */
#ifndef ANNEX_SLOTS_ALLOC_H
#define ANNEX_SLOTS_ALLOC_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SLOTS_PER_BUS 32
#define SLOTS_FUNCTIONS 8

/*
 * So many places of devices that have gone are remembered.  A slot has one
 * place at a time, but buses come and go with their bridges.
 */
#define SLOTS_GONE_MAX 1024

/*
 * A pool is a range of slots of one bus.  Slots are handed out by next-fit:
 * from @cursor upwards, round the end once, so that a hole that a removed
 * device has left is not used again before the whole range was gone
 * through, and what comes later has the higher slot until then.
 */
typedef struct SlotsPool {
    char *name;
    char *bus;
    unsigned first;
    unsigned last;
    unsigned cursor;            /* where the next search begins */
} SlotsPool;

/*
 * The place of a device with an id.  It stays when the device has gone, so
 * that the id gets it back, until another device has taken it.
 */
typedef struct SlotsEntry {
    char *id;
    char *bus;
    unsigned slot;
    unsigned function;
    char *pool;                 /* that it was placed by, or NULL */
    bool live;
    bool expected;              /* was live when the ledger was written */
    uint64_t gone_at;           /* by SlotsAlloc.clock, or 0: before all */
} SlotsEntry;

/* Pools and places.  Not thread-safe. */
typedef struct SlotsAlloc {
    GPtrArray *pools;           /* of SlotsPool, in the order of adding */
    GHashTable *entries;        /* of SlotsEntry, by id */
    GHashTable *places;         /* the same by bus, slot and function */
    unsigned expected;          /* how many of them are */
    unsigned gone;              /* how many are neither that nor live */
    uint64_t clock;             /* counts devices that went */
} SlotsAlloc;

SlotsAlloc *slots_alloc_new(void);
void slots_alloc_free(SlotsAlloc *s);

/*
 * Add a pool.  Returns NULL, or why not: one sentence, to be freed with
 * g_free(), when the range is none, its name is taken, or it shares slots
 * with another pool of the bus.
 */
char *slots_alloc_add_pool(SlotsAlloc *s, const char *name, const char *bus,
                           unsigned first, unsigned last);

/* The pool of that name, or that has the slot, or NULL. */
SlotsPool *slots_alloc_pool(const SlotsAlloc *s, const char *name);
SlotsPool *slots_alloc_pool_at(const SlotsAlloc *s, const char *bus,
                               unsigned slot);

/* The slots of all pools of @bus, one bit for each. */
uint32_t slots_alloc_mask(const SlotsAlloc *s, const char *bus);

/* How many slots of @pool are not in @busy. */
unsigned slots_alloc_free_slots(const SlotsPool *pool, uint32_t busy);

/* What is known of @id, and who has had a place; or NULL. */
SlotsEntry *slots_alloc_find(const SlotsAlloc *s, const char *id);
SlotsEntry *slots_alloc_find_at(const SlotsAlloc *s, const char *bus,
                                unsigned slot, unsigned function);

/*
 * The slots of @bus where ids that were live when the ledger was written
 * are expected to come back.
 */
uint32_t slots_alloc_expected(const SlotsAlloc *s, const char *bus);

/*
 * The slot of @pool that a device gets, of those not in @busy; -1: it is
 * full.  @id may be NULL.  An id that has had a slot of the pool gets it
 * back if it is free.  Slots of expected ids are left to them as long as
 * there are others.  Changes nothing.
 */
int slots_alloc_choose(const SlotsAlloc *s, const SlotsPool *pool,
                       const char *id, uint32_t busy);

/*
 * The slot that @id has had on @bus, as function 0 and outside of all
 * pools, if it is not in @busy; or -1.
 */
int slots_alloc_choose_old(const SlotsAlloc *s, const char *bus,
                           const char *id, uint32_t busy);

/*
 * A device is there now.  @pool is the name of the one that it was placed
 * in, NULL where its address was given.  @id may be NULL: then only the
 * cursor of the pool moves, beyond the slot.  The place of an id that comes
 * back, and a slot below the cursor that was given, do not move it.  Other
 * ids' places in this slot are forgotten.
 */
void slots_alloc_placed(SlotsAlloc *s, const char *id, const char *bus,
                        unsigned slot, unsigned function, const char *pool);

/*
 * The device @id is gone.  Nothing if there is no such entry.  If more than
 * SLOTS_GONE_MAX are, those that went first are forgotten.
 */
void slots_alloc_gone(SlotsAlloc *s, const char *id);

/*
 * Add what a ledger remembers of an id, as not live.  Returns false if
 * the id, or the place, is there already.
 */
bool slots_alloc_remember(SlotsAlloc *s, const char *id, const char *bus,
                          unsigned slot, unsigned function, const char *pool,
                          bool expected);

/*
 * Forget what is remembered of devices that are not there, and remember
 * what @from does, which is freed.  Of a device that is there, and a place
 * that is taken, nothing changes.
 */
void slots_alloc_adopt(SlotsAlloc *s, SlotsAlloc *from);

/* All entries by bus, slot, function.  g_ptr_array_unref() it. */
GPtrArray *slots_alloc_sorted(const SlotsAlloc *s);

#endif
