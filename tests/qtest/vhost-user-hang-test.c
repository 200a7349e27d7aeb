/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: silence at what is asked of a device that runs. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "failure.h"
#include "fake-acpi.h"
#include "fake-vhost.h"

#define TIMEOUT_MS 1000
#define TIMEOUT "timeout=1000"

/* Where the write cache is switched in a disk's configuration. */
#define BLK_WCE 32

/* A request of a device that has started, and what causes it. */
typedef struct Hang {
    const char *name;
    TestVhostRequest request;
    FakeVhostConfig config;
    void (*cause)(FakeVhost *f);
    int from_series;            /* hosts before that do not ask */
} Hang;

static void start_again(FakeVhost *f)
{
    fake_vhost_link(f, false);
    fake_vhost_link(f, true);
}

static void switch_write_cache(FakeVhost *f)
{
    qtest_writeb(f->vm->qtest, fake_vhost_config(f) + BLK_WCE, 1);
}

static void unplug_memory(FakeVhost *f)
{
    FakeGuest guest = { .ops = &fake_acpi_memory, .vm = f->vm };

    guest.ops->set_up(&guest);
    qmp_ok(f->vm->qmp, "device_del", "{'id': 'dimm0'}");
    guest.ops->take(&guest);
    guest.ops->let_go(&guest);
    qmp_wait_event(f->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'dimm0'}");
}

/* The state is asked for when the VM has stopped; it goes on after that. */
static void migrate(FakeVhost *f)
{
    qmp_ok(f->vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true}]}");
    qmp_ok(f->vm->qmp, "migrate", "{'uri': 'exec:cat >/dev/null'}");
    qmp_wait_event(f->vm->qmp, "MIGRATION", 0, "{'status': 'failed'}");
}

static const Hang hangs[] = {
    { "REM_MEM_REG", VHOST_REM_MEM_REG, {
        .options = TIMEOUT,
        .protocol_features = VHOST_PROTOCOL_DEFAULT |
                             VHOST_PROTOCOL_MEM_SLOTS,
        .args = "-m 64M,slots=1,maxmem=256M"
                " -object memory-backend-memfd,id=mem1,size=64M,share=on"
                " -device pc-dimm,id=dimm0,memdev=mem1",
      }, unplug_memory, 0 },
    { "SET_CONFIG", VHOST_SET_CONFIG, {
        .options = TIMEOUT, .disk = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_CONFIG,
      }, switch_write_cache, 0 },
    { "NET_SET_MTU", VHOST_NET_SET_MTU, {
        .options = TIMEOUT, .mtu = true,
        .protocol_features = VHOST_PROTOCOL_DEFAULT | VHOST_PROTOCOL_MTU,
      }, start_again, 0 },
    { "SET_DEVICE_STATE_FD", VHOST_SET_DEVICE_STATE_FD, {
        .options = TIMEOUT,
        .protocol_features = VHOST_PROTOCOL_DEFAULT |
                             VHOST_PROTOCOL_DEVICE_STATE,
      }, migrate, 1000 },
    { "CHECK_DEVICE_STATE", VHOST_CHECK_DEVICE_STATE, {
        .options = TIMEOUT,
        .protocol_features = VHOST_PROTOCOL_DEFAULT |
                             VHOST_PROTOCOL_DEVICE_STATE,
      }, migrate, 1000 },
};

/* It ends with the timeout, and the back-end comes back. */
static void test_hang(gconstpointer data)
{
    const Hang *h = data;
    FakeVhost *f = fake_vhost_start(&h->config);
    const QmpEvent *e;
    JsonObject *channel;

    fake_vhost_wait_started(f);
    test_vhost_fault(f->back, h->request, VHOST_SILENCE, 0, 1);
    h->cause(f);
    e = fake_vhost_expect(f, h->name, "timeout", "disconnected");
    g_assert_cmpint(json_object_get_int_member(e->data, "elapsed-ms"), >=,
                    TIMEOUT_MS);
    g_assert_cmpint(json_object_get_int_member(e->data, "elapsed-ms"), <,
                    TIMEOUT_MS + FAKE_VHOST_LATE_MS);
    test_vhost_wait_connections(f->back, 2);
    fake_vhost_wait_started(f);
    fake_vhost_expect_none(f);
    channel = fake_vhost_query(f);
    g_assert_cmpint(json_object_get_int_member(channel, "timeouts"), ==, 1);
    g_assert_cmpint(json_object_get_int_member(channel, "failures"), ==, 1);
    fake_vhost_stop(f);
}

/* The rings of the first queue, as the driver of fake-vhost.h has them. */
#define RINGS_SIZE (3 * 4096)
#define AVAIL_INDEX (4096 + 2)
#define USED_INDEX (2 * 4096 + 2)

/*
 * A driver that polls, as a guest's CPU: without interrupts, and without
 * kicks, which KVM has go to the back-end by themselves, but TCG has not.
 */
