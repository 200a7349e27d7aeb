/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rate limit: bursts pass, floods are counted, keys are independent. */
#include "common/rate-limit.h"

static void test_burst(void)
{
    AnnexRateLimit *limit = annex_rate_limit_new();
    unsigned suppressed = 99;
    int i;

    for (i = 0; i < ANNEX_RATE_LIMIT_BURST; i++) {
        g_assert_true(annex_rate_limit_pass(limit, "a", 0, &suppressed));
        g_assert_cmpuint(suppressed, ==, 0);
    }
    g_assert_false(annex_rate_limit_pass(limit, "a", 0, &suppressed));
    g_assert_true(annex_rate_limit_pass(limit, "b", 0, &suppressed));
    annex_rate_limit_free(limit);
}

/* However fast events come, one a period passes, and none is forgotten. */
static void test_flood(void)
{
    AnnexRateLimit *limit = annex_rate_limit_new();
    unsigned sent = 0, told = 0, suppressed;
    int64_t now;

    for (now = 0; now < 10 * 1000; now++) {
        if (annex_rate_limit_pass(limit, "a", now, &suppressed)) {
            sent++;
            told += suppressed;
        }
    }
    g_assert_cmpuint(sent, ==, ANNEX_RATE_LIMIT_BURST +
                     (10 * 1000 - 1) / ANNEX_RATE_LIMIT_PERIOD_MS);
    /* What was held back after the last one is told with the next. */
    g_assert_true(annex_rate_limit_pass(limit, "a", now + 60000,
                                        &suppressed));
    told += suppressed;
    g_assert_cmpuint(sent + told, ==, 10 * 1000);
    annex_rate_limit_free(limit);
}

static void test_refill(void)
{
    AnnexRateLimit *limit = annex_rate_limit_new();
    unsigned suppressed;
    int i;

    for (i = 0; i <= ANNEX_RATE_LIMIT_BURST; i++) {
        annex_rate_limit_pass(limit, "a", 0, &suppressed);
    }
    g_assert_false(annex_rate_limit_pass(
        limit, "a", ANNEX_RATE_LIMIT_PERIOD_MS - 1, &suppressed));
    g_assert_true(annex_rate_limit_pass(
        limit, "a", ANNEX_RATE_LIMIT_PERIOD_MS, &suppressed));
    g_assert_cmpuint(suppressed, ==, 2);
    annex_rate_limit_free(limit);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate-limit/burst", test_burst);
    g_test_add_func("/rate-limit/flood", test_flood);
    g_test_add_func("/rate-limit/refill", test_refill);
    return g_test_run();
}
