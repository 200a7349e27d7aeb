/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: a virtio driver on vhost-user, and its back-end. */
#include "fake-vhost.h"

#include <string.h>
#include "failure.h"

/* virtio 1.2, 4.1.4. */
#define CAP_VENDOR 0x09
#define CAP_TYPE 3
#define CAP_BAR 4
#define CAP_OFFSET 8
#define TYPE_COMMON 1
#define TYPE_DEVICE 4
#define BAR_ADDRESS 0xe0000000

/* Fields of the common configuration, 4.1.4.3. */
#define DEVICE_FEATURE_SELECT 0
#define DEVICE_FEATURE 4
#define DRIVER_FEATURE_SELECT 8
#define DRIVER_FEATURE 12
#define DEVICE_STATUS 20
#define QUEUE_SELECT 22
#define QUEUE_SIZE 24
#define QUEUE_ENABLE 28
#define QUEUE_DESC 32
#define QUEUE_DRIVER 40
#define QUEUE_DEVICE 48

#define STATUS_DRIVER 3
#define STATUS_FEATURES_OK 8
#define STATUS_DRIVER_OK 4

/* Bits of the first word: several queue pairs need the last two. */
#define FEATURE_MTU (1u << 3)
#define FEATURE_CTRL_VQ (1u << 17)
#define FEATURE_MQ (1u << 22)

/* Bits of the second word. */
#define FEATURE_VERSION_1 (1u << 0)
#define FEATURE_IOMMU (1u << 1)

/* Of virtio-net's own configuration. */
#define NET_STATUS 6
#define NET_LINK_UP 1

/* What the card needs to be behind an IOMMU. */
#define IOMMU ",iommu_platform=on,disable-legacy=on"

/* Has QEMU inherit a connection to a socket; which descriptor that is. */
#define CONNECT "python3 -c '"                                          \
    "import os, socket, sys;"                                           \
    "s = socket.socket(socket.AF_UNIX);"                                \
    "s.connect(sys.argv[1]);"                                           \
    "os.dup2(s.fileno(), 60);"                                          \
    "os.execvp(sys.argv[2], sys.argv[2:])'"
#define CONNECTED_FD ",fd=60"

/* Where the rings are; of queue N, N pages of four on. */
#define RINGS 0x100000
#define RING_ENTRIES 16

/* Stock crashes with MSI-X vectors of vhost-user on TCG. */
static void add_device(FakeVhost *f, const FakeVhostConfig *config)
{
    if (config->iommu) {
        test_vm_args(f->vm, "-device intel-iommu");
    }
    if (config->disk) {
        test_vm_args(f->vm, "-device vhost-user-blk-pci,id=blk0,chardev=chr0,"
                     "addr=5,vectors=0,num-queues=2");
    } else {
        test_vm_args(f->vm, "-netdev vhost-user,id=net0,chardev=chr0,"
                     "queues=%u -device virtio-net-pci,id=nic0,netdev=net0,"
                     "addr=5,vectors=0%s%s%s", f->queue_pairs,
                     f->queue_pairs > 1 ? ",mq=on" : "",
                     config->mtu ? ",host_mtu=1400" : "",
                     config->iommu ? IOMMU : "");
    }
}

static void add_memcheck(FakeVhost *f)
{
    if (g_getenv("ANNEX_VHOST_VALGRIND")) {
        f->checked = true;
        f->memcheck = memcheck_begin();
        test_vm_wrapper(f->vm, f->memcheck.command);
    }
}

static void add_chardev(FakeVhost *f, const FakeVhostConfig *config,
                        const char *path)
{
    g_autofree char *command = NULL;

    if (config->by_fd) {
        command = g_strdup_printf(CONNECT " %s", path);
        test_vm_wrapper(f->vm, command);
        test_vm_args(f->vm, "-chardev socket,id=chr0" CONNECTED_FD);
    } else {
        test_vm_args(f->vm, "-chardev socket,id=chr0,path=%s%s", path,
                     config->no_reconnect ? "" : ",reconnect=1");
    }
}

