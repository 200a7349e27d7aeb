/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover of real Linux guests: what a migration does to their traffic. */
#include "failover-trip.h"

/*
 * Pings go both ways, ten in a second.  The guest hears nothing from the
 * moment it has the primary until that one's link is up, for which an e1000e
 * takes 0.5 s, and in QEMU 7.2 up to 3 s; a vmxnet3 has it at once.  A host
 * that is busy adds what it likes, so the bounds only tell that traffic goes
 * on; the figures are printed.
 */
#define LONGEST_GAP_MS 5000
#define MOST_LOST 60

static const char *const cards[] = { "e1000e", "vmxnet3" };

typedef struct Test {
    const FailoverSetup *setup;
    const char *card;
} Test;

static void migrates(gconstpointer data)
{
    const Test *t = data;
    const FailoverPlan plan = { t->setup, FAILOVER_BY_ANNEX, t->card };
    FailoverTrip trip;

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    trip = failover_trip(&plan);
    g_test_message("%s, %s: let go after %d ms, primary there after %d ms; "
                   "longest gap out %d ms, in %d ms; lost out %d, in %d; "
                   "events:%s", t->setup->name, t->card,
                   trip.unplug_ms, trip.total_ms, trip.gaps.out_ms,
                   trip.gaps.in_ms, trip.gaps.out_lost, trip.gaps.in_lost,
                   trip.log);
    g_assert_cmpint(trip.gaps.out_ms, <, LONGEST_GAP_MS);
    g_assert_cmpint(trip.gaps.in_ms, <, LONGEST_GAP_MS);
    g_assert_cmpint(trip.gaps.out_lost, <=, MOST_LOST);
    g_assert_cmpint(trip.gaps.in_lost, <=, MOST_LOST);
    g_free(trip.log);
}

int main(int argc, char **argv)
{
    const FailoverSetup *setup;
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (setup = failover_setups; setup->name; setup++) {
        for (i = 0; i < G_N_ELEMENTS(cards); i++) {
            g_autofree char *path =
                g_strdup_printf("/failover-traffic/%s/%s", setup->name,
                                cards[i]);
            Test *t = g_new(Test, 1);

            *t = (Test){ setup, cards[i] };
            g_test_add_data_func_full(path, t, migrates, g_free);
        }
    }
    return g_test_run();
}
