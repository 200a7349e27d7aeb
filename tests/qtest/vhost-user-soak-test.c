/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: thousands of requests, and a fault here and there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failure.h"
#include "fake-vhost.h"

/* More than a busy machine has this process wait before it replies. */
#define TIMEOUT_MS 1000
#define TIMEOUT "timeout=1000"

/* How many requests to make, from the environment. */
#define REQUESTS "ANNEX_SOAK_REQUESTS"
#define REQUESTS_DEFAULT 1000

/* Memory that QEMU's own caches may take, over the whole of it. */
#define GROWTH_KIB 4096

/* What may go wrong, with what is told about it; NULL: nothing. */
typedef struct Kind {
    TestVhostFault fault;
    unsigned max;               /* of its number; 0: it has none */
    const char *reason;
} Kind;

static const Kind kinds[] = {
    { VHOST_OBEY, 0, NULL },
    { VHOST_DELAY, TIMEOUT_MS / 4, NULL },
    { VHOST_EXTRA_FDS, 16, NULL },
    { VHOST_FLOOD, 500, NULL },
    { VHOST_REFUSE, 0, "refused" },
    { VHOST_SILENCE, 0, "timeout" },
    { VHOST_DIE, 19, "disconnected" },
    { VHOST_STALL, 19, "timeout" },
    { VHOST_WRONG_SIZE, 0, "bad-reply" },
    { VHOST_HUGE_SIZE, 0, "bad-reply" },
    { VHOST_WRONG_REQUEST, 0, "bad-reply" },
    { VHOST_WRONG_FLAGS, 0, "bad-reply" },
    { VHOST_DEAF, 0, "timeout" },
};

/* Requests of a start or stop that have a reply. */
static const TestVhostRequest requests[] = {
    VHOST_GET_VRING_BASE, VHOST_SET_MEM_TABLE, VHOST_GET_STATUS,
};

typedef struct Soak {
    FakeVhost *f;
    unsigned failures;          /* events that are to have come */
    unsigned connections;
    gint64 longest_us;
} Soak;

static unsigned count_fds(FakeVhost *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", f->vm->pid);
    GDir *dir = g_dir_open(path, 0, NULL);
    unsigned count = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir)) {
        count++;
    }
    g_dir_close(dir);
    return count;
}

static unsigned resident_kib(FakeVhost *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", f->vm->pid);
    g_autofree char *text = NULL;
    const char *line;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    line = strstr(text, "RssAnon:");
    g_assert_nonnull(line);
    return atoi(line + strlen("RssAnon:"));
}

static void set_link(Soak *s, bool up)
{
    gint64 begun_us = g_get_monotonic_time(), took_us;

    fake_vhost_link(s->f, up);
    took_us = g_get_monotonic_time() - begun_us;
    s->longest_us = MAX(s->longest_us, took_us);
    g_assert_cmpint(took_us, <, (TIMEOUT_MS + FAKE_VHOST_LATE_MS) * 1000);
}

/* A back-end that dies in the midst of a reply is another reason. */
static const char *reason_of(const Kind *kind, unsigned n)
{
    return kind->fault == VHOST_DIE && n > 0 ? "short-reply" : kind->reason;
}

/* Wait for all events, and for a device that works. */
static void settle(Soak *s, const char *reason)
{
    FakeVhost *f = s->f;
    bool disconnected = reason && strcmp(reason, "refused");

    if (reason) {
        s->failures++;
        qmp_wait_event(f->vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                       "{'reason': %s, 'action': %s}", reason,
                       disconnected ? "disconnected" : "none");
    }
    if (disconnected) {
        s->connections++;
        test_vhost_wait_connections(f->back, s->connections);
    } else {
        set_link(s, false);
    }
    set_link(s, true);
    fake_vhost_wait_started(f);
    g_assert_cmpint(test_vhost_connections(f->back), ==, s->connections);
    g_assert_cmpint(qmp_count_events(f->vm->qmp, "VHOST_USER_REQUEST_FAILED",
                                     QMP_ANY), ==, s->failures);
}

static void round_of(Soak *s)
{
    const Kind *kind = &kinds[g_test_rand_int_range(0, G_N_ELEMENTS(kinds))];
    TestVhostRequest request =
        requests[g_test_rand_int_range(0, G_N_ELEMENTS(requests))];
    unsigned n = kind->max ? g_test_rand_int_range(0, kind->max + 1) : 0;
    const char *reason = reason_of(kind, n);

    /* No other of these is acknowledged. */
    if (kind->fault == VHOST_REFUSE) {
        request = VHOST_SET_MEM_TABLE;
    }
    test_vhost_fault(s->f->back, request, kind->fault, n, 1);
    set_link(s, false);
    set_link(s, true);
    if (kind->fault == VHOST_DEAF) {
        fake_vhost_query(s->f);
        test_vhost_hang_up(s->f->back, true);
    }
    settle(s, reason);
}

/*
 * Have a new connection.  The host keeps descriptors that came with a reply
 * until others come, or the connection ends.
 */
static void reconnect(Soak *s)
{
    test_vhost_fault(s->f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    set_link(s, false);
    settle(s, "timeout");
}

static void test_soak(void)
{
    const char *wanted = g_getenv(REQUESTS);
    unsigned total = wanted ? atoi(wanted) : REQUESTS_DEFAULT;
    Soak s = { .connections = 1 };
    unsigned fds, memory, rounds = 0;

    s.f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_STATUS,
    });
    fake_vhost_wait_started(s.f);
    /* What is allocated once. */
    reconnect(&s);
    fds = count_fds(s.f);
    memory = resident_kib(s.f);
    while (test_vhost_count(s.f->back, 0) < total) {
        round_of(&s);
        rounds++;
    }
    reconnect(&s);
    g_test_message("%u requests in %u rounds, %u failures, longest command"
                   " %d ms; descriptors %u -> %u, memory %u -> %u KiB",
                   test_vhost_count(s.f->back, 0), rounds, s.failures,
                   (int)(s.longest_us / 1000), fds, count_fds(s.f), memory,
                   resident_kib(s.f));
    g_assert_cmpint(count_fds(s.f), ==, fds);
    g_assert_cmpint(resident_kib(s.f), <, memory + GROWTH_KIB);
    g_assert_cmpint(test_vhost_overlaps(s.f->back), ==, 0);
    g_assert_cmpint(json_object_get_int_member(fake_vhost_query(s.f),
                                               "failures"), ==, s.failures);
    fake_vhost_stop(s.f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vhost-user-soak/random", test_soak);
    return g_test_run();
}
