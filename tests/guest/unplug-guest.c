/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real Linux guests: set-ups, devices, their use. */
#include <string.h>
#include "failure.h"
#include "guest-disk.h"
#include "unplug-guest.h"

#define DIMM_SIZE (128 * 1024 * 1024)

#define NATIVE "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
/* A place for what holds up the guest's ACPI, see device_hold(). */
#define BLOCKER "-device pcie-root-port,id=rpb,chassis=99,slot=99" \
                " -device virtio-rng-pci,bus=rpb,id=blocker"
/*
 * Linux 6.12 takes CPUs that are not there when it boots for spare ones only
 * under a hypervisor that it knows (acpi_is_processor_usable()).  TCG is not
 * one, but has VMware's port, which Linux tries on machines of that make.
 */
#define CPUS " -smp 1,sockets=1,cores=12,threads=1,maxcpus=12" \
             " -cpu qemu64,-hypervisor -smbios type=1,serial=VMware"

const UnplugSetup unplug_setups[] = {
    { .name = "pcie", .transport = "pcie", .machine = "q35",
      .args = NATIVE, .cold = 18, .devices = 18, .driver = "pciehp" },
    { .name = "acpi-pci-q35", .transport = "acpi-pci", .machine = "q35",
      .cold = 12, .devices = 12, .gpe = "gpe01" },
    { .name = "acpi-pci-pc", .transport = "acpi-pci", .machine = "pc",
      .bus = "pci.0", .cold = 12, .devices = 12, .gpe = "gpe01" },
    { .name = "acpi-pci-bridge", .transport = "acpi-pci", .machine = "pc",
      .args = "-device pci-bridge,id=br0,chassis_nr=1", .bus = "br0",
      .cold = 12, .devices = 12, .gpe = "gpe01" },
    { .name = "shpc", .transport = "shpc", .machine = "q35",
      .args = NATIVE " -device pcie-pci-bridge,id=br0", .bus = "br0",
      .cold = 18, .devices = 18, .driver = "shpchp" },
    { .name = "acpi-cpu", .transport = "acpi-cpu", .kind = UNPLUG_KIND_CPU,
      .machine = "q35", .args = BLOCKER CPUS, .devices = 6,
      .gpe = "gpe02" },
    { .name = "acpi-memory", .transport = "acpi-memory",
      .kind = UNPLUG_KIND_DIMM, .machine = "q35",
      .args = BLOCKER " -m 256M,slots=16,maxmem=8G", .devices = 16,
      .gpe = "gpe03" },
    {}
};

const UnplugSetup *unplug_setup(const char *name)
{
    const UnplugSetup *setup = unplug_setups;

    while (strcmp(setup->name, name) != 0) {
        setup++;
    }
    return setup;
}

/* Where disk @n goes: a property list. */
static char *place(const UnplugSetup *setup, unsigned n)
{
    return setup->bus ? g_strdup_printf("bus=%s,addr=%x", setup->bus, n + 8)
                      : g_strdup_printf("bus=rp%u", n);
}

static void add_disk(UnplugGuest *g, unsigned n, bool cold)
{
    g_autofree char *where = place(g->setup, n);
    g_autofree char *node = g_strdup_printf("disk%u", n);

    guest_disk_node(g->vm, node);
    if (!g->setup->bus) {
        test_vm_args(g->vm, "-device pcie-root-port,id=rp%u,chassis=%u,"
                     "slot=%u", n, n + 1, n + 1);
    }
    if (cold) {
        test_vm_args(g->vm, "-device virtio-blk-pci,drive=disk%u,id=dev%u,"
                     "serial=dev%u,%s", n, n, n, where);
    }
}

