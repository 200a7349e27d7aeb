/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: starts, handshakes and devices that come and go. */
#include <string.h>
#include "failure.h"
#include "fake-vhost.h"

#define TIMEOUT_MS 1000
#define TIMEOUT "timeout=1000"

static gint64 member(FakeVhost *f, const char *name)
{
    return json_object_get_int_member(fake_vhost_query(f), name);
}

/* A request that has a reply, and when it is made. */
typedef struct Hang {
    const char *name;
    TestVhostRequest request;
    bool handshake;             /* at a new connection, or at any start */
    uint64_t protocol_features; /* beside the usual ones */
} Hang;

static const Hang hangs[] = {
    { "GET_FEATURES", VHOST_GET_FEATURES, true, 0 },
    { "GET_PROTOCOL_FEATURES", VHOST_GET_PROTOCOL_FEATURES, true, 0 },
    { "GET_QUEUE_NUM", VHOST_GET_QUEUE_NUM, true, 0 },
    { "SET_BACKEND_REQ_FD", VHOST_SET_BACKEND_REQ_FD, true, 0 },
    { "GET_MAX_MEM_SLOTS", VHOST_GET_MAX_MEM_SLOTS, true,
      VHOST_PROTOCOL_MEM_SLOTS },
    { "SET_MEM_TABLE", VHOST_SET_MEM_TABLE, false, 0 },
    { "ADD_MEM_REG", VHOST_ADD_MEM_REG, true, VHOST_PROTOCOL_MEM_SLOTS },
    { "GET_STATUS", VHOST_GET_STATUS, false, VHOST_PROTOCOL_STATUS },
};

/* Whatever has a reply, and gets none. */
static void test_hang(gconstpointer data)
{
    const Hang *h = data;
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | h->protocol_features,
    });
    const QmpEvent *e;

    fake_vhost_wait_started(f);
    if (h->handshake) {
        test_vhost_fault(f->back, h->request, VHOST_SILENCE, 0, 1);
        test_vhost_hang_up(f->back, true);
    } else {
        fake_vhost_link(f, false);
        test_vhost_fault(f->back, h->request, VHOST_SILENCE, 0, 1);
        fake_vhost_link(f, true);
    }
    e = fake_vhost_expect(f, h->name, "timeout", "disconnected");
    g_assert_cmpint(json_object_get_int_member(e->data, "elapsed-ms"), <,
                    TIMEOUT_MS + FAKE_VHOST_LATE_MS);
    test_vhost_wait_connections(f->back, h->handshake ? 3 : 2);
    fake_vhost_wait_started(f);
    fake_vhost_link(f, false);
    fake_vhost_expect_none(f);
    g_assert_cmpint(member(f, "timeouts"), ==, 1);
    g_assert_cmpint(member(f, "failures"), ==, 1);
    fake_vhost_stop(f);
}

/* A refused memory table: the device does not start, and is told so. */
static void test_refuses(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) { 0 });

    fake_vhost_wait_started(f);
    fake_vhost_link(f, false);
    test_vhost_fault(f->back, VHOST_SET_MEM_TABLE, VHOST_REFUSE, 0, 1);
    fake_vhost_link(f, true);
    fake_vhost_expect(f, "SET_MEM_TABLE", "refused", "none");
    fake_vhost_expect_none(f);
    g_assert_cmpint(test_vhost_connections(f->back), ==, 1);
    fake_vhost_link(f, false);
    fake_vhost_link(f, true);
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* What a back-end refuses at each start, and the event that tells it. */
typedef struct Refusal {
    TestVhostRequest request;
    const char *name;
    const char *event;
    FakeVhostConfig config;
} Refusal;

static const Refusal refused_table = {
    VHOST_SET_MEM_TABLE, "SET_MEM_TABLE", "VHOST_USER_REQUEST_FAILED", { 0 }
};
static const Refusal refused_ring = {
    VHOST_IOTLB_MSG, "IOTLB_MSG", "VHOST_USER_START_FAILED",
    { .options = "linkdown=off", .iommu = true }
};

/*
 * A guest can have a device start, and be refused, as often as it likes: not
 * all of that is told, but how much.
 */
