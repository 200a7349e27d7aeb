/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a network for guests has seen: pings, answers, where they came. */
#include "failover-seen.h"

#include <stdbool.h>

/* An answer that takes longer is not waited for. */
#define ANSWER_US 500000

static const FailoverSeen *at(const GArray *seen, unsigned i)
{
    return &g_array_index(seen, FailoverSeen, i);
}

/* The first one after @since_us. */
static unsigned first(const GArray *seen, gint64 since_us)
{
    unsigned i = seen->len;

    while (i && at(seen, i - 1)->time_us > since_us) {
        i--;
    }
    return i;
}

GArray *failover_seen_new(void)
{
    return g_array_new(false, false, sizeof(FailoverSeen));
}

int failover_seen_gap_ms(const GArray *seen, FailoverSeenWhat what,
                         gint64 since_us)
{
    gint64 last_us = since_us, longest_us = 0;
    unsigned i;

    for (i = first(seen, since_us); i < seen->len; i++) {
        if (at(seen, i)->what == what) {
            longest_us = MAX(longest_us, at(seen, i)->time_us - last_us);
            last_us = at(seen, i)->time_us;
        }
    }
    return MAX(longest_us, g_get_monotonic_time() - last_us) / 1000;
}

static bool answered(const GArray *seen, unsigned sent)
{
    unsigned i;

    for (i = sent; i < seen->len; i++) {
        if (at(seen, i)->what == FAILOVER_SEEN_IN &&
            at(seen, i)->sequence == at(seen, sent)->sequence) {
            return true;
        }
    }
    return false;
}

int failover_seen_lost_in(const GArray *seen, gint64 since_us)
{
    gint64 until_us = g_get_monotonic_time() - ANSWER_US;
    int lost = 0;
    unsigned i;

    for (i = first(seen, since_us); i < seen->len; i++) {
        if (at(seen, i)->what == FAILOVER_SEEN_SENT &&
            at(seen, i)->time_us < until_us && !answered(seen, i)) {
            lost++;
        }
    }
    return lost;
}

int failover_seen_lost_out(const GArray *seen, gint64 since_us)
{
    const FailoverSeen *begin = NULL, *end = NULL;
    int n = 0;
    unsigned i;

    for (i = first(seen, since_us); i < seen->len; i++) {
        if (at(seen, i)->what == FAILOVER_SEEN_OUT &&
            (!begin || at(seen, i)->id == begin->id)) {
            end = at(seen, i);
            begin = begin ? begin : end;
            n++;
        }
    }
    return begin ? (guint16)(end->sequence - begin->sequence) + 1 - n : 0;
}

gint64 failover_seen_by(const GArray *seen, int port, gint64 since_us)
{
    unsigned i;

    for (i = first(seen, since_us); i < seen->len; i++) {
        const FailoverSeen *s = at(seen, i);

        if (s->port == port && (s->what == FAILOVER_SEEN_IN ||
                                s->what == FAILOVER_SEEN_OUT)) {
            return s->time_us;
        }
    }
    return 0;
}

char *failover_seen_text(const GArray *seen, gint64 since_us)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = first(seen, since_us); i < seen->len; i++) {
        const FailoverSeen *s = at(seen, i);
        int ms = (s->time_us - since_us) / 1000;

        switch (s->what) {
        case FAILOVER_SEEN_SENT:
            break;
        case FAILOVER_SEEN_IN:
            g_string_append_printf(text, " i%d", ms);
            break;
        case FAILOVER_SEEN_OUT:
            g_string_append_printf(text, " o%d", ms);
            break;
        case FAILOVER_SEEN_MOVE:
            g_string_append_printf(text, " %d:%d", s->port, ms);
            break;
        }
    }
    return g_string_free(text, false);
}