FakeVhost *fake_vhost_new(const char *name, const FakeVhostConfig *config)
{
    FakeVhost *f = g_new0(FakeVhost, 1);
    g_autofree char *path = NULL;

    f->vm = test_vm_new(name);
    f->queue_pairs = config->queue_pairs ? config->queue_pairs : 1;
    f->queues = config->queues ? config->queues : 2 * f->queue_pairs;
    f->iommu = config->iommu;
    f->mtu = config->mtu;
    path = g_build_filename(f->vm->dir,
                            config->socket ? config->socket : "vhost", NULL);
    f->back = test_vhost_new(path, config->protocol_features
                                   ? config->protocol_features
                                   : VHOST_PROTOCOL_DEFAULT);
    test_vm_args(f->vm, "-machine q35,memory-backend=mem0 -m 64M"
                 " -object memory-backend-memfd,id=mem0,size=64M,share=on %s",
                 config->args ? config->args : "");
    add_chardev(f, config, path);
    add_device(f, config);
    add_memcheck(f);
    if (!config->stock) {
        test_vm_plugin(f->vm, "vhost-user", config->options);
    }
    test_vm_halt_rom(f->vm);
    test_vm_qtest(f->vm);
    return f;
}

FakeVhost *fake_vhost_start(const FakeVhostConfig *config)
{
    FakeVhost *f = fake_vhost_new("vhost", config);

    test_vm_start(f->vm);
    fake_vhost_drive(f);
    return f;
}

void fake_vhost_stop(FakeVhost *f)
{
    test_vm_quit(f->vm);
    if (f->checked) {
        memcheck_end(&f->memcheck);
    }
    fake_vhost_free_ended(f);
}

void fake_vhost_free_ended(FakeVhost *f)
{
    test_vhost_free(f->back);
    test_vm_free(f->vm);
    g_free(f);
}

/* The capability of the vendor's kind, of @type. */
static uint8_t find_cap(const QtestPci *pci, uint8_t type)
{
    uint8_t cap = qtest_pci_find_cap(pci, CAP_VENDOR);

    while (cap && (qtest_pci_readb(pci, cap) != CAP_VENDOR ||
                   qtest_pci_readb(pci, cap + CAP_TYPE) != type)) {
        cap = qtest_pci_readb(pci, cap + 1);
    }
    g_assert_cmpint(cap, !=, 0);
    return cap;
}

static void map(FakeVhost *f)
{
    uint8_t cap, bar;

    f->pci = (QtestPci){ f->vm->qtest, 0, 5, 0 };
    cap = find_cap(&f->pci, TYPE_COMMON);
    bar = 0x10 + 4 * qtest_pci_readb(&f->pci, cap + CAP_BAR);
    qtest_pci_writel(&f->pci, bar, BAR_ADDRESS);
    qtest_pci_writel(&f->pci, bar + 4, 0);
    qtest_pci_enable(&f->pci);
    f->common = BAR_ADDRESS + qtest_pci_readl(&f->pci, cap + CAP_OFFSET);
}

static void set_status(FakeVhost *f, uint8_t status)
{
    qtest_writeb(f->vm->qtest, f->common + DEVICE_STATUS, status);
}

void fake_vhost_reset(FakeVhost *f)
{
    set_status(f, 0);
}

static void write_feature(FakeVhost *f, unsigned word, uint32_t bits)
{
    QtestClient *q = f->vm->qtest;

    qtest_writel(q, f->common + DRIVER_FEATURE_SELECT, word);
    qtest_writel(q, f->common + DRIVER_FEATURE, bits);
}

static void set_up_queue(FakeVhost *f, unsigned queue)
{
    QtestClient *q = f->vm->qtest;
    uint64_t rings = RINGS + 4 * 4096 * queue;

    qtest_writew(q, f->common + QUEUE_SELECT, queue);
    qtest_writew(q, f->common + QUEUE_SIZE, RING_ENTRIES);
    qtest_writel(q, f->common + QUEUE_DESC, rings);
    qtest_writel(q, f->common + QUEUE_DESC + 4, 0);
    qtest_writel(q, f->common + QUEUE_DRIVER, rings + 4096);
    qtest_writel(q, f->common + QUEUE_DRIVER + 4, 0);
    qtest_writel(q, f->common + QUEUE_DEVICE, rings + 8192);
    qtest_writel(q, f->common + QUEUE_DEVICE + 4, 0);
    qtest_writew(q, f->common + QUEUE_ENABLE, 1);
}