static void test_refuses_often(gconstpointer data)
{
    const Refusal *r = data;
    FakeVhost *f = fake_vhost_start(&r->config);
    gint64 told = 0, suppressed = 0, end_us = test_deadline_us(0);

    fake_vhost_wait_started(f);
    fake_vhost_link(f, false);
    test_vhost_fault(f->back, r->request, VHOST_REFUSE, 0, 0);
    while (!suppressed) {
        const QmpEvent *e;
        unsigned i;

        if (g_get_monotonic_time() > end_us) {
            test_fail("all of %d events were sent", (int)told);
        }
        for (i = 0; i < 50; i++) {
            fake_vhost_link(f, true);
            fake_vhost_link(f, false);
        }
        while (qmp_count_events(f->vm->qmp, r->event, QMP_ANY) > told) {
            e = qmp_wait_event(f->vm->qmp, r->event, 0,
                               "{'request': %s}", r->name);
            told++;
            suppressed += json_object_get_int_member_with_default(
                e->data, "suppressed", 0);
        }
    }
    g_assert_cmpint(told + suppressed, <=, member(f, "failures"));
    g_assert_cmpint(member(f, "failures"), <, told + suppressed + 100);
    g_assert_cmpint(told, <, member(f, "failures"));
    g_assert_cmpint(test_vhost_connections(f->back), ==, 1);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

static const QmpEvent *wait_start_failed(FakeVhost *f, unsigned vq,
                                         const char *action)
{
    const QmpEvent *e = qmp_wait_event(f->vm->qmp, "VHOST_USER_START_FAILED",
                                       0, "{'chardev': 'chr0', 'device':"
                                       " 'nic0', 'request': 'IOTLB_MSG',"
                                       " 'vq': %u}", vq);

    g_assert_cmpstr(json_object_get_string_member(e->data, "action"), ==,
                    action);
    g_assert_cmpint(json_object_get_int_member(e->data, "errno"), >, 0);
    g_assert_cmpint(json_object_get_int_member(e->data, "iova"), ==,
                    0x100000 + vq * 4 * 4096 + 8192);
    return e;
}

/* Refuse the update of the used ring of queue @vq. */
static void refuse_ring(FakeVhost *f, unsigned vq)
{
    test_vhost_fault_after(f->back, VHOST_IOTLB_MSG, VHOST_REFUSE, 0, vq);
}

/* A start whose IOTLB update is refused is none; after a repair it is one. */
static void test_iotlb(gconstpointer data)
{
    unsigned vq = GPOINTER_TO_UINT(data);
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .iommu = true, .queue_pairs = 2 });
    unsigned updates;

    test_vm_start(f->vm);
    refuse_ring(f, vq);
    fake_vhost_drive(f);
    wait_start_failed(f, vq, "link-down");
    fake_vhost_expect_none(f);
    qmp_sync(f->vm->qmp);
    g_assert_false(fake_vhost_has_carrier(f));
    g_assert_cmpint(test_vhost_connections(f->back), ==, 1);
    g_assert_cmpint(member(f, "failures"), ==, 1);
    fake_vhost_expect_last(f, "IOTLB_MSG", "refused");

    updates = test_vhost_count(f->back, VHOST_IOTLB_MSG);
    g_assert_cmpint(updates, ==, vq + 1);
    fake_vhost_link(f, true);
    fake_vhost_wait_started(f);
    g_assert_true(fake_vhost_has_carrier(f));
    g_assert_cmpint(test_vhost_count(f->back, VHOST_IOTLB_MSG), ==,
                    updates + 4);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* With linkdown=off the carrier stays, as in stock. */
static void test_iotlb_link_stays(void)
{
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .options = "linkdown=off", .iommu = true });

    test_vm_start(f->vm);
    refuse_ring(f, 0);
    fake_vhost_drive(f);
    wait_start_failed(f, 0, "stopped");
    qmp_sync(f->vm->qmp);
    g_assert_true(fake_vhost_has_carrier(f));
    g_assert_false(json_object_has_member(fake_vhost_query(f), "qom-path"));
    fake_vhost_link(f, false);
    fake_vhost_link(f, true);
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/*
 * A queue that the driver does not use is no reason not to start.  The host
 * asks about it all the same, and 10.0 minds the answer.
 */
static void test_iotlb_unused(void)
{
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .iommu = true, .queues = 1 });

    test_vm_start(f->vm);
    refuse_ring(f, 1);
    fake_vhost_drive(f);
    fake_vhost_expect(f, "IOTLB_MSG", "refused", "none");
    fake_vhost_expect_none(f);
    g_assert_cmpint(json_object_has_member(fake_vhost_query(f), "qom-path"),
                    ==, test_host_series() < 1000);
    fake_vhost_stop(f);
}

/* One failure, one event: here it is the channel's. */
static void test_iotlb_silence(void)
{
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .options = TIMEOUT, .iommu = true });

    test_vm_start(f->vm);
    test_vhost_fault(f->back, VHOST_IOTLB_MSG, VHOST_SILENCE, 0, 1);
    fake_vhost_drive(f);
    fake_vhost_expect(f, "IOTLB_MSG", "timeout", "disconnected");
    test_vhost_wait_connections(f->back, 2);
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* A back-end that reads nothing stops even what has no reply. */
static void test_full(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    const QmpEvent *e;

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_SEND_RARP, VHOST_DEAF, 0, 1);
    qmp_ok(f->vm->qmp, "announce-self", "{'initial': 1, 'max': 1,"
           " 'rounds': 1000, 'step': 1}");
    e = fake_vhost_expect(f, "SEND_RARP", "timeout", "disconnected");
    g_assert_cmpint(json_object_get_int_member(e->data, "elapsed-ms"), <,
                    TIMEOUT_MS + FAKE_VHOST_LATE_MS);
    test_vhost_hang_up(f->back, true);
    test_vhost_wait_connections(f->back, 2);
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    fake_vhost_stop(f);
}

