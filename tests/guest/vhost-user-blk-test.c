/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: a Linux guest's disk in qemu-storage-daemon, come what may. */
#include "freeze.h"
#include "vhost-daemon.h"

#define DRIVER "/sys/bus/virtio/drivers/virtio_blk"
#define TIMEOUT "timeout=2000"

typedef struct Disk {
    TestVm *vm;
    const char *image;
    VhostDaemon *daemon;
} Disk;

static Disk start(void)
{
    Disk d = { .vm = test_vm_new("blk") };

    d.image = test_vm_disk(d.vm, "image", 64);
    d.daemon = vhost_daemon_new_disk(d.vm->dir, d.image);
    vhost_daemon_start(d.daemon);
    test_vm_args(d.vm, "-m 256M"
                 " -object memory-backend-memfd,id=mem0,size=256M,share=on"
                 " -chardev socket,id=chr0,path=%s,reconnect=1"
                 " -device vhost-user-blk-pci,id=blk0,chardev=chr0,vectors=0",
                 d.daemon->socket);
    test_vm_plugin(d.vm, "vhost-user", TIMEOUT);
    test_vm_guest(d.vm, "q35,memory-backend=mem0");
    test_vm_start(d.vm);
    guest_wait_ready(d.vm->guest, 0);
    guest_wait_disk(d.vm->guest, "/dev/vda");
    return d;
}

static void stop(Disk *d)
{
    test_vm_quit(d->vm);
    vhost_daemon_free(d->daemon);
    test_vm_free(d->vm);
}

/* Write something new to the disk; what it is known by. */
static char *fill(Disk *d)
{
    guest_ok(d->vm->guest, "dd if=/dev/urandom of=/tmp/data bs=1M count=8");
    guest_ok(d->vm->guest, "dd if=/tmp/data of=/dev/vda bs=1M && sync");
    return g_strdup(guest_ok(d->vm->guest, "md5sum < /tmp/data"));
}

/* It is there, for the guest, and in the file. */
static void check(Disk *d, const char *sum)
{
    g_autofree char *data = NULL, *have = NULL;
    gsize size;

    guest_ok(d->vm->guest, "echo 3 > /proc/sys/vm/drop_caches");
    g_assert_cmpstr(guest_ok(d->vm->guest, "dd if=/dev/vda bs=1M count=8"
                             " 2>/dev/null | md5sum"), ==, sum);
    g_assert_true(g_file_get_contents(d->image, &data, &size, NULL));
    have = g_compute_checksum_for_data(G_CHECKSUM_MD5, (guchar *)data,
                                       8 << 20);
    g_assert_true(g_str_has_prefix(sum, have));
}

static gint64 requests(const Disk *d)
{
    JsonArray *channels = qmp_ok_array(d->vm->qmp, "query-vhost-user",
                                       QMP_ANY);

    g_assert_cmpuint(json_array_get_length(channels), ==, 1);
    return json_object_get_int_member(
        json_array_get_object_element(channels, 0), "requests");
}

/* A daemon that dies and comes back.  The data do not pass the module. */
static void test_dies(void)
{
    Disk d = start();
    gint64 before = requests(&d);
    g_autofree char *sum = fill(&d);
    unsigned i;

    check(&d, sum);
    g_assert_cmpint(before, >, 0);
    g_assert_cmpint(requests(&d), ==, before);

    for (i = 0; i < 3; i++) {
        vhost_daemon_kill(d.daemon);
        vhost_daemon_wait(d.vm, false, false);
        vhost_daemon_start(d.daemon);
        vhost_daemon_wait(d.vm, true, true);
        check(&d, sum);
        g_free(sum);
        sum = fill(&d);
        check(&d, sum);
    }
    stop(&d);
}

/*
 * One that stands still while the guest lets go of the disk, and in the second
 * round also in the handshake of the next connection.  The request that waits
 * first is GET_VRING_BASE on 7.2, SET_VRING_ENABLE on 10.0.
 */
static void test_stands_still(void)
{
    Disk d = start();
    g_autofree char *sum = fill(&d);
    unsigned i;

    for (i = 0; i < 3; i++) {
        gint64 begun_us;

        test_freeze(d.daemon->pid);
        begun_us = g_get_monotonic_time();
        guest_start(d.vm->guest, "echo virtio0 > " DRIVER "/unbind");
        qmp_wait_event(d.vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                       "{'chardev': 'chr0', 'device': 'blk0',"
                       " 'reason': 'timeout', 'action': 'disconnected'}");
        qmp_sync(d.vm->qmp);
        g_test_message("%d ms from the unbind", (int)
                       (g_get_monotonic_time() - begun_us) / 1000);
        if (i == 1) {
            qmp_wait_event(d.vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                           "{'chardev': 'chr0', 'request': 'GET_FEATURES',"
                           " 'reason': 'timeout'}");
        }
        test_thaw(d.daemon->pid);
        guest_wait_until(d.vm->guest, 0, "! test -e " DRIVER "/virtio0");
        /* In stock, too, a disk that starts while it is not connected hangs. */
        vhost_daemon_wait(d.vm, true, false);
        guest_ok(d.vm->guest, "echo virtio0 > " DRIVER "/bind");
        guest_wait_disk(d.vm->guest, "/dev/vda");
        check(&d, sum);
        g_free(sum);
        sum = fill(&d);
        check(&d, sum);
    }
    qmp_expect_no_event(d.vm->qmp, "VHOST_USER_REQUEST_FAILED", 0,
                        "{'device': 'blk0'}");
    stop(&d);
}

static void run(gconstpointer test)
{
    if (vhost_daemon_is_there(VHOST_STORAGE)) {
        ((void (*)(void))test)();
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/vhost-user-blk/dies", test_dies, run);
    g_test_add_data_func("/vhost-user-blk/stands-still", test_stands_still,
                         run);
    return g_test_run();
}
