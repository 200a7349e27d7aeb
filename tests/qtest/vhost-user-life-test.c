/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: devices and channels that go while something is under way. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failure.h"
#include "fake-vhost.h"

#define TIMEOUT_MS 1000
#define TIMEOUT "timeout=1000"

static gint64 member(FakeVhost *f, const char *name)
{
    return json_object_get_int_member(fake_vhost_query(f), name);
}

static unsigned count_channels(FakeVhost *f)
{
    return json_array_get_length(qmp_ok_array(f->vm->qmp, "query-vhost-user",
                                              QMP_ANY));
}

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

/* Set the link, and do not wait for the reply. */
static gint64 send_link(FakeVhost *f, bool up)
{
    return qmp_send(f->vm->qmp, "set_link", "{'name': 'net0', 'up': %p}",
                    json_node_init_boolean(json_node_alloc(), up));
}

static void expect_ok(FakeVhost *f, gint64 id)
{
    g_assert_cmpstr(qmp_reply(f->vm->qmp, id, 0)->error_desc, ==, NULL);
}

static gint64 send_chardev(FakeVhost *f, const char *id, const char *path)
{
    return qmp_send(f->vm->qmp, "chardev-add", "{'id': %s, 'backend':"
                    " {'type': 'socket', 'data': {'server': false,"
                    " 'reconnect': 1, 'addr': {'type': 'unix',"
                    " 'data': {'path': %s}}}}}", id, path);
}

static gint64 send_netdev(FakeVhost *f, const char *id, const char *chardev,
                          unsigned queues)
{
    return qmp_send(f->vm->qmp, "netdev_add", "{'type': 'vhost-user',"
                    " 'id': %s, 'chardev': %s, 'queues': %u}", id, chardev,
                    queues);
}

static void plug(FakeVhost *f, const char *chardev, const char *path,
                 const char *netdev, unsigned queues)
{
    expect_ok(f, send_chardev(f, chardev, path));
    expect_ok(f, send_netdev(f, netdev, chardev, queues));
}

/*
 * The first queue pair takes the character device along, and the others are
 * cleaned up after that.
 */
static void test_queue_pairs(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) { 0 });
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    unsigned i;

    for (i = 0; i < 3; i++) {
        plug(f, "chr1", path, "net1", 4);
        g_assert_cmpint(count_channels(f), ==, 2);
        qmp_ok(f->vm->qmp, "netdev_del", "{'id': 'net1'}");
        qmp_sync(f->vm->qmp);
        g_assert_cmpint(count_channels(f), ==, 1);
    }
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
    test_vhost_free(other);
}

/*
 * A netdev is deleted, and another of the same name made, right behind one
 * whose handshake takes its time.  (One with a card keeps its channel in 10.0
 * until the card goes.)
 */
static void test_in_flight(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    gint64 ids[5];
    unsigned i, n = 0;

    test_vhost_fault(other, VHOST_GET_FEATURES, VHOST_DELAY, TIMEOUT_MS / 2,
                     1);
    ids[n++] = send_chardev(f, "chr1", path);
    ids[n++] = send_netdev(f, "net1", "chr1", 1);
    test_vhost_wait(other, VHOST_GET_FEATURES, 1);
    ids[n++] = qmp_send(f->vm->qmp, "netdev_del", "{'id': 'net1'}");
    ids[n++] = send_chardev(f, "chr1", path);
    ids[n++] = send_netdev(f, "net1", "chr1", 1);
    for (i = 0; i < n; i++) {
        expect_ok(f, ids[i]);
    }
    g_assert_cmpint(count_channels(f), ==, 2);
    g_assert_cmpint(test_vhost_connections(other), ==, 2);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
    test_vhost_free(other);
}

/* The same while the character device looks for a back-end that has gone. */
static void test_reconnecting(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) { 0 });
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    unsigned i;

    for (i = 0; i < 3; i++) {
        plug(f, "chr1", path, "net1", 2);
        test_vhost_hang_up(other, false);
        qmp_ok(f->vm->qmp, "netdev_del", "{'id': 'net1'}");
        qmp_sync(f->vm->qmp);
        g_assert_cmpint(count_channels(f), ==, 1);
        test_vhost_accept(other);
    }
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
    test_vhost_free(other);
}