static const uint8_t polling_driver[] = {
    0xb8, 0xff, 0xff,           /* mov ax, 0xffff */
    0x8e, 0xd8,                 /* mov ds, ax: from 0xffff0 on */
    0xa1, 0x12, 0x10,           /* again: mov ax, [avail.idx] */
    0x3b, 0x06, 0x12, 0x20,     /* cmp ax, [used.idx] */
    0x75, 0xf7,                 /* jne again */
    0xff, 0x06, 0x12, 0x10,     /* inc word [avail.idx] */
    0xeb, 0xf1,                 /* jmp again */
};

static void add_polling_driver(TestVm *vm)
{
    static const uint8_t reset[] = { 0xe9, 0x0d, 0xff };    /* jmp 0xff00 */
    g_autofree char *rom = g_malloc0(64 * 1024);
    g_autofree char *path = g_build_filename(vm->dir, "polling.rom", NULL);

    memcpy(rom + 0xff00, polling_driver, sizeof(polling_driver));
    memcpy(rom + 0xfff0, reset, sizeof(reset));
    g_assert_true(g_file_set_contents(path, rom, 64 * 1024, NULL));
    test_vm_arg(vm, "-bios", path, NULL);
}

/* Use @count buffers, each as soon as the driver has made it available. */
static void exchange(uint8_t *rings, unsigned count)
{
    uint16_t *avail = (uint16_t *)(rings + AVAIL_INDEX);
    uint16_t *used = (uint16_t *)(rings + USED_INDEX);
    gint64 end_us = test_deadline_us(0);

    while (count--) {
        while (__atomic_load_n(avail, __ATOMIC_ACQUIRE) == *used) {
            if (g_get_monotonic_time() > end_us) {
                test_fail("the guest's CPU stands still");
            }
            g_usleep(10);
        }
        __atomic_store_n(used, *used + 1, __ATOMIC_RELEASE);
    }
}

static void *map_rings(const char *ram)
{
    int fd = open(ram, O_RDWR | O_CLOEXEC);
    void *rings = mmap(NULL, RINGS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
                       fd, 0x100000);

    g_assert_true(rings != MAP_FAILED);
    close(fd);
    return rings;
}

static bool other_is_waited_for(FakeVhost *f)
{
    const QmpReply *reply = qmp_execute_oob(f->vm->qmp, "query-vhost-user",
                                            QMP_ANY);
    JsonArray *channels = json_node_get_array(reply->ret);
    bool found = false;
    unsigned i;

    for (i = 0; i < json_array_get_length(channels); i++) {
        JsonObject *c = json_array_get_object_element(channels, i);

        found |= json_object_has_member(c, "in-flight") &&
                 !strcmp(json_object_get_string_member(c, "chardev"),
                         "chr1");
    }
    return found;
}

/*
 * While QEMU waits for one back-end, with the BQL held, a guest's CPU and
 * another back-end exchange buffers.
 */
static void test_apart(void)
{
    FakeVhost *f = fake_vhost_new("vhost", &(FakeVhostConfig) {
        .options = "timeout=3600000", .args = "-machine memory-backend=ram" });
    g_autofree char *ram = g_build_filename(f->vm->dir, "ram", NULL);
    g_autofree char *path = g_build_filename(f->vm->dir, "other", NULL);
    TestVhost *other = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    uint8_t *rings;
    gint64 netdev;

    test_vm_args(f->vm, "-object memory-backend-file,id=ram,size=64M,"
                 "share=on,mem-path=%s -chardev socket,id=chr1,path=%s,"
                 "reconnect=1", ram, path);
    add_polling_driver(f->vm);
    test_vm_start(f->vm);
    rings = map_rings(ram);
    fake_vhost_drive(f);
    fake_vhost_wait_started(f);
    exchange(rings, 100);

    test_vhost_fault(other, VHOST_GET_FEATURES, VHOST_SILENCE, 0, 1);
    netdev = qmp_send(f->vm->qmp, "netdev_add", "{'type': 'vhost-user',"
                      " 'id': 'net1', 'chardev': 'chr1'}");
    test_vhost_wait(other, VHOST_GET_FEATURES, 1);
    while (!other_is_waited_for(f)) {
    }
    exchange(rings, 10000);
    g_assert_true(other_is_waited_for(f));
    test_vhost_hang_up(other, true);
    g_assert_cmpstr(qmp_reply(f->vm->qmp, netdev, 0)->error_desc, ==, NULL);
    exchange(rings, 100);
    g_assert_cmpint(test_vhost_connections(f->back), ==, 1);
    munmap(rings, RINGS_SIZE);
    test_vhost_free(other);
    fake_vhost_stop(f);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(hangs); i++) {
        g_autofree char *path = g_strconcat("/vhost-user-hang/",
                                            hangs[i].name, NULL);

        /* Others do not ask that. */
        if (test_host_series() >= hangs[i].from_series) {
            g_test_add_data_func(path, &hangs[i], test_hang);
        }
    }
    g_test_add_func("/vhost-user-hang/apart", test_apart);
    return g_test_run();
}
