/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real pseries guests: machines, devices, ways to be in the way. */
#include <string.h>
#include "failure.h"
#include "guest-disk.h"
#include "papr-guest.h"

#define LMB_SIZE (256ull * 1024 * 1024)

/* From the start; one more has a place left. */
#define DISKS 8
/* TCG counts the threads of all cores that ever were. */
#define MACHINE "-smp 1,maxcpus=32 -m 512M,slots=16,maxmem=16G"

#define CPUS "/sys/devices/system/cpu/"
#define MEMORY "/sys/devices/system/memory/"

const char *papr_kind_name(PaprKind kind)
{
    static const char *const names[] = {
        [PAPR_CORE] = "papr-cpu", [PAPR_DIMM] = "papr-dimm",
        [PAPR_DISK] = "papr-pci", [PAPR_BRIDGED] = "papr-pci",
        [PAPR_PHB] = "papr-phb",
    };

    return names[kind];
}

bool papr_host_removes_cores(void)
{
    return test_host_series() < 1000;
}

static const char *core_type(void)
{
    return test_host_series() < 1000 ? "power9_v2.0-spapr-cpu-core"
                                     : "power10_v2.0-spapr-cpu-core";
}

/* 0 and 1 are other devices' in some machines. */
unsigned papr_slot(unsigned n)
{
    return n + 2;
}

/* LoPAR 13.5.2: the type, and the number within it. */
static unsigned connector_index(PaprKind kind, unsigned n)
{
    switch (kind) {
    case PAPR_CORE:
        return 0x10000000 + n + 1;
    case PAPR_DIMM:
        return 0x80000000;
    case PAPR_DISK:
        return 0x40000000 + 8 * papr_slot(n);
    case PAPR_BRIDGED:
        return 0x40000100 + 8 * papr_slot(n);
    case PAPR_PHB:
        return 0x20000000 + n + 1;
    }
    return 0;
}

/* Linux leaves the buses below a bridge to SLOF, which is slow. */
static void add_bridge(PaprGuest *g)
{
    test_vm_args(g->vm, "-machine x-vof=off "
                 "-device pci-bridge,id=br0,chassis_nr=1,addr=1f");
}

static void add_cold(PaprGuest *g, unsigned n)
{
    switch (g->kind) {
    case PAPR_CORE:
        test_vm_args(g->vm, "-device %s,id=dev%u,core-id=%u", core_type(), n,
                     n + 1);
        break;
    case PAPR_DIMM:
        test_vm_args(g->vm, "-object memory-backend-ram,id=mem-dev%u,size="
                     "%llu -device pc-dimm,id=dev%u,memdev=mem-dev%u", n,
                     PAPR_LMBS * LMB_SIZE, n, n);
        break;
    case PAPR_DISK:
        test_vm_args(g->vm, "-device virtio-blk-pci,drive=disk%u,id=dev%u,"
                     "serial=dev%u,addr=%x", n, n, n, papr_slot(n));
        break;
    case PAPR_BRIDGED:
        test_vm_args(g->vm, "-device virtio-blk-pci,drive=disk%u,id=dev%u,"
                     "serial=dev%u,bus=br0,addr=%x", n, n, n, papr_slot(n));
        break;
    case PAPR_PHB:
        test_vm_args(g->vm, "-device spapr-pci-host-bridge,id=dev%u,"
                     "index=%u", n, n + 1);
        break;
    }
}

static void add_disks(PaprGuest *g)
{
    unsigned n;

    g->checksum = guest_disk_make(g->vm);
    for (n = 0; n <= DISKS; n++) {
        g_autofree char *node = g_strdup_printf("disk%u", n);

        guest_disk_node(g->vm, node);
    }
}

static void free_device(void *opaque)
{
    PaprDevice *d = opaque;

    g_free(d->id);
    g_free(d->cpu);
    g_free(d);
}