static void add_cold(UnplugGuest *g, unsigned cold)
{
    const UnplugSetup *setup = g->setup;
    unsigned n;

    for (n = 0; n < (setup->kind == UNPLUG_KIND_DISK ? setup->devices
                                                     : cold); n++) {
        switch (setup->kind) {
        case UNPLUG_KIND_DISK:
            add_disk(g, n, n < cold);
            break;
        case UNPLUG_KIND_CPU:
            test_vm_args(g->vm, "-device qemu64-x86_64-cpu,id=dev%u,"
                         "socket-id=0,core-id=%u,thread-id=0", n, n + 1);
            break;
        case UNPLUG_KIND_DIMM:
            test_vm_args(g->vm, "-object memory-backend-ram,id=mem-dev%u,"
                         "size=%u -device pc-dimm,id=dev%u,memdev=mem-dev%u",
                         n, DIMM_SIZE, n, n);
            break;
        }
    }
}

static void free_device(void *opaque)
{
    UnplugDevice *d = opaque;

    g_free(d->id);
    g_free(d->address);
    g_free(d->port);
    g_free(d);
}

UnplugGuest *unplug_guest_new(const UnplugSetup *setup, const char *options,
                              unsigned cold)
{
    UnplugGuest *g = g_new0(UnplugGuest, 1);

    g->setup = setup;
    g->stock = !options;
    g->devices = g_ptr_array_new_with_free_func(free_device);
    g->vm = test_vm_new(setup->name);
    if (setup->args) {
        test_vm_args(g->vm, "%s", setup->args);
    }
    g->checksum = guest_disk_make(g->vm);
    add_cold(g, cold);
    if (options) {
        test_vm_plugin(g->vm, "unplug", options);
    }
    test_vm_guest(g->vm, setup->machine);
    return g;
}

void unplug_guest_stop(UnplugGuest *g)
{
    test_vm_quit(g->vm);
    unplug_guest_free(g);
}

void unplug_guest_free(UnplugGuest *g)
{
    test_vm_free(g->vm);
    g_ptr_array_free(g->devices, TRUE);
    g_free(g->checksum);
    g_free(g);
}

static UnplugDevice *new_device(UnplugGuest *g, unsigned n, const char *id)
{
    UnplugDevice *d = g_new0(UnplugDevice, 1);

    d->g = g;
    d->n = n;
    d->id = g_strdup(id);
    g_ptr_array_add(g->devices, d);
    return d;
}

static void plug(UnplugDevice *d)
{
    QmpClient *qmp = d->g->vm->qmp;
    const UnplugSetup *setup = d->g->setup;
    g_autofree char *bus = NULL;
    g_autofree char *addr = NULL;

    switch (setup->kind) {
    case UNPLUG_KIND_DISK:
        bus = setup->bus ? g_strdup(setup->bus)
                         : g_strdup_printf("rp%u", d->n);
        addr = g_strdup_printf("%x", setup->bus ? d->n + 8 : 0);
        qmp_ok(qmp, "device_add", "{'driver': 'virtio-blk-pci', 'id': %s,"
               " 'serial': %s, 'drive': 'disk%u', 'bus': %s, 'addr': %s}",
               d->id, d->id, d->n, bus, addr);
        break;
    case UNPLUG_KIND_CPU:
        qmp_ok(qmp, "device_add", "{'driver': 'qemu64-x86_64-cpu',"
               " 'id': %s, 'socket-id': 0, 'core-id': %u, 'thread-id': 0}",
               d->id, d->n + 1);
        break;
    case UNPLUG_KIND_DIMM:
        qmp_ok(qmp, "object-add", "{'qom-type': 'memory-backend-ram',"
               " 'id': 'mem-%s', 'size': %u}", d->id, DIMM_SIZE);
        qmp_ok(qmp, "device_add", "{'driver': 'pc-dimm', 'id': %s,"
               " 'memdev': 'mem-%s'}", d->id, d->id);
        break;
    }
}

/*
 * Under TCG, QEMU 7.2 frees the TLB of a CPU that it removes, and flushes it
 * at the next change of the memory map, a stock QEMU, too: whatever is to
 * be added must be there before.
 */
static void plug_cpus(UnplugGuest *g)
{
    unsigned n;

    for (n = 0; n < g->setup->devices; n++) {
        g_autofree char *id = g_strdup_printf("dev%u", n);

        plug(new_device(g, n, id));
    }
}