void fake_vhost_drive(FakeVhost *f)
{
    unsigned i;

    map(f);
    set_status(f, 0);
    set_status(f, STATUS_DRIVER);
    write_feature(f, 0, (f->queue_pairs > 1 ? FEATURE_CTRL_VQ | FEATURE_MQ
                                            : 0) |
                        (f->mtu ? FEATURE_MTU : 0));
    write_feature(f, 1, FEATURE_VERSION_1 | (f->iommu ? FEATURE_IOMMU : 0));
    set_status(f, STATUS_DRIVER | STATUS_FEATURES_OK);
    g_assert_cmpint(qtest_readb(f->vm->qtest, f->common + DEVICE_STATUS), ==,
                    STATUS_DRIVER | STATUS_FEATURES_OK);
    for (i = 0; i < f->queues; i++) {
        set_up_queue(f, i);
    }
    set_status(f, STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}

void fake_vhost_link(FakeVhost *f, bool up)
{
    qmp_ok(f->vm->qmp, "set_link", "{'name': 'net0', 'up': %p}",
           json_node_init_boolean(json_node_alloc(), up));
}

void fake_vhost_wait_started(FakeVhost *f)
{
    gint64 end_us = test_deadline_us(0);

    while (!json_object_has_member(fake_vhost_query(f), "qom-path")) {
        if (g_get_monotonic_time() > end_us) {
            test_fail("the device does not start");
        }
        g_usleep(10 * 1000);
    }
    /* It is noted at the begin of the last step. */
    qmp_sync(f->vm->qmp);
}

uint32_t fake_vhost_config(FakeVhost *f)
{
    uint8_t cap = find_cap(&f->pci, TYPE_DEVICE);

    return BAR_ADDRESS + qtest_pci_readl(&f->pci, cap + CAP_OFFSET);
}

bool fake_vhost_has_carrier(FakeVhost *f)
{
    return qtest_readw(f->vm->qtest, fake_vhost_config(f) + NET_STATUS) &
           NET_LINK_UP;
}

JsonObject *fake_vhost_query(FakeVhost *f)
{
    const QmpReply *reply = qmp_execute_oob(f->vm->qmp, "query-vhost-user",
                                            QMP_ANY);
    JsonArray *channels;
    JsonObject *found = NULL;
    unsigned i;

    g_assert_cmpstr(reply->error_desc, ==, NULL);
    channels = json_node_get_array(reply->ret);
    for (i = 0; i < json_array_get_length(channels) && !found; i++) {
        JsonObject *c = json_array_get_object_element(channels, i);

        if (!strcmp(json_object_get_string_member(c, "chardev"), "chr0")) {
            found = c;
        }
    }
    g_assert_nonnull(found);
    return found;
}

void fake_vhost_expect_last(FakeVhost *f, const char *request,
                            const char *reason)
{
    JsonObject *last = json_object_get_object_member(fake_vhost_query(f),
                                                     "last-failure");

    g_assert_nonnull(last);
    g_assert_cmpstr(json_object_get_string_member(last, "request"), ==,
                    request);
    g_assert_cmpstr(json_object_get_string_member(last, "reason"), ==,
                    reason);
}

const QmpEvent *fake_vhost_expect(FakeVhost *f, const char *request,
                                  const char *reason, const char *action)
{
    const QmpEvent *e = qmp_wait_event(f->vm->qmp,
                                       "VHOST_USER_REQUEST_FAILED", 0,
                                       QMP_ANY);

    g_assert_cmpstr(json_object_get_string_member(e->data, "chardev"), ==,
                    "chr0");
    g_assert_cmpstr(json_object_get_string_member(e->data, "request"), ==,
                    request);
    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    reason);
    g_assert_cmpstr(json_object_get_string_member(e->data, "action"), ==,
                    action);
    return e;
}

void fake_vhost_expect_none(FakeVhost *f)
{
    qmp_expect_no_event(f->vm->qmp, "VHOST_USER_REQUEST_FAILED", 0, QMP_ANY);
    qmp_expect_no_event(f->vm->qmp, "VHOST_USER_START_FAILED", 0, QMP_ANY);
}
