/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark: machines that make a vhost-user request after the other. */
#define _GNU_SOURCE
#include "bench-vhost-vm.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "failure.h"
#include "vhost-private.h"

/* What the back-end offers: version 1 and protocol features. */
#define FEATURES ((1ull << 30) | (1ull << 32))
#define PROTOCOL_FEATURES (VHOST_PROTOCOL_REPLY_ACK | VHOST_PROTOCOL_CONFIG)

/* The first requests of a run find cold caches. */
#define WARM_UP 200

struct RequestVm {
    TestVm *vm;
    char *path;
    int listener;
    GThread *thread;
    clockid_t cpu_clock;
    int cpu;                    /* where all of it runs; -1: anywhere */

    /* Shared, under @lock. */
    GMutex lock;
    GCond changed;
    unsigned wanted;            /* requests to come; 0: not counted */

    /* The thread's own, while requests are wanted. */
    uint32_t *gaps_ns;
    unsigned n;
    int64_t last_ns, begun_ns, begun_cpu_ns;
    int64_t took_ns, took_cpu_ns;
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Of a run, the first moment and the last. */
static void begin(RequestVm *r)
{
    r->begun_cpu_ns = now_ns(r->cpu_clock);
    r->begun_ns = r->last_ns = now_ns(CLOCK_MONOTONIC);
}

static void end(RequestVm *r)
{
    r->took_ns = r->last_ns - r->begun_ns;
    r->took_cpu_ns = now_ns(r->cpu_clock) - r->begun_cpu_ns;
    g_mutex_lock(&r->lock);
    r->wanted = 0;
    g_cond_broadcast(&r->changed);
    g_mutex_unlock(&r->lock);
}

static void count(RequestVm *r)
{
    unsigned wanted;
    int64_t now;

    g_mutex_lock(&r->lock);
    wanted = r->wanted;
    g_mutex_unlock(&r->lock);
    if (!wanted) {
        return;
    }
    if (++r->n == WARM_UP) {
        begin(r);
    } else if (r->n > WARM_UP) {
        now = now_ns(CLOCK_MONOTONIC);
        r->gaps_ns[r->n - WARM_UP - 1] = now - r->last_ns;
        r->last_ns = now;
        if (r->n == WARM_UP + wanted) {
            end(r);
        }
    }
}

/* Make @m its own reply; false: it has none. */
static bool answer(RequestVm *r, VhostMessage *m)
{
    bool wants_reply = m->h.flags & FLAG_NEED_REPLY;

    m->h.flags = FLAG_VERSION | FLAG_REPLY;
    switch (m->h.request) {
    case VHOST_GET_FEATURES:
        m->payload.word = FEATURES;
        break;
    case VHOST_GET_PROTOCOL_FEATURES:
        m->payload.word = PROTOCOL_FEATURES;
        break;
    case VHOST_GET_CONFIG:
        return true;
    case VHOST_SET_CONFIG:
        count(r);
        m->payload.word = 0;
        break;
    default:
        if (!wants_reply) {
            return false;
        }
        m->payload.word = 0;
        break;
    }
    m->h.size = sizeof(m->payload.word);
    return true;
}

static gpointer serve(gpointer opaque)
{
    RequestVm *r = opaque;
    int fd = accept(r->listener, NULL, NULL);
    VhostMessage m;
    cpu_set_t cpus;

    if (r->cpu >= 0) {
        CPU_ZERO(&cpus);
        CPU_SET(r->cpu, &cpus);
        sched_setaffinity(0, sizeof(cpus), &cpus);
    }
    while (fd >= 0 && vhost_socket_read(fd, &m)) {
        vhost_socket_close_fds(&m);
        if (answer(r, &m)) {
            vhost_socket_write(fd, &m, sizeof(m.h) + m.h.size);
        }
    }
    close(fd);
    return NULL;
}

static void listen_at(RequestVm *r)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    r->path = g_build_filename(r->vm->dir, "vhost", NULL);
    g_strlcpy(addr.sun_path, r->path, sizeof(addr.sun_path));
    r->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (r->listener < 0 ||
        bind(r->listener, (void *)&addr, sizeof(addr)) < 0 ||
        listen(r->listener, 1) < 0) {
        test_fail("cannot listen at %s: %m", r->path);
    }
}

/*
 * Firmware.  The first processor starts the others, all end up in a loop
 * that writes the last bit of "writeback", at 32 in the device's
 * configuration (virtio 1.2, 5.2.4), which is at 0xe0002000.
 */
