/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rate limit: a token bucket per key, which counts what it holds back. */
#include "rate-limit.h"

/* A key is forgotten when its bucket has been full for this long. */
#define FORGET_MS (60 * 1000)

typedef struct Bucket {
    int tokens;
    int64_t filled_ms;
    unsigned suppressed;
} Bucket;

struct AnnexRateLimit {
    GHashTable *buckets;
    int64_t swept_ms;
};

AnnexRateLimit *annex_rate_limit_new(void)
{
    AnnexRateLimit *limit = g_new0(AnnexRateLimit, 1);

    limit->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           g_free);
    return limit;
}

void annex_rate_limit_free(AnnexRateLimit *limit)
{
    g_hash_table_destroy(limit->buckets);
    g_free(limit);
}

static void fill(Bucket *b, int64_t now_ms)
{
    int64_t due = (now_ms - b->filled_ms) / ANNEX_RATE_LIMIT_PERIOD_MS;

    if (due >= ANNEX_RATE_LIMIT_BURST - b->tokens) {
        b->tokens = ANNEX_RATE_LIMIT_BURST;
        b->filled_ms = now_ms;
    } else {
        b->tokens += due;
        b->filled_ms += due * ANNEX_RATE_LIMIT_PERIOD_MS;
    }
}

static gboolean is_stale(gpointer key, gpointer value, gpointer now)
{
    Bucket *b = value;

    /* A count of suppressed events is still owed to somebody. */
    return !b->suppressed && *(int64_t *)now - b->filled_ms > FORGET_MS;
}

bool annex_rate_limit_pass(AnnexRateLimit *limit, const char *key,
                           int64_t now_ms, unsigned *suppressed)
{
    Bucket *b;

    if (now_ms - limit->swept_ms > FORGET_MS) {
        g_hash_table_foreach_remove(limit->buckets, is_stale, &now_ms);
        limit->swept_ms = now_ms;
    }
    b = g_hash_table_lookup(limit->buckets, key);
    if (!b) {
        b = g_new0(Bucket, 1);
        b->tokens = ANNEX_RATE_LIMIT_BURST;
        b->filled_ms = now_ms;
        g_hash_table_insert(limit->buckets, g_strdup(key), b);
    }
    fill(b, now_ms);
    if (!b->tokens) {
        b->suppressed++;
        return false;
    }
    b->tokens--;
    *suppressed = b->suppressed;
    b->suppressed = 0;
    return true;
}
