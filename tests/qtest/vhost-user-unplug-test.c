/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: cards that are unplugged while their back-end is waited for. */
#include "failure.h"
#include "fake-acpi.h"
#include "fake-vhost.h"

#define TIMEOUT_MS 1000
#define TIMEOUT "timeout=1000"

/* A VM whose card can be unplugged, and who lets go of it. */
typedef struct Unplug {
    FakeVhost *f;
    FakeGuest guest;
} Unplug;

static Unplug start(void)
{
    Unplug u = { 0 };

    u.f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT, .args = "-machine pc" });
    u.guest = (FakeGuest){ .ops = &fake_acpi_pci_pc, .vm = u.f->vm };
    fake_vhost_wait_started(u.f);
    u.guest.ops->set_up(&u.guest);
    return u;
}

static gint64 send_link(Unplug *u, bool up)
{
    return qmp_send(u->f->vm->qmp, "set_link", "{'name': 'net0', 'up': %p}",
                    json_node_init_boolean(json_node_alloc(), up));
}

static gint64 send_device_del(Unplug *u)
{
    return qmp_send(u->f->vm->qmp, "device_del", "{'id': 'nic0'}");
}

static gint64 send_netdev_del(Unplug *u)
{
    return qmp_send(u->f->vm->qmp, "netdev_del", "{'id': 'net0'}");
}

/* A success, soon enough after the last @request has come. */
static void expect_ok(Unplug *u, gint64 id, TestVhostRequest request)
{
    const QmpReply *reply = qmp_reply(u->f->vm->qmp, id, 0);
    gint64 now_us = g_get_monotonic_time();
    gint64 bound_us = test_deadline_us(TIMEOUT_MS + FAKE_VHOST_LATE_MS) -
                      now_us;

    g_assert_cmpstr(reply->error_desc, ==, NULL);
    g_assert_cmpint(reply->received_us, <,
                    test_vhost_last(u->f->back, request).received_us +
                    bound_us);
}

/* The card and its netdev have gone: no channel, and one event was sent. */
static void stop(Unplug *u, const char *request)
{
    QmpClient *qmp = u->f->vm->qmp;

    fake_vhost_expect(u->f, request, "timeout", "disconnected");
    fake_vhost_expect_none(u->f);
    g_assert_false(qmp_has_device(qmp, "nic0"));
    g_assert_cmpint(json_array_get_length(
        qmp_ok_array(qmp, "query-vhost-user", QMP_ANY)), ==, 0);
    fake_vhost_stop(u->f);
}

/*
 * All is asked for while the link's request waits, and the guest lets go
 * next.  (7.2 ends with an assertion if the netdev goes before the card.)
 */
static void unplug_behind(Unplug *u, gint64 link, TestVhostRequest request)
{
    bool at_once = test_host_series() >= 1000;
    gint64 del, netdev = 0;

    del = send_device_del(u);
    if (at_once) {
        netdev = send_netdev_del(u);
    }
    expect_ok(u, link, request);
    expect_ok(u, del, request);
    if (at_once) {
        expect_ok(u, netdev, request);
    }
    u->guest.ops->let_go(&u->guest);
    qmp_wait_event(u->f->vm->qmp, "DEVICE_DELETED", 0,
                   "{'device': 'nic0'}");
    if (!at_once) {
        qmp_ok(u->f->vm->qmp, "netdev_del", "{'id': 'net0'}");
    }
}

