/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network for guests: a switch that learns, with a host that pings. */
#include "failover-peer.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "failover-seen.h"
#include "failure.h"

#define MAX_PORTS 48
#define PING_US 100000

#define ETH_SIZE 14
#define IP_SIZE 20
#define PING_SIZE 16
#define FRAME_SIZE (ETH_SIZE + IP_SIZE + PING_SIZE)

#define ECHO_REPLY 0
#define ECHO_REQUEST 8

static const guint8 host_mac[6] = { 0x52, 0x54, 0, 0, 0, 1 };
static const guint8 guest_mac[6] = { 0x52, 0x54, 0, 0x11, 0x22, 0x33 };
static const guint8 host_ip[4] = { 10, 0, 2, 2 };
static const guint8 guest_ip[4] = { 10, 0, 2, 15 };

struct FailoverPeer {
    GThread *thread;
    GMutex lock;                /* of all below */
    GArray *seen;               /* see failover-seen.h */
    int n_ports;
    int fd[MAX_PORTS];
    struct sockaddr_un to[MAX_PORTS];
    int guest_port;             /* where the guest was last, or -1 */
    guint16 sequence;
    bool stop;
    GCond carried;              /* a ping, or an answer, has come */
};

static void note(FailoverPeer *peer, FailoverSeenWhat what, int port,
                 const guint8 *icmp)
{
    FailoverSeen seen = { what, g_get_monotonic_time(), port };

    if (icmp) {
        seen.id = icmp[4] << 8 | icmp[5];
        seen.sequence = icmp[6] << 8 | icmp[7];
    }
    g_array_append_val(peer->seen, seen);
    g_cond_broadcast(&peer->carried);
}

/* A QEMU that is not there (yet) gets nothing, like a cable that hangs. */
static void send_to_port(FailoverPeer *peer, int port, const guint8 *frame,
                         size_t size)
{
    if (sendto(peer->fd[port], frame, size, MSG_DONTWAIT,
               (struct sockaddr *)&peer->to[port],
               sizeof(peer->to[port])) < 0) {
        return;
    }
}

static void send_to_guest(FailoverPeer *peer, const guint8 *frame,
                          size_t size)
{
    int i;

    for (i = 0; i < peer->n_ports; i++) {
        if (peer->guest_port < 0 || peer->guest_port == i) {
            send_to_port(peer, i, frame, size);
        }
    }
}

static guint16 checksum(const guint8 *data, size_t size)
{
    guint32 sum = 0;
    size_t i;

    for (i = 0; i + 1 < size; i += 2) {
        sum += data[i] << 8 | data[i + 1];
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
}

static void put16(guint8 *at, guint16 value)
{
    at[0] = value >> 8;
    at[1] = value;
}

static void ping(FailoverPeer *peer)
{
    guint8 frame[FRAME_SIZE] = { 0 };
    guint8 *ip = frame + ETH_SIZE, *icmp = ip + IP_SIZE;

    memcpy(frame, guest_mac, 6);
    memcpy(frame + 6, host_mac, 6);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, IP_SIZE + PING_SIZE);
    ip[8] = 64;
    ip[9] = 1;
    memcpy(ip + 12, host_ip, 4);
    memcpy(ip + 16, guest_ip, 4);
    put16(ip + 10, checksum(ip, IP_SIZE));
    icmp[0] = ECHO_REQUEST;
    put16(icmp + 4, 1);
    put16(icmp + 6, peer->sequence++);
    put16(icmp + 2, checksum(icmp, PING_SIZE));
    note(peer, FAILOVER_SEEN_SENT, -1, icmp);
    send_to_guest(peer, frame, sizeof(frame));
}

static void answer_arp(FailoverPeer *peer, guint8 *frame, size_t size)
{
    guint8 *arp = frame + ETH_SIZE;

    if (size < ETH_SIZE + 28 || arp[7] != 1 ||
        memcmp(arp + 24, host_ip, 4) != 0) {
        return;
    }
    memcpy(frame, frame + 6, 6);
    memcpy(frame + 6, host_mac, 6);
    arp[7] = 2;
    memcpy(arp + 18, arp + 8, 10);
    memcpy(arp + 8, host_mac, 6);
    memcpy(arp + 14, host_ip, 4);
    send_to_guest(peer, frame, size);
}

static void answer_ping(FailoverPeer *peer, int port, guint8 *frame,
                        size_t size)
{
    guint8 *ip = frame + ETH_SIZE, *icmp = ip + IP_SIZE;
    guint16 total = ip[2] << 8 | ip[3];

    if (size < FRAME_SIZE || ip[9] != 1 || ETH_SIZE + total > size ||
        memcmp(ip + 16, host_ip, 4) != 0) {
        return;
    }
    if (icmp[0] == ECHO_REPLY) {
        note(peer, FAILOVER_SEEN_IN, port, icmp);
    } else if (icmp[0] == ECHO_REQUEST) {
        note(peer, FAILOVER_SEEN_OUT, port, icmp);
        memcpy(frame, frame + 6, 6);
        memcpy(frame + 6, host_mac, 6);
        memcpy(ip + 16, ip + 12, 4);
        memcpy(ip + 12, host_ip, 4);
        icmp[0] = ECHO_REPLY;
        put16(icmp + 2, 0);
        put16(icmp + 2, checksum(icmp, total - IP_SIZE));
        send_to_guest(peer, frame, size);
    }
}