static void add_rom(RequestVm *r)
{
    static const uint8_t reset[] = { 0xea, 0x00, 0xf0, 0x00, 0xf0 };
    static const uint8_t code[] = {
        0xea, 0x10, 0xf0, 0x00, 0xf0,       /* ff000: ljmp f000:f010 */
        [0x10] =
        0xfa,                               /* cli */
        0x2e, 0x66, 0x0f, 0x01, 0x16, 0x60, 0xf0, /* lgdtl %cs:f060 */
        0x0f, 0x20, 0xc0,                   /* mov %cr0, %eax */
        0x0c, 0x01,                         /* or $1, %al */
        0x0f, 0x22, 0xc0,                   /* mov %eax, %cr0 */
        0x66, 0xea, 0x30, 0xf0, 0x0f, 0x00, 0x08, 0x00, /* ljmpl 8:ff030 */
        [0x30] =
        0x66, 0xb8, 0x10, 0x00,             /* mov $10, %ax */
        0x8e, 0xd8,                         /* mov %eax, %ds */
        0xb9, 0x1b, 0x00, 0x00, 0x00,       /* mov $1b, %ecx */
        0x0f, 0x32,                         /* rdmsr: IA32_APIC_BASE */
        0xf6, 0xc4, 0x01,                   /* test $1, %ah: the first? */
        0x74, 0x0a,                         /* je again */
        0xc7, 0x05, 0x00, 0x03, 0xe0, 0xfe, /* movl $c46ff, fee00300: */
        0xff, 0x46, 0x0c, 0x00,             /* SIPI to the others, at ff000 */
        0x34, 0x01,                         /* again: xor $1, %al */
        0xa2, 0x20, 0x20, 0x00, 0xe0,       /* mov %al, e0002020 */
        0xeb, 0xf7,                         /* jmp again */
        [0x60] =
        0x17, 0x00, 0x68, 0xf0, 0x0f, 0x00, /* limit and base of the GDT */
        [0x68 + 8] =
        0xff, 0xff, 0x00, 0x00, 0x00, 0x9b, 0xcf, 0x00, /* code, 4 GiB */
        0xff, 0xff, 0x00, 0x00, 0x00, 0x93, 0xcf, 0x00, /* data, 4 GiB */
    };
    g_autofree char *rom = g_malloc0(64 * 1024);
    g_autofree char *path = g_build_filename(r->vm->dir, "loop.rom", NULL);
    g_autoptr(GError) error = NULL;

    memcpy(rom + 0xf000, code, sizeof(code));
    memcpy(rom + 0xfff0, reset, sizeof(reset));
    g_file_set_contents(path, rom, 64 * 1024, &error);
    g_assert_no_error(error);
    test_vm_arg(r->vm, "-bios", path, NULL);
}

/*
 * One processor waits for the back-end and the back-end for it.  On one of the
 * machine's processors the one goes on as soon as the other waits; on two, the
 * time that it takes to wake one is most of all, and differs from run to run.
 */
static void bind_to_cpu(RequestVm *r)
{
    g_autofree char *command = NULL;

    r->cpu = sched_getcpu();
    command = g_strdup_printf("taskset -c %d", r->cpu);
    test_vm_wrapper(r->vm, command);
}

RequestVm *request_vm_start(unsigned processors, bool module)
{
    RequestVm *r = g_new0(RequestVm, 1);
    QtestPci pci;

    r->vm = test_vm_new(module ? "annex" : "stock");
    r->cpu = -1;
    if (processors == 1) {
        bind_to_cpu(r);
    }
    g_mutex_init(&r->lock);
    g_cond_init(&r->changed);
    listen_at(r);
    r->thread = g_thread_new("vhost-backend", serve, r);
    test_vm_args(r->vm, "-machine q35 -m 64M -smp %u -S"
                 " -chardev socket,id=chr0,path=%s"
                 " -device vhost-user-blk-pci,chardev=chr0,addr=5,num-queues=1",
                 processors, r->path);
    if (module) {
        test_vm_plugin(r->vm, "vhost-user", NULL);
    }
    add_rom(r);
    test_vm_qtest(r->vm);
    test_vm_start(r->vm);
    pci = (QtestPci){ r->vm->qtest, 0, 5, 0 };
    /* Region 4, of 64 bits; the configuration is its third page. */
    qtest_pci_writel(&pci, 0x20, 0xe0000000);
    qtest_pci_writel(&pci, 0x24, 0);
    qtest_pci_enable(&pci);
    g_assert_cmpint(clock_getcpuclockid(r->vm->pid, &r->cpu_clock), ==, 0);
    return r;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

RequestRun request_vm_run(RequestVm *r, unsigned n)
{
    g_autofree uint32_t *gaps_ns = g_new(uint32_t, n);
    gint64 end_us = test_deadline_us(0);

    r->gaps_ns = gaps_ns;
    r->n = 0;
    g_mutex_lock(&r->lock);
    r->wanted = n;
    g_mutex_unlock(&r->lock);
    qmp_ok(r->vm->qmp, "cont", QMP_ANY);
    g_mutex_lock(&r->lock);
    while (r->wanted) {
        if (!g_cond_wait_until(&r->changed, &r->lock, end_us)) {
            test_fail("only %u requests of %u", r->n, n);
        }
    }
    g_mutex_unlock(&r->lock);
    qmp_ok(r->vm->qmp, "stop", QMP_ANY);
    qsort(gaps_ns, n, sizeof(*gaps_ns), compare);
    return (RequestRun) {
        .p10_us = gaps_ns[n / 10] / 1e3,
        .p50_us = gaps_ns[n / 2] / 1e3,
        .p99_us = gaps_ns[n - 1 - n / 100] / 1e3,
        .cpu_us = r->took_cpu_ns / 1e3 / n,
        .per_s = n * 1e9 / r->took_ns,
    };
}

void request_vm_stop(RequestVm *r)
{
    test_vm_quit(r->vm);
    g_thread_join(r->thread);
    close(r->listener);
    test_vm_free(r->vm);
    g_mutex_clear(&r->lock);
    g_cond_clear(&r->changed);
    g_free(r->path);
    g_free(r);
}
