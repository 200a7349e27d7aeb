/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Linux guest that migrates by postcopy, through a link that breaks. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "guest-migration.h"
#include "postcopy-guest.h"

/* What the guest's check of its memory leaves to others. */
#define RESERVE_MIB 16

/* Of 256 MiB, or of 224 where a case takes some, what is checked at least. */
#define LEAST_MIB 112

/*
 * Of 256 MiB, how many are there before the guest moves, among them most of
 * its kernel; and how fast they come.
 */
#define BEFORE_MIB 72
#define BEFORE (64 * 1024 * 1024)

/*
 * How much comes each second, apart from what the guest waits for: while it
 * fetches what it always uses, later, and at the end.
 */
#define WARM (1024 * 1024)
#define SLOW (128 * 1024)
#define FAST (1024 * 1024 * 1024)

const PostcopySetup postcopy_setups[] = {
    { "x86-2", "x86_64", "q35", "-accel tcg,thread=multi", 2 },
    { "x86-1", "x86_64", "q35", "-accel tcg,thread=multi", 1 },
    { "x86-8", "x86_64", "q35", "-accel tcg,thread=multi", 8 },
    { "x86-2-single", "x86_64", "q35", "-accel tcg,thread=single", 2 },
    { "x86-8-single", "x86_64", "q35", "-accel tcg,thread=single", 8 },
    /* A second vCPU loses its clock there, see guest_migration_rest(). */
    { "ppc64-1", "ppc64", TEST_PSERIES, "-accel tcg,thread=multi", 1 },
    { "ppc64-1-single", "ppc64", TEST_PSERIES, "-accel tcg,thread=single", 1 },
    {}
};

/* Stops when all that there is has been written to, until it is continued. */
static const char memory_begin[] =
    "mkdir -p /m; mount -t ramfs m /m; annex-memory /m %d &";

static const char memory_is_stopped[] =
    "grep -q '^State:.T' /proc/$(pidof annex-memory)/status";

/*
 * Blocks of a disk, 64 KiB each.  Each is of one generation, told by its
 * contents.  What was written is all read in the end.
 */
static const char disk_checker[] =
    "n=64; g=0; i=0; while [ ! -e /m/stop ]; do"
    " yes \"$g $i\" | head -c 65536 |"
    " dd of=/dev/vda bs=64k seek=$i conv=notrunc,fsync 2> /dev/null;"
    " i=$((i + 1)); [ $i -lt $n ] || { i=0; g=$((g + 1)); }; done;"
    " echo 3 > /proc/sys/vm/drop_caches;"
    " j=0; while [ $j -lt $n ]; do k=$((g - (j >= i)));"
    " dd if=/dev/vda bs=64k skip=$j count=1 2> /dev/null > /m/block;"
    " [ $k -lt 0 ] || yes \"$k $j\" | head -c 65536 | cmp -s - /m/block ||"
    " echo \"disk $g $i $j\" >> /m/bad; j=$((j + 1)); done;"
    " echo \"disk: $((g * n + i)) writes\" >> /m/done";

static TestVm *make_vm(const PostcopySetup *setup, const char *name,
                       const char *options)
{
    TestVm *vm = test_vm_new_arch(name, setup->arch);

    test_vm_args(vm, "-smp %u %s", setup->vcpus, setup->args);
    test_vm_guest(vm, setup->machine);
    /* On a busy host it finds that its timer does not tick, and gives up. */
    test_vm_guest_append(vm, "no_timer_check");
    if (options) {
        test_vm_plugin(vm, "postcopy", options);
    }
    return vm;
}

static void add_disk(TestVm *vm, const char *path)
{
    test_vm_args(vm, "-drive file=%s,format=raw,if=none,id=d,"
                 "file.locking=off -device virtio-blk-pci,drive=d", path);
}