static void receive(FailoverPeer *peer, int port)
{
    guint8 frame[65536];
    ssize_t size = recv(peer->fd[port], frame, sizeof(frame), MSG_DONTWAIT);

    if (size < ETH_SIZE || memcmp(frame + 6, guest_mac, 6) != 0) {
        return;
    }
    if (peer->guest_port != port) {
        peer->guest_port = port;
        note(peer, FAILOVER_SEEN_MOVE, port, NULL);
    }
    switch (frame[12] << 8 | frame[13]) {
    case 0x0806:
        answer_arp(peer, frame, size);
        break;
    case 0x0800:
        answer_ping(peer, port, frame, size);
        break;
    }
}

static void *run(void *opaque)
{
    FailoverPeer *peer = opaque;
    gint64 next_us = g_get_monotonic_time();
    struct pollfd fds[MAX_PORTS];
    int i, n;

    g_mutex_lock(&peer->lock);
    while (!peer->stop) {
        if (g_get_monotonic_time() >= next_us) {
            next_us += PING_US;
            ping(peer);
        }
        n = peer->n_ports;
        for (i = 0; i < n; i++) {
            fds[i] = (struct pollfd){ .fd = peer->fd[i], .events = POLLIN };
        }
        g_mutex_unlock(&peer->lock);
        poll(fds, n, 10);
        g_mutex_lock(&peer->lock);
        for (i = 0; i < n; i++) {
            if (fds[i].revents & POLLIN) {
                receive(peer, i);
            }
        }
    }
    g_mutex_unlock(&peer->lock);
    return NULL;
}

FailoverPeer *failover_peer_new(void)
{
    FailoverPeer *peer = g_new0(FailoverPeer, 1);

    peer->guest_port = -1;
    peer->seen = failover_seen_new();
    g_mutex_init(&peer->lock);
    g_cond_init(&peer->carried);
    peer->thread = g_thread_new("peer", run, peer);
    return peer;
}

void failover_peer_free(FailoverPeer *peer)
{
    int i;

    g_mutex_lock(&peer->lock);
    peer->stop = true;
    g_mutex_unlock(&peer->lock);
    g_thread_join(peer->thread);
    for (i = 0; i < peer->n_ports; i++) {
        close(peer->fd[i]);
    }
    g_array_free(peer->seen, true);
    g_mutex_clear(&peer->lock);
    g_cond_clear(&peer->carried);
    g_free(peer);
}

static void set_path(struct sockaddr_un *address, const char *dir,
                     const char *id, const char *end)
{
    address->sun_family = AF_UNIX;
    g_snprintf(address->sun_path, sizeof(address->sun_path), "%s/%s.%s", dir,
               id, end);
}

char *failover_peer_port(FailoverPeer *peer, const char *dir, const char *id)
{
    struct sockaddr_un ours = { 0 };
    int port, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    set_path(&ours, dir, id, "switch");
    if (fd < 0 || bind(fd, (struct sockaddr *)&ours, sizeof(ours)) < 0) {
        test_fail("%s: %s", ours.sun_path, g_strerror(errno));
    }
    g_mutex_lock(&peer->lock);
    g_assert_cmpint(peer->n_ports, <, MAX_PORTS);
    port = peer->n_ports;
    set_path(&peer->to[port], dir, id, "nic");
    peer->fd[port] = fd;
    peer->n_ports++;
    g_mutex_unlock(&peer->lock);
    return g_strdup_printf("dgram,id=%s,local.type=unix,local.path=%s,"
                           "remote.type=unix,remote.path=%s", id,
                           peer->to[port].sun_path, ours.sun_path);
}

gint64 failover_peer_wait(FailoverPeer *peer, int port, gint64 since_us)
{
    gint64 end_us = test_deadline_us(0), by_us;

    g_mutex_lock(&peer->lock);
    while (!(by_us = failover_seen_by(peer->seen, port, since_us))) {
        if (!g_cond_wait_until(&peer->carried, &peer->lock, end_us)) {
            g_mutex_unlock(&peer->lock);
            test_fail("no ping has come by port %d", port);
        }
    }
    g_mutex_unlock(&peer->lock);
    return by_us;
}

FailoverGaps failover_peer_gaps(FailoverPeer *peer, gint64 since_us)
{
    FailoverGaps gaps;

    g_mutex_lock(&peer->lock);
    gaps.out_ms = failover_seen_gap_ms(peer->seen, FAILOVER_SEEN_OUT,
                                       since_us);
    gaps.in_ms = failover_seen_gap_ms(peer->seen, FAILOVER_SEEN_IN,
                                      since_us);
    gaps.out_lost = failover_seen_lost_out(peer->seen, since_us);
    gaps.in_lost = failover_seen_lost_in(peer->seen, since_us);
    g_mutex_unlock(&peer->lock);
    return gaps;
}

int failover_peer_where(FailoverPeer *peer)
{
    int port;

    g_mutex_lock(&peer->lock);
    port = peer->guest_port;
    g_mutex_unlock(&peer->lock);
    return port;
}

char *failover_peer_log(FailoverPeer *peer, gint64 since_us)
{
    char *text;

    g_mutex_lock(&peer->lock);
    text = failover_seen_text(peer->seen, since_us);
    g_mutex_unlock(&peer->lock);
    return text;
}