UnplugGuest *unplug_guest_start(const UnplugSetup *setup,
                                const char *options)
{
    UnplugGuest *g = unplug_guest_new(setup, options, setup->cold);

    test_vm_start(g->vm);
    guest_wait_ready(g->vm->guest, 0);
    if (setup->kind == UNPLUG_KIND_CPU) {
        plug_cpus(g);
    }
    return g;
}

UnplugDevice *device_take(UnplugGuest *g)
{
    unsigned n = g->taken++;
    g_autofree char *id = g_strdup_printf("dev%u", n);
    UnplugDevice *d;

    g_assert_cmpuint(n, <, g->setup->devices);
    d = new_device(g, n, id);
    if (!qmp_has_device(g->vm->qmp, id)) {
        plug(d);
    }
    device_use(d);
    return d;
}

UnplugDevice *device_arrived(UnplugGuest *g, const UnplugDevice *from)
{
    UnplugDevice *d = new_device(g, from->n, from->id);

    d->address = g_strdup(from->address);
    d->port = g_strdup(from->port);
    d->block = from->block;
    d->slot = from->slot;
    return d;
}

UnplugDevice *device_plug_again(const UnplugDevice *old)
{
    g_autofree char *id = g_strconcat(old->id, "n", NULL);
    UnplugDevice *d = new_device(old->g, old->n, id);

    plug(d);
    return d;
}

UnplugDevice *device_plug_spare(UnplugGuest *g)
{
    UnplugDevice *d = new_device(g, g->setup->devices, "spare");

    plug(d);
    return d;
}

static void use_disk(UnplugDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;
    const char *path;
    g_auto(GStrv) parts = NULL;
    unsigned n;

    guest_disk_wait(d->g->vm, d->id);
    path = guest_ok(guest, "readlink -f $(dirname $(grep -lx %s "
                    "/sys/block/*/serial))/device/..", d->id);
    parts = g_strsplit(path, "/", -1);
    n = g_strv_length(parts);
    g_free(d->address);
    g_free(d->port);
    d->address = g_strdup(parts[n - 1]);
    d->port = g_strdup(parts[n - 2]);
}

static void use_cpu(UnplugDevice *d)
{
    guest_wait_until(d->g->vm->guest, 0,
                     "test -e /sys/devices/system/cpu/cpu%u/online",
                     d->n + 1);
    guest_ok(d->g->vm->guest, "echo 1 > /sys/devices/system/cpu/cpu%u/online",
             d->n + 1);
}

static void use_dimm(UnplugDevice *d)
{
    JsonArray *list = qmp_ok_array(d->g->vm->qmp, "query-memory-devices",
                                   QMP_ANY);
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *data = json_object_get_object_member(
            json_array_get_object_element(list, i), "data");

        if (!strcmp(json_object_get_string_member(data, "id"), d->id)) {
            d->slot = json_object_get_int_member(data, "slot");
            d->block = json_object_get_int_member(data, "addr") / DIMM_SIZE;
        }
    }
    guest_wait_until(d->g->vm->guest, 0,
                     "test -e /sys/devices/system/memory/memory%u/state",
                     d->block);
    guest_ok(d->g->vm->guest, "cd /sys/devices/system/memory/memory%u; "
             "grep -qx online state || echo online_movable > state",
             d->block);
}

void device_use(UnplugDevice *d)
{
    switch (d->g->setup->kind) {
    case UNPLUG_KIND_DISK:
        use_disk(d);
        break;
    case UNPLUG_KIND_CPU:
        use_cpu(d);
        break;
    case UNPLUG_KIND_DIMM:
        use_dimm(d);
        break;
    }
    device_works(d);
}

void device_works(UnplugDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    g_assert_true(qmp_has_device(d->g->vm->qmp, d->id));
    switch (d->g->setup->kind) {
    case UNPLUG_KIND_DISK:
        guest_disk_works(d->g->vm, d->id, d->g->checksum);
        break;
    case UNPLUG_KIND_CPU:
        guest_ok(guest, "taskset %x true", 1u << (d->n + 1));
        break;
    case UNPLUG_KIND_DIMM:
        guest_ok(guest, "grep -qx online "
                 "/sys/devices/system/memory/memory%u/state", d->block);
        break;
    }
}