/* A character device that is in use stays what it is. */
static void test_in_use(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) { 0 });

    fake_vhost_wait_started(f);
    qmp_error(f->vm->qmp, "chardev-remove", "{'id': 'chr0'}");
    qmp_error(f->vm->qmp, "chardev-change", "{'id': 'chr0', 'backend':"
              " {'type': 'null', 'data': {}}}");
    fake_vhost_link(f, false);
    fake_vhost_link(f, true);
    fake_vhost_wait_started(f);
    g_assert_cmpint(member(f, "failures"), ==, 0);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* One that was disconnected can be yanked, and the next connection as well. */
static void test_yank(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = "timeout=60000" });
    gint64 link;

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    link = send_link(f, false);
    test_vhost_wait(f->back, VHOST_GET_VRING_BASE, 1);
    g_assert_cmpstr(qmp_execute_oob(f->vm->qmp, "yank", "{'instances':"
                                    " [{'type': 'chardev', 'id': 'chr0'}]}")
                    ->error_desc, ==, NULL);
    expect_ok(f, link);
    fake_vhost_expect(f, "GET_VRING_BASE", "disconnected", "disconnected");
    test_vhost_wait_connections(f->back, 2);
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* QEMU is asked to end while it waits: it does, with the timeout. */
static void test_quit(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 0);
    send_link(f, false);
    test_vhost_wait(f->back, VHOST_GET_VRING_BASE, 1);
    fake_vhost_stop(f);
}

/* And by a signal, with a device that it has to stop. */
static void test_signal(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    int status;

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 0);
    kill(f->vm->pid, SIGTERM);
    status = test_vm_wait_exit(f->vm, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fake_vhost_free_ended(f);
}

/*
 * The host keeps descriptors that came with a reply until others come, or the
 * connection ends.  Stock does, so this is tried with it as well.
 */
static void test_descriptors(gconstpointer stock)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .stock = stock != NULL });
    unsigned fds, steps = 0;

    test_vhost_wait(f->back, VHOST_SET_VRING_KICK, 2);
    fake_vhost_link(f, false);
    fds = count_fds(f);
    do {
        fake_vhost_link(f, true);
        test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_EXTRA_FDS,
                         5 + steps, 1);
        fake_vhost_link(f, false);
        g_assert_cmpint(count_fds(f), ==, fds + 5 + steps);
    } while (++steps < 3);
    test_vhost_hang_up(f->back, true);
    test_vhost_wait_connections(f->back, 2);
    test_vhost_wait(f->back, VHOST_SET_VRING_KICK, 2 + 2 * (steps + 1));
    fake_vhost_link(f, false);
    g_assert_cmpint(count_fds(f), ==, fds);
    fake_vhost_stop(f);
}

/* What a disk is asked when it is made, or by the first driver. */
static void test_disk_hangs(gconstpointer data)
{
    TestVhostRequest request = GPOINTER_TO_UINT(data);
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .options = TIMEOUT, .disk = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_CONFIG |
                             VHOST_PROTOCOL_INFLIGHT,
    });

    test_vhost_fault(f->back, request, VHOST_SILENCE, 0, 1);
    test_vm_start(f->vm);
    fake_vhost_drive(f);
    qmp_sync(f->vm->qmp);
    test_vhost_wait_connections(f->back, 2);
    fake_vhost_wait_started(f);
    g_assert_cmpint(member(f, "timeouts"), ==, 1);
    g_assert_cmpint(member(f, "failures"), ==, 1);
    fake_vhost_stop(f);
}

/* A disk that is refused its configuration, once. */
static void test_disk_refused(void)
{
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .options = TIMEOUT, .disk = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_CONFIG,
    });

    test_vhost_fault(f->back, VHOST_GET_CONFIG, VHOST_REFUSE, 0, 1);
    test_vm_start(f->vm);
    fake_vhost_drive(f);
    fake_vhost_wait_started(f);
    g_assert_cmpint(member(f, "failures"), ==, 1);
    fake_vhost_expect_last(f, "GET_CONFIG", "refused");
    fake_vhost_stop(f);
}

