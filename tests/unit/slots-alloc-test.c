/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: which slot is chosen, and who gets one back. */
#include "hw-models/slots-alloc.h"
#include "hw-models/slots-syntax.h"
#include "slots-alloc-random.h"

#include <string.h>

#define BUS "pci.0"

static SlotsAlloc *new_pool(unsigned first, unsigned last)
{
    SlotsAlloc *s = slots_alloc_new();

    g_assert_null(slots_alloc_add_pool(s, "p", BUS, first, last));
    return s;
}

/* Choose and place; the slot. */
static int add(SlotsAlloc *s, const char *id, uint32_t *busy)
{
    int slot = slots_alloc_choose(s, s->pools->pdata[0], id, *busy);

    if (slot >= 0) {
        g_assert_false(*busy & (1u << slot));
        *busy |= 1u << slot;
        slots_alloc_placed(s, id, BUS, slot, 0, "p");
    }
    return slot;
}

static void del(SlotsAlloc *s, const char *id, uint32_t *busy)
{
    *busy &= ~(1u << slots_alloc_find(s, id)->slot);
    slots_alloc_gone(s, id);
}

static void test_hole_waits(void)
{
    SlotsAlloc *s = new_pool(8, 11);
    uint32_t busy = 0;

    g_assert_cmpint(add(s, "a", &busy), ==, 8);
    g_assert_cmpint(add(s, "b", &busy), ==, 9);
    del(s, "a", &busy);
    g_assert_cmpint(add(s, "c", &busy), ==, 10);
    g_assert_cmpint(add(s, "d", &busy), ==, 11);
    g_assert_cmpint(add(s, "e", &busy), ==, 8);
    g_assert_cmpint(add(s, "f", &busy), ==, -1);
    g_assert_cmpuint(slots_alloc_free_slots(s->pools->pdata[0], busy), ==, 0);
    slots_alloc_free(s);
}

static void test_returns(void)
{
    SlotsAlloc *s = new_pool(8, 11);
    uint32_t busy = 0;

    add(s, "a", &busy);
    add(s, "b", &busy);
    del(s, "a", &busy);
    g_assert_false(slots_alloc_find(s, "a")->live);
    g_assert_cmpint(add(s, "a", &busy), ==, 8);
    g_assert_true(slots_alloc_find(s, "a")->live);
    /* That has not moved the cursor. */
    g_assert_cmpint(add(s, "c", &busy), ==, 10);
    slots_alloc_free(s);
}

/* The slot of an id goes to another after a whole round, and is lost. */
static void test_forgotten(void)
{
    SlotsAlloc *s = new_pool(8, 9);
    uint32_t busy = 0;

    add(s, "a", &busy);
    del(s, "a", &busy);
    add(s, "b", &busy);
    g_assert_nonnull(slots_alloc_find(s, "a"));
    g_assert_cmpint(add(s, "c", &busy), ==, 8);
    g_assert_null(slots_alloc_find(s, "a"));
    slots_alloc_free(s);
}

/* What the user places in a pool counts as placed. */
static void test_given(void)
{
    SlotsAlloc *s = new_pool(8, 15);
    uint32_t busy = 3 << 8;

    slots_alloc_placed(s, "a", BUS, 8, 0, NULL);
    slots_alloc_placed(s, "b", BUS, 9, 0, NULL);
    g_assert_null(slots_alloc_find(s, "b")->pool);
    del(s, "b", &busy);
    g_assert_cmpint(add(s, "c", &busy), ==, 10);
    g_assert_cmpstr(slots_alloc_find(s, "c")->pool, ==, "p");
    slots_alloc_placed(s, NULL, BUS, 9, 0, NULL);
    g_assert_null(slots_alloc_find(s, "b"));
    g_assert_cmpuint(((SlotsPool *)s->pools->pdata[0])->cursor, ==, 11);
    slots_alloc_free(s);
}

static void test_expected(void)
{
    SlotsAlloc *s = new_pool(8, 10);
    uint32_t busy = 0;

    g_assert_true(slots_alloc_remember(s, "a", BUS, 8, 0, "p", true));
    g_assert_true(slots_alloc_remember(s, "b", BUS, 9, 0, "p", false));
    g_assert_false(slots_alloc_remember(s, "c", BUS, 9, 0, "p", false));
    g_assert_false(slots_alloc_remember(s, "b", BUS, 10, 0, "p", false));
    g_assert_cmpint(add(s, "new", &busy), ==, 9);
    g_assert_cmpint(add(s, "a", &busy), ==, 8);
    g_assert_cmpuint(s->expected, ==, 0);
    g_assert_cmpint(add(s, "b", &busy), ==, 10);
    slots_alloc_free(s);
}