static void set_capability(TestVm *vm, const char *name)
{
    qmp_ok(vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': %s, 'state': true}]}", name);
}

PostcopyPair *postcopy_pair_new(const PostcopySetup *setup,
                                const char *options)
{
    PostcopyPair *p = g_new0(PostcopyPair, 1);
    g_autofree char *path = NULL;
    const char *disk;

    p->vcpus = setup->vcpus;
    p->from = make_vm(setup, "from", options);
    p->to = make_vm(setup, "to", options);
    disk = test_vm_disk(p->from, "disk", 8);
    add_disk(p->from, disk);
    add_disk(p->to, disk);
    test_vm_migrates(p->from);
    test_vm_arrives(p->to);
    test_vm_args(p->to, "-incoming defer");
    path = g_strdup_printf("%s/link", p->from->dir);
    p->link = test_link_new(path);
    return p;
}

static void start_checkers(PostcopyPair *p, GuestConsole *guest)
{
    guest_ok(guest, "kill -CONT $(pidof annex-memory)");
    p->checkers = 1;
    if (p->use_disk) {
        guest_start(guest, "%s", disk_checker);
        p->checkers++;
    }
}

/* Most of what the guest has got is what it checks. */
static void fill_memory(GuestConsole *guest)
{
    guest_ok(guest, memory_begin, RESERVE_MIB);
    guest_wait_until(guest, 300000, "[ -s /m/filled ]");
    guest_wait_until(guest, 0, "%s", memory_is_stopped);
    g_assert_cmpint(atoi(guest_ok(guest, "cat /m/filled")), >,
                    LEAST_MIB);
}

/* A PowerPC guest has to rest: it checks itself at the destination alone. */
static bool has_to_rest(PostcopyPair *p)
{
    return !strcmp(p->from->arch, "ppc64");
}

static void boot(PostcopyPair *p)
{
    GuestConsole *guest;

    test_vm_start(p->from);
    guest = p->from->guest;
    guest_wait_ready(guest, 0);
    fill_memory(guest);
    if (has_to_rest(p)) {
        guest_migration_rest(p->from);
    } else {
        start_checkers(p, guest);
    }
}

void postcopy_pair_count(PostcopyPair *p)
{
    const char *path = test_vm_disk(p->to, "instructions", 1);
    g_autofree char *value = g_strdup_printf(
        "%s,to=%s", test_host_test_module("insn-count"), path);
    int fd = open(path, O_RDWR | O_CLOEXEC);

    p->instructions = mmap(NULL, sizeof(*p->instructions),
                           PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(p->instructions != MAP_FAILED);
    close(fd);
    test_vm_arg(p->to, "-plugin", value, NULL);
}

guint64 postcopy_instructions(PostcopyPair *p)
{
    return __atomic_load_n(p->instructions, __ATOMIC_RELAXED);
}

/* A new socket at the destination; the link goes there. */
static const char *new_socket(PostcopyPair *p)
{
    g_autofree char *path = g_strdup_printf("%s/in%u", p->to->dir,
                                            p->sockets++);
    g_autofree char *uri = g_strdup_printf("unix:%s", path);

    test_link_to(p->link, path);
    return g_intern_string(uri);
}

void postcopy_wait_status(TestVm *vm, const char *status)
{
    qmp_wait_event(vm->qmp, "MIGRATION", 0, "{'status': %s}", status);
}

/* From the source to the link. */
static char *source_uri(PostcopyPair *p)
{
    return g_strdup_printf("unix:%s/link", p->from->dir);
}

static void set_background(PostcopyPair *p, unsigned bytes)
{
    qmp_ok(p->from->qmp, "migrate-set-parameters",
           "{'max-postcopy-bandwidth': %u}", bytes);
}

static void wait_until_begun(PostcopyPair *p)
{
    JsonObject *answer;

    postcopy_wait_status(p->from, "active");
    do {
        g_usleep(20 * 1000);
        answer = qmp_ok(p->from->qmp, "query-migrate", QMP_ANY);
        answer = json_object_get_object_member(answer, "ram");
    } while (json_object_get_int_member(answer, "transferred") >> 20 <
             BEFORE_MIB);
}

/*
 * Have the guest fetch what it always uses.  Its devices use some of that,
 * and the processor where TCG has it take an interrupt, in QEMU's main thread
 * or with the lock that this waits for: those would be blocked by a cut.
 */
static void warm_up(PostcopyPair *p)
{
    int i;

    for (i = 0; i < 10; i++) {
        guest_ok(p->to->guest, "cat /proc/interrupts");
    }
}

void postcopy_pair_begin(PostcopyPair *p)
{
    g_autofree char *uri = source_uri(p);

    boot(p);
    test_vm_start(p->to);
    set_capability(p->from, "postcopy-ram");
    set_capability(p->from, "events");
    set_capability(p->to, "postcopy-ram");
    if (!p->no_events) {
        set_capability(p->to, "events");
    }
    if (p->use_preempt) {
        set_capability(p->from, "postcopy-preempt");
        set_capability(p->to, "postcopy-preempt");
    }
    qmp_ok(p->to->qmp, "migrate-incoming", "{'uri': %s}", new_socket(p));
    set_background(p, WARM);
    qmp_ok(p->from->qmp, "migrate-set-parameters", "{'max-bandwidth': %d}",
           BEFORE);
    qmp_ok(p->from->qmp, "migrate", "{'uri': %s}", uri);
    wait_until_begun(p);
    if (p->cut_early) {
        test_link_freeze(p->link, true);
        return;
    }
    qmp_ok(p->from->qmp, "migrate-start-postcopy", QMP_ANY);
    qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
    postcopy_wait_status(p->from, "postcopy-active");
    if (has_to_rest(p)) {
        guest_poke(p->to->guest);
        start_checkers(p, p->to->guest);
    }
    warm_up(p);
    set_background(p, SLOW);
}

void postcopy_pair_wait_paused(PostcopyPair *p)
{
    postcopy_wait_status(p->from, "postcopy-paused");
    if (!p->no_events) {
        postcopy_wait_status(p->to, "postcopy-paused");
    }
}

void postcopy_pair_cut(PostcopyPair *p)
{
    test_link_cut(p->link);
    postcopy_pair_wait_paused(p);
}

void postcopy_pair_reconnect(PostcopyPair *p)
{
    g_autofree char *uri = source_uri(p);
    const QmpReply *r = qmp_execute_oob(p->to->qmp, "migrate-recover",
                                        "{'uri': %s}", new_socket(p));

    g_assert_null(r->error_class);
    qmp_ok(p->from->qmp, "migrate", "{'uri': %s, 'resume': true}", uri);
}

void postcopy_pair_recover(PostcopyPair *p)
{
    postcopy_pair_reconnect(p);
    postcopy_wait_status(p->from, "postcopy-recover");
    postcopy_wait_status(p->from, "postcopy-active");
    if (!p->no_events) {
        postcopy_wait_status(p->to, "postcopy-recover");
        postcopy_wait_status(p->to, "postcopy-active");
    }
}

static void check_guest(PostcopyPair *p)
{
    GuestConsole *guest = p->to->guest;
    const char *bad;

    guest_ok(guest, "touch /m/stop");
    guest_wait_until(guest, 600000, "[ $(wc -l < /m/done) = %u ]",
                     p->checkers);
    bad = guest_ok(guest, "[ ! -e /m/bad ] || cat /m/bad");
    g_assert_cmpstr(bad, ==, "");
    g_test_message("%s", guest_ok(guest, "cat /m/done"));
}

void postcopy_pair_finish(PostcopyPair *p)
{
    test_link_rate(p->link, 0);
    set_background(p, FAST);
    postcopy_wait_status(p->from, "completed");
    postcopy_expect_status(p, "running");
    check_guest(p);
}

void postcopy_pair_free(PostcopyPair *p)
{
    test_vm_kill(p->from);
    if (p->to->pid) {
        test_vm_kill(p->to);
    }
    if (p->instructions) {
        munmap(p->instructions, sizeof(*p->instructions));
    }
    test_link_free(p->link);
    test_vm_free(p->from);
    test_vm_free(p->to);
    g_free(p);
}

JsonObject *postcopy_query(PostcopyPair *p)
{
    const QmpReply *r = qmp_execute_oob(p->to->qmp, "query-postcopy",
                                        QMP_ANY);

    g_assert_null(r->error_class);
    return json_node_get_object(r->ret);
}

double postcopy_uptime_ms(PostcopyPair *p)
{
    return g_ascii_strtod(guest_ok(p->to->guest, "cat /proc/uptime"), NULL) *
           1000;
}

void postcopy_expect_status(PostcopyPair *p, const char *status)
{
    JsonObject *answer = qmp_ok(p->to->qmp, "query-status", QMP_ANY);

    g_assert_cmpstr(json_object_get_string_member(answer, "status"), ==,
                    status);
}