/* A stop waits. */
static void test_stop(void)
{
    Unplug u = start();
    gint64 link;

    test_vhost_fault(u.f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    link = send_link(&u, false);
    test_vhost_wait(u.f->back, VHOST_GET_VRING_BASE, 1);
    unplug_behind(&u, link, VHOST_GET_VRING_BASE);
    stop(&u, "GET_VRING_BASE");
}

/* A start waits. */
static void test_start(void)
{
    Unplug u = start();
    unsigned starts;
    gint64 link;

    fake_vhost_link(u.f, false);
    starts = test_vhost_count(u.f->back, VHOST_SET_MEM_TABLE);
    test_vhost_fault(u.f->back, VHOST_SET_MEM_TABLE, VHOST_SILENCE, 0, 1);
    link = send_link(&u, true);
    test_vhost_wait(u.f->back, VHOST_SET_MEM_TABLE, starts + 1);
    unplug_behind(&u, link, VHOST_SET_MEM_TABLE);
    stop(&u, "SET_MEM_TABLE");
}

/* The guest lets go, and the stop that this takes is what waits. */
static void test_eject(void)
{
    Unplug u = start();
    QtestClient *q = u.f->vm->qtest;
    gint64 netdev, again;

    qmp_ok(u.f->vm->qmp, "device_del", "{'id': 'nic0'}");
    test_vhost_fault(u.f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    qtest_outl(q, u.guest.acpi.pcihp + 16, u.guest.select);
    qtest_send(q, "outl 0x%x 0x%x", u.guest.acpi.pcihp + 8, 1u << 5);
    test_vhost_wait(u.f->back, VHOST_GET_VRING_BASE, 1);
    again = send_device_del(&u);
    netdev = send_netdev_del(&u);
    g_assert_cmpstr(qmp_reply(u.f->vm->qmp, again, 0)->error_class, ==,
                    "DeviceNotFound");
    expect_ok(&u, netdev, VHOST_GET_VRING_BASE);
    g_strfreev(qtest_answer(q, "outl"));
    qmp_wait_event(u.f->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'nic0'}");
    stop(&u, "GET_VRING_BASE");
}

/*
 * The netdev goes while the card runs, and the stop that this takes gets no
 * reply, or @fault.  What has gone is not told of the end of its connection,
 * nor of another.
 */
static void delete_running(TestVhostFault fault, const char *reason)
{
    Unplug u = start();
    QmpClient *qmp = u.f->vm->qmp;
    gint64 netdev;

    test_vhost_fault(u.f->back, VHOST_GET_VRING_BASE, fault, 0, 1);
    netdev = send_netdev_del(&u);
    expect_ok(&u, netdev, VHOST_GET_VRING_BASE);
    fake_vhost_expect(u.f, "GET_VRING_BASE", reason, "disconnected");
    if (test_host_series() >= 1000) {
        test_vhost_wait_connections(u.f->back, 2);
        qmp_sync(qmp);
        test_vhost_hang_up(u.f->back, true);
        test_vhost_wait_connections(u.f->back, 3);
    }
    qmp_sync(qmp);
    fake_vhost_expect_none(u.f);
    g_assert_true(qmp_has_device(qmp, "nic0"));
    if (test_host_series() >= 1000) {
        fake_vhost_stop(u.f);
    } else {
        /* 7.2 ends with an assertion when it stops the card that is left. */
        test_vm_kill(u.f->vm);
        fake_vhost_free_ended(u.f);
    }
}

static void test_delete_silent(void)
{
    delete_running(VHOST_SILENCE, "timeout");
}

static void test_delete_wrong(void)
{
    delete_running(VHOST_WRONG_REQUEST, "bad-reply");
}

/* The back-end goes when the netdev has gone. */
static void test_delete_idle(void)
{
    Unplug u = start();

    qmp_ok(u.f->vm->qmp, "netdev_del", "{'id': 'net0'}");
    test_vhost_hang_up(u.f->back, true);
    test_vhost_wait_connections(u.f->back, 2);
    qmp_sync(u.f->vm->qmp);
    fake_vhost_expect_none(u.f);
    fake_vhost_stop(u.f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vhost-user-unplug/stop", test_stop);
    /* 7.2 prints a reply's header that it has not read: memcheck says so. */
    if (!g_getenv("ANNEX_VHOST_VALGRIND") || test_host_series() >= 1000) {
        g_test_add_func("/vhost-user-unplug/start", test_start);
    }
    g_test_add_func("/vhost-user-unplug/eject", test_eject);
    g_test_add_func("/vhost-user-unplug/delete-silent", test_delete_silent);
    g_test_add_func("/vhost-user-unplug/delete-wrong", test_delete_wrong);
    if (test_host_series() >= 1000) {
        g_test_add_func("/vhost-user-unplug/delete-idle", test_delete_idle);
    }
    return g_test_run();
}
