/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network for guests: a switch that learns, with a host that pings. */
#ifndef ANNEX_TEST_FAILOVER_PEER_H
#define ANNEX_TEST_FAILOVER_PEER_H

#include <glib.h>

/*
 * Each port of the switch is a pair of sockets, for "-netdev dgram".  The
 * host is 10.0.2.2, answers ARP and pings, and itself pings FAILOVER_GUEST_IP
 * ten times in a second.  A thread does all that; it ends with the peer.
 */
typedef struct FailoverPeer FailoverPeer;

#define FAILOVER_GUEST_IP "10.0.2.15"

FailoverPeer *failover_peer_new(void);
void failover_peer_free(FailoverPeer *peer);

/*
 * A new port with its sockets in @dir: the text of an option -netdev with
 * id @id.  g_free().  Ports are numbered from 0, as they are made.
 */
char *failover_peer_port(FailoverPeer *peer, const char *dir,
                         const char *id);

/*
 * Wait for a ping of the guest's, or an answer, by @port after @since_us
 * (g_get_monotonic_time()): when it came.
 */
gint64 failover_peer_wait(FailoverPeer *peer, int port, gint64 since_us);

/*
 * Since @since_us, without a ping of the guest's (out), and without an
 * answer to ours (in): the longest time, and how many are missing.
 */
typedef struct FailoverGaps {
    int out_ms;
    int in_ms;
    int out_lost;
    int in_lost;
} FailoverGaps;

FailoverGaps failover_peer_gaps(FailoverPeer *peer, gint64 since_us);

/* The number of the port that the guest was at last, from 0; -1: none yet. */
int failover_peer_where(FailoverPeer *peer);

/* What was seen since then, see failover_seen_text().  g_free(). */
char *failover_peer_log(FailoverPeer *peer, gint64 since_us);

#endif