/* A socket that QEMU was given is a channel as well. */
static void test_fd(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT, .disk = true, .by_fd = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_CONFIG,
    });

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    fake_vhost_reset(f);
    fake_vhost_expect(f, "GET_VRING_BASE", "timeout", "disconnected");
    fake_vhost_expect_none(f);
    g_assert_cmpint(member(f, "timeouts"), ==, 1);
    fake_vhost_stop(f);
}

/* A disk whose connection ends while no driver uses it notices that. */
static void test_idle_disk(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT, .disk = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_CONFIG,
    });
    unsigned i;

    for (i = 0; i < 3; i++) {
        fake_vhost_wait_started(f);
        fake_vhost_reset(f);
        test_vhost_hang_up(f->back, true);
        test_vhost_wait_connections(f->back, i + 2);
        test_vhost_wait(f->back, VHOST_SET_BACKEND_REQ_FD, i + 2);
        qmp_sync(f->vm->qmp);
        fake_vhost_drive(f);
    }
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* Wait until "chr0" has its second connection, as stock sees it. */
static void wait_connected(FakeVhost *f)
{
    gint64 end_us = test_deadline_us(0);
    const char *chardevs;

    test_vhost_wait_connections(f->back, 2);
    do {
        chardevs = qmp_hmp(f->vm->qmp, "info chardev");
        if (g_get_monotonic_time() > end_us) {
            test_fail("not connected: %s", chardevs);
        }
    } while (strstr(chardevs, "chr0: filename=disconnected"));
}

/*
 * Stock of 7.2 does not, and lets the driver start with a back-end that has
 * had no handshake.
 */
static void test_idle_disk_stock(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .stock = true, .disk = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_CONFIG,
    });
    bool misses = test_host_series() < 1000;

    test_vhost_wait(f->back, VHOST_SET_VRING_KICK, 2);
    fake_vhost_reset(f);
    test_vhost_hang_up(f->back, true);
    wait_connected(f);
    if (misses) {
        fake_vhost_drive(f);
    }
    test_vhost_wait(f->back, misses ? VHOST_SET_MEM_TABLE : VHOST_SET_OWNER,
                    2);
    g_assert_cmpint(test_vhost_count(f->back, VHOST_SET_OWNER), ==,
                    misses ? 1 : 2);
    fake_vhost_stop(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vhost-user-life/queue-pairs", test_queue_pairs);
    g_test_add_func("/vhost-user-life/in-flight", test_in_flight);
    g_test_add_func("/vhost-user-life/reconnecting", test_reconnecting);
    g_test_add_func("/vhost-user-life/in-use", test_in_use);
    g_test_add_func("/vhost-user-life/yank", test_yank);
    g_test_add_func("/vhost-user-life/quit", test_quit);
    g_test_add_func("/vhost-user-life/signal", test_signal);
    g_test_add_data_func("/vhost-user-life/descriptors", NULL,
                         test_descriptors);
    g_test_add_data_func("/vhost-user-life/descriptors-stock", "stock",
                         test_descriptors);
    g_test_add_data_func("/vhost-user-life/disk-hangs/GET_CONFIG",
                         GUINT_TO_POINTER(VHOST_GET_CONFIG),
                         test_disk_hangs);
    g_test_add_data_func("/vhost-user-life/disk-hangs/GET_INFLIGHT_FD",
                         GUINT_TO_POINTER(VHOST_GET_INFLIGHT_FD),
                         test_disk_hangs);
    g_test_add_func("/vhost-user-life/disk-refused", test_disk_refused);
    g_test_add_func("/vhost-user-life/fd", test_fd);
    g_test_add_func("/vhost-user-life/idle-disk", test_idle_disk);
    g_test_add_func("/vhost-user-life/idle-disk-stock",
                    test_idle_disk_stock);
    return g_test_run();
}
