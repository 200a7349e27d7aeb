/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rate limit: a token bucket per key, which counts what it holds back. */
#ifndef ANNEX_RATE_LIMIT_H
#define ANNEX_RATE_LIMIT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Tokens that a key starts with, and time in which one comes back. */
#define ANNEX_RATE_LIMIT_BURST 10
#define ANNEX_RATE_LIMIT_PERIOD_MS 100

typedef struct AnnexRateLimit AnnexRateLimit;

AnnexRateLimit *annex_rate_limit_new(void);
void annex_rate_limit_free(AnnexRateLimit *limit);

/*
 * Whether an event of @key may go out at @now_ms (any monotonic clock).
 * When it may, *@suppressed is how many of the key were held back since the
 * last that went out.  Keys that have been quiet for long are forgotten, so
 * the table is bounded by the keys in use.
 */
bool annex_rate_limit_pass(AnnexRateLimit *limit, const char *key,
                           int64_t now_ms, unsigned *suppressed);

#endif
