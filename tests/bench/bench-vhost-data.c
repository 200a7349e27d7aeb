/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: a guest's data through vhost-user, which no module touches. */
#include <stdio.h>
#include <stdlib.h>
#include "bench-vhost.h"
#include "freeze.h"
#include "vhost-daemon.h"

#define DISK_MIB 256
#define SEND_MS 2000

/* The wire takes frames as they are, and completes none. */
#define CARD "virtio-net-pci,vectors=0,csum=off,gso=off"

#define SENT "/sys/class/net/eth0/statistics/tx_bytes"

/* A guest with a disk, or with two cards and a wire between them. */
typedef struct DataVm {
    TestVm *vm;
    VhostDaemon *daemon;
} DataVm;

static DataVm new(bool module)
{
    DataVm d = { .vm = test_vm_new(module ? "annex" : "stock") };

    test_vm_args(d.vm, "-m 256M"
                 " -object memory-backend-memfd,id=mem0,size=256M,share=on");
    test_vm_guest(d.vm, "q35,memory-backend=mem0");
    if (module) {
        test_vm_plugin(d.vm, "vhost-user", NULL);
    }
    return d;
}

static void stop(DataVm *d)
{
    test_vm_quit(d->vm);
    vhost_daemon_free(d->daemon);
    test_vm_free(d->vm);
}

static DataVm start_disk(bool module)
{
    DataVm d = new(module);

    d.daemon = vhost_daemon_new_disk(d.vm->dir,
                                     test_vm_disk(d.vm, "image", DISK_MIB));
    vhost_daemon_start(d.daemon);
    test_vm_args(d.vm, "-chardev socket,id=chr0,path=%s"
                 " -device vhost-user-blk-pci,chardev=chr0,vectors=0",
                 d.daemon->socket);
    test_vm_start(d.vm);
    guest_wait_ready(d.vm->guest, 0);
    guest_wait_disk(d.vm->guest, "/dev/vda");
    return d;
}

/* MiB in a second. */
static double read_disk(DataVm *d)
{
    gint64 begun_us = g_get_monotonic_time();

    guest_ok(d->vm->guest, "dd if=/dev/vda of=/dev/null bs=1M count=%d"
             " iflag=direct", DISK_MIB);
    return DISK_MIB * 1e6 / (g_get_monotonic_time() - begun_us);
}

/* The second card is in a network of its own; all goes over the wire. */
static void send_for_ever(DataVm *d)
{
    guest_start(d->vm->guest, "unshare -n sleep 1000000");
    guest_wait_until(d->vm->guest, 0, "pidof sleep");
    guest_ok(d->vm->guest, "ip link set eth1 netns $(pidof sleep)");
    guest_ok(d->vm->guest, "nsenter -t $(pidof sleep) -n sh -c"
             " 'ip link set eth1 up && ip addr add 10.0.0.2/24 dev eth1'");
    guest_ok(d->vm->guest, "ip link set eth0 up &&"
             " ip addr add 10.0.0.1/24 dev eth0");
    /* Both ends go on for as long as their input does. */
    guest_start(d->vm->guest, "tail -f /dev/null | nsenter -t $(pidof sleep)"
                " -n nc -l -p 9 > /dev/null");
    guest_wait_until(d->vm->guest, 0, "ping -c 1 -W 1 10.0.0.2");
    guest_wait_until(d->vm->guest, 0, "nsenter -t $(pidof sleep) -n"
                     " netstat -ltn | grep -q :9");
    guest_start(d->vm->guest, "nc 10.0.0.2 9 < /dev/zero");
    guest_wait_until(d->vm->guest, 0, "test $(cat " SENT ") -gt 1000000");
}

static DataVm start_wire(bool module)
{
    DataVm d = new(module);

    d.daemon = vhost_daemon_new_wire(d.vm->dir);
    vhost_daemon_start(d.daemon);
    test_vm_args(d.vm, "-chardev socket,id=chr0,path=%s"
                 " -netdev vhost-user,id=net0,chardev=chr0"
                 " -device " CARD ",netdev=net0,mac=52:54:00:00:00:01"
                 " -chardev socket,id=chr1,path=%s2"
                 " -netdev vhost-user,id=net1,chardev=chr1"
                 " -device " CARD ",netdev=net1,mac=52:54:00:00:00:02",
                 d.daemon->socket, d.daemon->socket);
    test_vm_start(d.vm);
    guest_wait_ready(d.vm->guest, 0);
    send_for_ever(&d);
    qmp_ok(d.vm->qmp, "stop", QMP_ANY);
    test_freeze(d.daemon->pid);
    return d;
}

static double sent_mib(DataVm *d, gint64 *when_us)
{
    const char *bytes = guest_ok(d->vm->guest, "cat " SENT);

    *when_us = g_get_monotonic_time();
    return strtod(bytes, NULL) / (1 << 20);
}

/* MiB in a second, while the other machine stands still. */
static double send(DataVm *d)
{
    gint64 begun_us, ended_us;
    double mib;

    test_thaw(d->daemon->pid);
    qmp_ok(d->vm->qmp, "cont", QMP_ANY);
    /* It may take TCP a moment to see that all is as before. */
    g_usleep(SEND_MS / 4 * 1000);
    mib = sent_mib(d, &begun_us);
    g_usleep(SEND_MS * 1000);
    mib = sent_mib(d, &ended_us) - mib;
    qmp_ok(d->vm->qmp, "stop", QMP_ANY);
    test_freeze(d->daemon->pid);
    return mib * 1e6 / (ended_us - begun_us);
}

typedef struct DataKind {
    const char *key;
    const char *what;
    DataVm (*start)(bool module);
    double (*measure)(DataVm *d);
} DataKind;

static const DataKind kinds[] = {
    { "disk", "a disk, read (MiB/s)", start_disk, read_disk },
    { "net", "TCP over a wire (MiB/s)", start_wire, send },
};

static void measure(const BenchOptions *o, const DataKind *kind)
{
    DataVm vms[] = { kind->start(false), kind->start(true) };
    BenchPair pair = bench_pair_new();
    unsigned j;
    int i;

    /* The first finds cold caches. */
    kind->measure(&vms[0]);
    kind->measure(&vms[1]);
    for (i = 0; i < o->transfers; i++) {
        for (j = 0; j < 2; j++) {
            unsigned n = (i + j) & 1;

            bench_samples_add(n ? pair.annex : pair.stock,
                              kind->measure(&vms[n]));
        }
    }
    bench_vhost_print(kind->key, kind->what, &pair, false);
    test_thaw(vms[0].daemon->pid);
    test_thaw(vms[1].daemon->pid);
    stop(&vms[0]);
    stop(&vms[1]);
    bench_pair_free(&pair);
}

void bench_vhost_data(const BenchOptions *o)
{
    unsigned i;

    printf("A Linux guest's data, through " VHOST_STORAGE " and "
           VHOST_TESTPMD "\n");
    report_number("target-data-ratio", BENCH_VHOST_TARGET_DATA);
    for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
        measure(o, &kinds[i]);
    }
}