/* There is no other slot: better than none. */
static void test_expected_too_long(void)
{
    SlotsAlloc *s = new_pool(8, 8);
    uint32_t busy = 0;

    slots_alloc_remember(s, "a", BUS, 8, 0, "p", true);
    g_assert_cmpint(add(s, "b", &busy), ==, 8);
    g_assert_null(slots_alloc_find(s, "a"));
    g_assert_cmpuint(s->expected, ==, 0);
    slots_alloc_free(s);
}

static void test_functions(void)
{
    SlotsAlloc *s = new_pool(8, 15);
    g_autoptr(GPtrArray) sorted = NULL;

    slots_alloc_placed(s, "f1", BUS, 8, 1, NULL);
    slots_alloc_placed(s, "f0", BUS, 8, 0, NULL);
    g_assert_cmpstr(slots_alloc_find_at(s, BUS, 8, 1)->id, ==, "f1");
    sorted = slots_alloc_sorted(s);
    g_assert_cmpuint(sorted->len, ==, 2);
    g_assert_cmpstr(((SlotsEntry *)sorted->pdata[0])->id, ==, "f0");
    slots_alloc_free(s);
}

/* Without a pool the host chooses, but whoever was there comes back. */
static void test_outside(void)
{
    SlotsAlloc *s = new_pool(8, 15);

    slots_alloc_placed(s, "a", BUS, 3, 0, NULL);
    slots_alloc_placed(s, "f", BUS, 4, 1, NULL);
    slots_alloc_placed(s, "in", BUS, 8, 0, NULL);
    slots_alloc_gone(s, "a");
    slots_alloc_gone(s, "f");
    slots_alloc_gone(s, "in");
    g_assert_cmpint(slots_alloc_choose_old(s, BUS, "a", 0), ==, 3);
    g_assert_cmpint(slots_alloc_choose_old(s, BUS, "a", 1 << 3), ==, -1);
    g_assert_cmpint(slots_alloc_choose_old(s, "br0", "a", 0), ==, -1);
    g_assert_cmpint(slots_alloc_choose_old(s, BUS, "b", 0), ==, -1);
    g_assert_cmpint(slots_alloc_choose_old(s, BUS, "f", 0), ==, -1);
    g_assert_cmpint(slots_alloc_choose_old(s, BUS, "in", 0), ==, -1);
    slots_alloc_free(s);
}

static void test_adopt(void)
{
    SlotsAlloc *s = new_pool(8, 15), *from = new_pool(8, 15);
    uint32_t busy = 0;

    add(s, "a", &busy);
    add(s, "b", &busy);
    del(s, "b", &busy);
    slots_alloc_remember(from, "a", BUS, 12, 0, NULL, true);
    slots_alloc_remember(from, "c", BUS, 8, 0, NULL, true);
    slots_alloc_remember(from, "d", BUS, 13, 0, "p", true);
    slots_alloc_adopt(s, from);
    g_assert_cmpuint(slots_alloc_find(s, "a")->slot, ==, 8);
    g_assert_null(slots_alloc_find(s, "b"));
    g_assert_null(slots_alloc_find(s, "c"));
    g_assert_true(slots_alloc_find(s, "d")->expected);
    g_assert_cmpuint(s->expected, ==, 1);
    slots_alloc_free(s);
}

static void refuses(SlotsAlloc *s, const char *name, unsigned first,
                    unsigned last, const char *why)
{
    g_autofree char *message = slots_alloc_add_pool(s, name, BUS, first,
                                                    last);

    g_assert_nonnull(message);
    g_assert_nonnull(strstr(message, why));
}

static void test_pools(void)
{
    SlotsAlloc *s = new_pool(8, 15);

    refuses(s, "p", 20, 21, "two pools 'p'");
    refuses(s, "q", 15, 16, "share slots");
    refuses(s, "q", 9, 10, "share slots");
    refuses(s, "q", 16, 32, "no range");
    refuses(s, "q", 17, 16, "no range");
    g_assert_null(slots_alloc_add_pool(s, "q", BUS, 31, 31));
    g_assert_null(slots_alloc_add_pool(s, "r", "br0", 0, 31));
    g_assert_cmphex(slots_alloc_mask(s, BUS), ==, 0x8000ff00);
    g_assert_cmphex(slots_alloc_mask(s, "br0"), ==, 0xffffffff);
    g_assert_cmphex(slots_alloc_mask(s, "br1"), ==, 0);
    g_assert_cmpstr(slots_alloc_pool_at(s, BUS, 31)->name, ==, "q");
    g_assert_null(slots_alloc_pool_at(s, BUS, 16));
    slots_alloc_free(s);
}

