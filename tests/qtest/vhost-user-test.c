/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: back-ends that do not do what they are asked. */
#include <string.h>
#include "failure.h"
#include "fake-vhost.h"

#define TIMEOUT_MS 1000
#define TIMEOUT "timeout=1000"

static gint64 member(FakeVhost *f, const char *name)
{
    return json_object_get_int_member(fake_vhost_query(f), name);
}

/* All is as without the module; requests are counted. */
static void test_obeys(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) { 0 });
    gint64 requests;
    unsigned i, stops;

    test_vhost_wait(f->back, VHOST_SET_VRING_KICK, 2);
    for (i = 0; i < 5; i++) {
        fake_vhost_link(f, false);
        fake_vhost_link(f, true);
    }
    stops = test_vhost_count(f->back, VHOST_GET_VRING_BASE);
    g_assert_cmpint(stops, ==, 10);
    requests = member(f, "requests");
    g_assert_cmpint(requests, >, 10);
    fake_vhost_link(f, false);
    g_assert_cmpint(member(f, "requests"), >, requests);
    g_assert_cmpint(member(f, "failures"), ==, 0);
    g_assert_cmpint(member(f, "longest-round-trip-ns"), >, 0);
    g_assert_true(json_object_get_boolean_member(fake_vhost_query(f),
                                                 "connected"));
    g_assert_cmpint(test_vhost_overlaps(f->back), ==, 0);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* Silence ends with the timeout, and the back-end comes back. */
static void test_silence(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    const QmpEvent *e;
    gint64 begun_us, elapsed_ms;

    test_vhost_wait(f->back, VHOST_SET_VRING_KICK, 2);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    begun_us = g_get_monotonic_time();
    fake_vhost_link(f, false);
    elapsed_ms = (g_get_monotonic_time() - begun_us) / 1000;
    g_assert_cmpint(elapsed_ms, >=, TIMEOUT_MS);
    g_assert_cmpint(elapsed_ms, <, TIMEOUT_MS + FAKE_VHOST_LATE_MS);
    e = fake_vhost_expect(f, "GET_VRING_BASE", "timeout", "disconnected");
    g_assert_cmpstr(json_object_get_string_member(e->data, "device"), ==,
                    "nic0");
    g_assert_cmpstr(json_object_get_string_member(e->data, "qom-path"), ==,
                    "/machine/peripheral/nic0");
    g_assert_cmpint(json_object_get_int_member(e->data, "elapsed-ms"), >=,
                    TIMEOUT_MS);

    test_vhost_wait_connections(f->back, 2);
    test_vhost_wait(f->back, VHOST_SET_VRING_KICK, 4);
    fake_vhost_link(f, false);
    g_assert_cmpint(member(f, "timeouts"), ==, 1);
    g_assert_cmpint(member(f, "failures"), ==, 1);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* What a back-end can do to a request, and what becomes of it. */
typedef struct Wrong {
    const char *name;
    TestVhostFault fault;
    unsigned n;
    const char *reason;         /* NULL: nothing is wrong */
} Wrong;

/* A reply's header has 12 bytes, and that to GET_VRING_BASE 8 more. */
static const Wrong wrongs[] = {
    { "slow", VHOST_DELAY, TIMEOUT_MS / 4, NULL },
    { "late", VHOST_DELAY, 2 * TIMEOUT_MS, "timeout" },
    { "dies", VHOST_DIE, 0, "disconnected" },
    { "dies-in-header", VHOST_DIE, 5, "short-reply" },
    { "dies-after-header", VHOST_DIE, 12, "short-reply" },
    { "dies-in-payload", VHOST_DIE, 19, "short-reply" },
    { "stalls-in-header", VHOST_STALL, 5, "timeout" },
    { "stalls-after-header", VHOST_STALL, 12, "timeout" },
    { "stalls-in-payload", VHOST_STALL, 19, "timeout" },
    { "wrong-size", VHOST_WRONG_SIZE, 0, "bad-reply" },
    { "huge-size", VHOST_HUGE_SIZE, 0, "bad-reply" },
    { "wrong-request", VHOST_WRONG_REQUEST, 0, "bad-reply" },
    { "wrong-flags", VHOST_WRONG_FLAGS, 0, "bad-reply" },
    { "extra-fds", VHOST_EXTRA_FDS, 8, NULL },
    { "floods", VHOST_FLOOD, 5000, NULL },
};

/* The device works again, with a back-end that does. */
static void expect_recovery(FakeVhost *f, unsigned connections)
{
    unsigned stops;

    test_vhost_wait_connections(f->back, connections);
    fake_vhost_link(f, true);
    fake_vhost_wait_started(f);
    stops = test_vhost_count(f->back, VHOST_GET_VRING_BASE);
    fake_vhost_link(f, false);
    g_assert_cmpint(test_vhost_count(f->back, VHOST_GET_VRING_BASE), ==,
                    stops + 2);
    fake_vhost_expect_none(f);
}

/* One request goes wrong, and one only is told about. */
static void test_wrong(gconstpointer data)
{
    const Wrong *w = data;
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    gint64 begun_us;

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, w->fault, w->n, 1);
    begun_us = g_get_monotonic_time();
    fake_vhost_link(f, false);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <,
                    (TIMEOUT_MS + FAKE_VHOST_LATE_MS) * 1000);
    if (w->reason) {
        fake_vhost_expect(f, "GET_VRING_BASE", w->reason, "disconnected");
    }
    expect_recovery(f, w->reason ? 2 : 1);
    g_assert_cmpint(member(f, "failures"), ==, w->reason ? 1 : 0);
    fake_vhost_stop(f);
}

