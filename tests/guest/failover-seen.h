/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a network for guests has seen: pings, answers, where they came. */
#ifndef ANNEX_TEST_FAILOVER_SEEN_H
#define ANNEX_TEST_FAILOVER_SEEN_H

#include <glib.h>

typedef enum FailoverSeenWhat {
    FAILOVER_SEEN_SENT,         /* our ping */
    FAILOVER_SEEN_IN,           /* its answer */
    FAILOVER_SEEN_OUT,          /* the guest's ping */
    FAILOVER_SEEN_MOVE,         /* the guest is at another port */
} FailoverSeenWhat;

typedef struct FailoverSeen {
    FailoverSeenWhat what;
    gint64 time_us;             /* g_get_monotonic_time() */
    int port;                   /* but for SENT, which may go to all */
    guint16 id;                 /* of the ping */
    guint16 sequence;
} FailoverSeen;

/* Arrays of the above, the oldest first. */
GArray *failover_seen_new(void);

/* The longest time without @what from @since_us until now, milliseconds. */
int failover_seen_gap_ms(const GArray *seen, FailoverSeenWhat what,
                         gint64 since_us);

/* Of our pings since then, those without an answer. */
int failover_seen_lost_in(const GArray *seen, gint64 since_us);

/*
 * Of the guest's, those that are missing in its numbers: of the program
 * that began first.
 */
int failover_seen_lost_out(const GArray *seen, gint64 since_us);

/* When the guest's first ping, or answer, came by @port, or 0. */
gint64 failover_seen_by(const GArray *seen, int port, gint64 since_us);

/*
 * All since then, with the milliseconds: "o12" a ping of the guest's, "i34"
 * an answer, "3:56" a move to port 3.  g_free().
 */
char *failover_seen_text(const GArray *seen, gint64 since_us);

#endif