PaprGuest *papr_guest_new(PaprKind kind, const char *options, unsigned cold)
{
    PaprGuest *g = g_new0(PaprGuest, 1);
    unsigned n;

    g->kind = kind;
    g->stock = !options;
    g->devices = g_ptr_array_new_with_free_func(free_device);
    g->vm = test_vm_new_arch(papr_kind_name(kind), "ppc64");
    test_vm_args(g->vm, MACHINE);
    add_disks(g);
    test_vm_guest(g->vm, TEST_PSERIES);
    if (kind == PAPR_BRIDGED) {
        add_bridge(g);
    }
    for (n = 0; n < cold; n++) {
        add_cold(g, n);
    }
    if (options) {
        test_vm_plugin(g->vm, "papr-drc", options);
    }
    return g;
}

PaprGuest *papr_guest_start(PaprKind kind, const char *options)
{
    static const unsigned cold[] = {
        [PAPR_DISK] = DISKS, [PAPR_BRIDGED] = 1, [PAPR_PHB] = 1,
    };
    PaprGuest *g = papr_guest_new(kind, options, cold[kind]);

    test_vm_start(g->vm);
    guest_wait_ready(g->vm->guest, 0);
    return g;
}

void papr_guest_stop(PaprGuest *g)
{
    test_vm_quit(g->vm);
    papr_guest_free(g);
}

void papr_guest_free(PaprGuest *g)
{
    test_vm_free(g->vm);
    g_ptr_array_free(g->devices, TRUE);
    g_free(g->checksum);
    g_free(g);
}

void papr_listen(PaprGuest *g)
{
    if (!g->listens) {
        g->listens = true;
        guest_skip_log(g->vm->guest);
        guest_start(g->vm->guest, "annex_rtas_errd");
        guest_expect(g->vm->guest, "annex-rtas-errd: started", 0);
    }
}

void papr_reset(PaprGuest *g)
{
    g->listens = false;
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    guest_wait_ready(g->vm->guest, 0);
}

/* ------------------------------------------------------------- devices */

static PaprDevice *new_device(PaprGuest *g, unsigned n)
{
    PaprDevice *d = g_new0(PaprDevice, 1);

    d->g = g;
    d->n = n;
    d->id = g_strdup_printf("dev%u", n);
    d->index = connector_index(g->kind, n);
    g_ptr_array_add(g->devices, d);
    return d;
}

PaprDevice *papr_take_cold(PaprGuest *g)
{
    return new_device(g, g->taken++);
}

static void plug_dimm(PaprDevice *d)
{
    QmpClient *qmp = d->g->vm->qmp;
    const QmpReply *r = qmp_execute(qmp, "object-add", "{'qom-type':"
                                    " 'memory-backend-ram', 'id': 'mem-%s',"
                                    " 'size': %lld}", d->id,
                                    (long long)(PAPR_LMBS * LMB_SIZE));

    /* It outlives the DIMM. */
    if (r->error_desc) {
        g_assert_nonnull(strstr(r->error_desc, "duplicate"));
    }
    qmp_ok(qmp, "device_add", "{'driver': 'pc-dimm', 'id': %s,"
           " 'memdev': 'mem-%s'}", d->id, d->id);
}

static void plug(PaprDevice *d)
{
    QmpClient *qmp = d->g->vm->qmp;
    g_autofree char *addr = g_strdup_printf("%x", papr_slot(d->n));

    switch (d->g->kind) {
    case PAPR_CORE:
        qmp_ok(qmp, "device_add", "{'driver': %s, 'id': %s, 'core-id': %u}",
               core_type(), d->id, d->n + 1);
        break;
    case PAPR_DIMM:
        plug_dimm(d);
        break;
    case PAPR_DISK:
    case PAPR_BRIDGED:
        qmp_ok(qmp, "device_add", "{'driver': 'virtio-blk-pci', 'id': %s,"
               " 'serial': %s, 'drive': 'disk%u', 'bus': %s, 'addr': %s}",
               d->id, d->id, d->n,
               d->g->kind == PAPR_DISK ? "pci.0" : "br0", addr);
        break;
    case PAPR_PHB:
        qmp_ok(qmp, "device_add", "{'driver': 'spapr-pci-host-bridge',"
               " 'id': %s, 'index': %u}", d->id, d->n + 1);
        break;
    }
}