/* A back-end that does not read is sent as much as its socket takes. */
static void test_deaf(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    const QmpEvent *e;

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_DEAF, 0, 1);
    fake_vhost_link(f, false);
    e = fake_vhost_expect(f, "GET_VRING_BASE", "timeout", "disconnected");
    g_assert_cmpint(json_object_get_int_member(e->data, "elapsed-ms"), <,
                    TIMEOUT_MS + FAKE_VHOST_LATE_MS);
    test_vhost_hang_up(f->back, true);
    expect_recovery(f, 2);
    fake_vhost_stop(f);
}

/* Without a reconnect the card stays without a back-end, and QEMU lives. */
static void test_no_reconnect(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT, .no_reconnect = true });

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    fake_vhost_link(f, false);
    fake_vhost_expect(f, "GET_VRING_BASE", "timeout", "disconnected");
    qmp_sync(f->vm->qmp);
    fake_vhost_link(f, true);
    fake_vhost_link(f, false);
    g_assert_false(json_object_get_boolean_member(fake_vhost_query(f),
                                                  "connected"));
    g_assert_cmpint(test_vhost_connections(f->back), ==, 1);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* While QEMU waits, one can ask what for, out of band. */
static void test_in_flight(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = "timeout=30000" });
    JsonObject *waiting;
    gint64 id;

    fake_vhost_wait_started(f);
    g_assert_false(json_object_has_member(fake_vhost_query(f), "in-flight"));
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_STALL, 3, 1);
    id = qmp_send(f->vm->qmp, "set_link", "{'name': 'net0', 'up': %p}",
                  json_node_init_boolean(json_node_alloc(), false));
    test_vhost_wait(f->back, VHOST_GET_VRING_BASE, 1);
    do {
        waiting = fake_vhost_query(f);
    } while (!json_object_has_member(waiting, "in-flight"));
    waiting = json_object_get_object_member(waiting, "in-flight");
    g_assert_cmpstr(json_object_get_string_member(waiting, "request"), ==,
                    "GET_VRING_BASE");
    g_assert_cmpint(json_object_get_int_member(waiting, "waited-ms"), >=, 0);
    test_vhost_hang_up(f->back, true);
    g_assert_cmpstr(qmp_reply(f->vm->qmp, id, 0)->error_desc, ==, NULL);
    fake_vhost_expect(f, "GET_VRING_BASE", "short-reply", "disconnected");
    fake_vhost_stop(f);
}

/* With timeout=0 there is no limit, as in stock. */
static void test_no_timeout(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = "timeout=0" });

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_DELAY, 3000, 1);
    fake_vhost_link(f, false);
    expect_recovery(f, 1);
    fake_vhost_stop(f);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vhost-user/obeys", test_obeys);
    g_test_add_func("/vhost-user/silence", test_silence);
    for (i = 0; i < G_N_ELEMENTS(wrongs); i++) {
        g_autofree char *path = g_strconcat("/vhost-user/wrong/",
                                            wrongs[i].name, NULL);

        g_test_add_data_func(path, &wrongs[i], test_wrong);
    }
    g_test_add_func("/vhost-user/deaf", test_deaf);
    g_test_add_func("/vhost-user/no-reconnect", test_no_reconnect);
    g_test_add_func("/vhost-user/in-flight", test_in_flight);
    g_test_add_func("/vhost-user/no-timeout", test_no_timeout);
    return g_test_run();
}