/* Buses that come and go do not fill the ledger; the latest is remembered. */
static void test_many_gone(void)
{
    SlotsAlloc *s = slots_alloc_new();
    unsigned i;

    g_assert_true(slots_alloc_remember(s, "awaited", "br", 1, 0, NULL, true));
    g_assert_true(slots_alloc_remember(s, "old", "br", 2, 0, NULL, false));
    slots_alloc_placed(s, "stays", "br", 3, 0, NULL);
    for (i = 0; i < 5 * SLOTS_GONE_MAX; i++) {
        g_autofree char *bus = g_strdup_printf("br%u", i);
        g_autofree char *id = g_strdup_printf("d%u", i);

        slots_alloc_placed(s, id, bus, 1, 0, NULL);
        slots_alloc_gone(s, id);
        g_assert_nonnull(slots_alloc_find(s, id));
        g_assert_cmpuint(g_hash_table_size(s->entries), <=,
                         SLOTS_GONE_MAX + 2);
        g_assert_cmpuint(g_hash_table_size(s->entries), ==,
                         g_hash_table_size(s->places));
    }
    g_assert_null(slots_alloc_find(s, "old"));
    g_assert_null(slots_alloc_find(s, "d0"));
    g_assert_true(slots_alloc_find(s, "awaited")->expected);
    g_assert_true(slots_alloc_find(s, "stays")->live);
    slots_alloc_free(s);
}

static void test_syntax(void)
{
    SlotsPoolText t;

    g_assert_true(slots_syntax_pool("nics:pci.0:0x8-15:virtio-net*", &t));
    g_assert_cmpstr(t.name, ==, "nics");
    g_assert_cmpstr(t.bus, ==, "pci.0");
    g_assert_cmpuint(t.first, ==, 8);
    g_assert_cmpuint(t.last, ==, 15);
    g_assert_cmpstr(t.match, ==, "virtio-net*");
    slots_syntax_pool_clear(&t);
    g_assert_true(slots_syntax_is_pool("n:b:31:any"));
    g_assert_false(slots_syntax_is_pool(""));
    g_assert_false(slots_syntax_is_pool("n:b:8-15"));
    g_assert_false(slots_syntax_is_pool("n:b:8-15:any:x"));
    g_assert_false(slots_syntax_is_pool(":b:8-15:any"));
    g_assert_false(slots_syntax_is_pool("n:b:8-32:any"));
    g_assert_false(slots_syntax_is_pool("n:b:9-8:any"));
    g_assert_false(slots_syntax_is_pool("n:b:-8:any"));
    g_assert_false(slots_syntax_is_pool("n:b:8-:any"));
    g_assert_false(slots_syntax_is_pool("n:b:0x:any"));
    g_assert_false(slots_syntax_is_pool("n:b:+1:any"));
    g_assert_true(slots_syntax_is_ports("n:rp*:network"));
    g_assert_false(slots_syntax_is_ports("n:rp*"));
    g_assert_false(slots_syntax_is_ports("n::any"));
}

static void test_order_of_ids(void)
{
    g_assert_cmpint(slots_syntax_compare("rp2", "rp10"), <, 0);
    g_assert_cmpint(slots_syntax_compare("rp10", "rp2"), >, 0);
    g_assert_cmpint(slots_syntax_compare("rp02", "rp10"), <, 0);
    g_assert_cmpint(slots_syntax_compare("rp1", "rp01"), !=, 0);
    g_assert_cmpint(slots_syntax_compare("rp1", "rp1"), ==, 0);
    g_assert_cmpint(slots_syntax_compare("rp", "rp0"), <, 0);
    g_assert_cmpint(slots_syntax_compare("a0b2", "a0b10"), <, 0);
    g_assert_cmpint(slots_syntax_compare("a99999999999999999999", "a1"), >,
                    0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/slots-alloc/hole-waits", test_hole_waits);
    g_test_add_func("/slots-alloc/returns", test_returns);
    g_test_add_func("/slots-alloc/forgotten", test_forgotten);
    g_test_add_func("/slots-alloc/given", test_given);
    g_test_add_func("/slots-alloc/expected", test_expected);
    g_test_add_func("/slots-alloc/expected-too-long", test_expected_too_long);
    g_test_add_func("/slots-alloc/functions", test_functions);
    g_test_add_func("/slots-alloc/outside", test_outside);
    g_test_add_func("/slots-alloc/adopt", test_adopt);
    g_test_add_func("/slots-alloc/pools", test_pools);
    g_test_add_func("/slots-alloc/many-gone", test_many_gone);
    g_test_add_func("/slots-alloc/syntax", test_syntax);
    g_test_add_func("/slots-alloc/order-of-ids", test_order_of_ids);
    g_test_add_func("/slots-alloc/random", slots_alloc_random);
    return g_test_run();
}