/* Two back-ends, each of its own fate. */
static void test_two(void)
{
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .options = TIMEOUT });
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    JsonArray *channels;
    unsigned i;

    test_vm_args(f->vm, "-chardev socket,id=chr1,path=%s,reconnect=1"
                 " -netdev vhost-user,id=net1,chardev=chr1"
                 " -device virtio-net-pci,netdev=net1,vectors=0", path);
    test_vm_start(f->vm);
    fake_vhost_drive(f);
    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, VHOST_GET_VRING_BASE, VHOST_SILENCE, 0, 1);
    fake_vhost_link(f, false);
    fake_vhost_expect(f, "GET_VRING_BASE", "timeout", "disconnected");
    test_vhost_wait_connections(f->back, 2);
    channels = qmp_ok_array(f->vm->qmp, "query-vhost-user", QMP_ANY);
    g_assert_cmpint(json_array_get_length(channels), ==, 2);
    g_assert_cmpint(test_vhost_connections(other), ==, 1);
    /* The other's requests take as long as ever, once they are made. */
    for (i = 0; i < 2; i++) {
        JsonObject *c = json_array_get_object_element(channels, i);
        bool is_other = !strcmp(json_object_get_string_member(c, "chardev"),
                                "chr1");

        g_assert_cmpint(json_object_get_int_member(c, "failures"), ==,
                        is_other ? 0 : 1);
        g_assert_cmpint(json_object_get_int_member(c,
                                                   "longest-round-trip-ns"),
                        <, TIMEOUT_MS * 1000000);
    }
    test_vm_quit(f->vm);
    test_vhost_free(other);
    test_vhost_free(f->back);
    test_vm_free(f->vm);
    g_free(f);
}

static void plug(FakeVhost *f, const char *path)
{
    qmp_ok(f->vm->qmp, "chardev-add", "{'id': 'chr1', 'backend':"
           " {'type': 'socket', 'data': {'server': false, 'reconnect': 1,"
           " 'addr': {'type': 'unix', 'data': {'path': %s}}}}}", path);
    qmp_ok(f->vm->qmp, "netdev_add", "{'type': 'vhost-user', 'id': 'net1',"
           " 'chardev': 'chr1'}");
}

/* Channels end with their character devices. */
static void test_comes_and_goes(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    unsigned i;

    for (i = 0; i < 5; i++) {
        JsonArray *channels;

        plug(f, path);
        channels = qmp_ok_array(f->vm->qmp, "query-vhost-user", QMP_ANY);
        g_assert_cmpint(json_array_get_length(channels), ==, 2);
        /* This takes the character device along. */
        qmp_ok(f->vm->qmp, "netdev_del", "{'id': 'net1'}");
        qmp_sync(f->vm->qmp);
        channels = qmp_ok_array(f->vm->qmp, "query-vhost-user", QMP_ANY);
        g_assert_cmpint(json_array_get_length(channels), ==, 1);
    }
    g_assert_cmpint(test_vhost_connections(other), ==, 5);
    fake_vhost_expect_none(f);
    test_vhost_free(other);
    fake_vhost_stop(f);
}

/* Without the new one's being there before the module. */
static void test_new_hangs(void)
{
    FakeVhost *f = fake_vhost_start(&(FakeVhostConfig) {
        .options = TIMEOUT });
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    const QmpEvent *e;

    test_vhost_fault(other, VHOST_GET_FEATURES, VHOST_SILENCE, 0, 1);
    plug(f, path);
    e = qmp_wait_event(f->vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                       "{'chardev': 'chr1', 'request': 'GET_FEATURES',"
                       " 'reason': 'timeout'}");
    g_assert_false(json_object_has_member(e->data, "qom-path"));
    test_vhost_wait_connections(other, 2);
    fake_vhost_expect_none(f);
    test_vhost_free(other);
    fake_vhost_stop(f);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(hangs); i++) {
        g_autofree char *path = g_strconcat("/vhost-user-start/hang/",
                                            hangs[i].name, NULL);

        g_test_add_data_func(path, &hangs[i], test_hang);
    }
    for (i = 0; i < 4; i++) {
        g_autofree char *path =
            g_strdup_printf("/vhost-user-start/iotlb/refused-%u", i);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_iotlb);
    }
    g_test_add_func("/vhost-user-start/iotlb/link-stays",
                    test_iotlb_link_stays);
    g_test_add_func("/vhost-user-start/iotlb/unused", test_iotlb_unused);
    g_test_add_func("/vhost-user-start/iotlb/silence", test_iotlb_silence);
    g_test_add_func("/vhost-user-start/refuses", test_refuses);
    g_test_add_data_func("/vhost-user-start/refuses-often", &refused_table,
                         test_refuses_often);
    g_test_add_data_func("/vhost-user-start/iotlb/refuses-often",
                         &refused_ring, test_refuses_often);
    g_test_add_func("/vhost-user-start/full", test_full);
    g_test_add_func("/vhost-user-start/two", test_two);
    g_test_add_func("/vhost-user-start/comes-and-goes", test_comes_and_goes);
    g_test_add_func("/vhost-user-start/new-hangs", test_new_hangs);
    return g_test_run();
}