/* Whatever comes to a host bridge before drmgr is done with it is lost. */
static void plug_and_wait(PaprDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;
    g_autofree char *done = g_strdup_printf("drmgr -c phb -a -s 0x%x exits "
                                            "with 0", d->index);

    guest_skip_log(guest);
    plug(d);
    if (d->g->kind == PAPR_PHB) {
        guest_expect(guest, done, 0);
    }
    papr_use(d);
}

PaprDevice *papr_take(PaprGuest *g)
{
    PaprDevice *d = papr_take_cold(g);

    if (!qmp_has_device(g->vm->qmp, d->id)) {
        plug_and_wait(d);
        return d;
    }
    if (g->kind == PAPR_DISK) {
        /* Linux drops a whole bus with any of its functions (rpaphp). */
        guest_ok(g->vm->guest, "echo 1 > /sys/bus/pci/rescan");
    }
    papr_use(d);
    return d;
}

PaprDevice *papr_arrived(PaprGuest *g, const PaprDevice *from)
{
    PaprDevice *d = new_device(g, from->n);

    d->index = from->index;
    d->block = from->block;
    d->cpu = g_strdup(from->cpu);
    return d;
}

PaprDevice *papr_plug_spare(PaprGuest *g)
{
    PaprDevice *d = new_device(g, g->kind == PAPR_DISK ? DISKS : g->taken++);

    plug(d);
    return d;
}

void papr_plug_again(PaprDevice *d)
{
    plug_and_wait(d);
}

static void use_core(PaprDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    guest_wait_until(guest, 0, "grep -qx %u " CPUS "cpu*/physical_id",
                     d->n + 1);
    g_free(d->cpu);
    d->cpu = g_strdup(guest_ok(guest, "basename $(dirname $(grep -lx %u "
                               CPUS "cpu*/physical_id))", d->n + 1));
    guest_wait_until(guest, 0, "grep -qx 1 " CPUS "%s/online", d->cpu);
}

/* Numbers of memory blocks are those of LMBs. */
static void find_blocks(PaprDevice *d)
{
    JsonArray *list = qmp_ok_array(d->g->vm->qmp, "query-memory-devices",
                                   QMP_ANY);
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *data = json_object_get_object_member(
            json_array_get_object_element(list, i), "data");

        if (!strcmp(json_object_get_string_member(data, "id"), d->id)) {
            d->block = json_object_get_int_member(data, "addr") / LMB_SIZE;
            d->index = 0x80000000 + d->block;
        }
    }
}

static const char *blocks_online(PaprDevice *d)
{
    static char text[256];

    g_snprintf(text, sizeof(text), "test $(cat " MEMORY "memory%u/state "
               MEMORY "memory%u/state " MEMORY "memory%u/state | "
               "grep -cx online) = %d", d->block, d->block + 1, d->block + 2,
               PAPR_LMBS);
    return text;
}

void papr_use(PaprDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    switch (d->g->kind) {
    case PAPR_CORE:
        use_core(d);
        break;
    case PAPR_DIMM:
        find_blocks(d);
        guest_wait_until(guest, 0, "%s", blocks_online(d));
        break;
    case PAPR_DISK:
    case PAPR_BRIDGED:
        guest_disk_wait(d->g->vm, d->id);
        break;
    case PAPR_PHB:
        guest_wait_until(guest, 0, "ls -l /sys/class/pci_bus/*/of_node | "
                         "grep -q 'pci@80000002000%04x$'", d->n + 1);
        break;
    }
    papr_works(d);
}

void papr_works(PaprDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    g_assert_true(qmp_has_device(d->g->vm->qmp, d->id));
    switch (d->g->kind) {
    case PAPR_CORE:
        guest_ok(guest, "grep -qx 1 " CPUS "%s/online && taskset %x true",
                 d->cpu, 1u << atoi(d->cpu + strlen("cpu")));
        break;
    case PAPR_DIMM:
        guest_ok(guest, "%s", blocks_online(d));
        break;
    case PAPR_DISK:
    case PAPR_BRIDGED:
        guest_disk_works(d->g->vm, d->id, d->g->checksum);
        break;
    case PAPR_PHB:
        guest_ok(guest, "test -e /proc/device-tree/pci@80000002000%04x",
                 d->n + 1);
        break;
    }
}
