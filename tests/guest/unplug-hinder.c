/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real Linux guests: requests, and how a guest hinders them. */
#include <string.h>
#include "failure.h"
#include "unplug-guest.h"

void device_del(UnplugDevice *d)
{
    qmp_ok(d->g->vm->qmp, "device_del", "{'id': %s}", d->id);
}

void device_request(UnplugDevice *d, unsigned timeout_ms)
{
    g_autofree char *args =
        g_strdup_printf("{'id': '%s', 'timeout': %u.%03u}", d->id,
                        timeout_ms / 1000, timeout_ms % 1000);

    qmp_ok(d->g->vm->qmp, "device-unplug", args, NULL);
}

const char *device_del_hmp(UnplugDevice *d)
{
    return qmp_hmp(d->g->vm->qmp, "device_del %s", d->id);
}

/* Unbind the driver of the port or bridge from it, or bind it again. */
static void bind_port(UnplugDevice *d, const char *verb)
{
    const char *driver = d->g->setup->driver;

    if (!strcmp(driver, "pciehp")) {
        guest_ok(d->g->vm->guest, "echo %s:pcie004 > "
                 "/sys/bus/pci_express/drivers/pciehp/%s", d->port, verb);
    } else {
        guest_ok(d->g->vm->guest, "echo %s > /sys/bus/pci/drivers/%s/%s",
                 d->port, driver, verb);
    }
}

static void mask_gpe(UnplugDevice *d, const char *verb)
{
    guest_ok(d->g->vm->guest, "echo %s > /sys/firmware/acpi/interrupts/%s",
             verb, d->g->setup->gpe);
}

void device_deafen(UnplugDevice *d)
{
    if (d->g->setup->gpe) {
        mask_gpe(d, "mask");
    } else {
        bind_port(d, "unbind");
    }
}

void device_hear(UnplugDevice *d)
{
    if (d->g->setup->gpe) {
        mask_gpe(d, "unmask");
    } else {
        bind_port(d, "bind");
    }
}

#define HOLD "/sys/module/annex_hold/parameters/"

/* A device in an ACPI slot of its own, asked for and being held. */
static void block_acpi(UnplugGuest *g)
{
    GuestConsole *guest = g->vm->guest;

    if (!qmp_has_device(g->vm->qmp, "blocker")) {
        qmp_ok(g->vm->qmp, "device_add", "{'driver': 'virtio-rng-pci',"
               " 'bus': 'rpb', 'id': 'blocker'}");
    }
    /* A virtio RNG; the guest has no driver loaded for it. */
    guest_wait_until(guest, 0, "grep -q 0x1044 /sys/bus/pci/devices/*/device");
    guest_ok(guest, "annex_hold $(basename $(dirname "
             "$(grep -l 0x1044 /sys/bus/pci/devices/*/device)))");
    guest_skip_log(guest);
    qmp_ok(g->vm->qmp, "device_del", "{'id': 'blocker'}");
    guest_expect(guest, "annex-hold: remove", 0);
}

void device_hold(UnplugDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    guest_ok(guest, "modprobe annex-hold; echo 0 > " HOLD "release");
    if (d->g->setup->kind == UNPLUG_KIND_DISK) {
        guest_skip_log(guest);
        guest_ok(guest, "annex_hold %s", d->address);
    } else {
        block_acpi(d->g);
    }
}

void device_wait_held(UnplugDevice *d)
{
    if (d->g->setup->kind == UNPLUG_KIND_DISK) {
        guest_wait_until(d->g->vm->guest, 0, "test $(cat " HOLD "held) -ge 1");
    }
}

void device_release(UnplugDevice *d)
{
    /* In the background: the test is to be quicker than the guest. */
    guest_start(d->g->vm->guest, "usleep 100000; annex_release");
    d->g->released = d->g->setup->kind != UNPLUG_KIND_DISK;
}

void unplug_guest_settle(UnplugGuest *g)
{
    if (!g->released) {
        return;
    }
    g->released = false;
    qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'blocker'}");
    if (!g->stock) {
        qmp_wait_event(g->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                       "{'device': 'blocker', 'outcome': 'deleted'}");
    }
}

void device_refuse(UnplugDevice *d, unsigned code)
{
    bool cpu = d->g->setup->kind == UNPLUG_KIND_CPU;

    g_assert_true(d->g->setup->kind != UNPLUG_KIND_DISK);
    guest_ok(d->g->vm->guest, "modprobe annex-hold; echo %d > " HOLD "%s",
             code == 0x82, cpu ? "cpu_busy" : "memory_busy");
    guest_ok(d->g->vm->guest, "echo %d > /sys/firmware/acpi/hotplug/%s/"
             "enabled", code != 0x80, cpu ? "processor" : "memory");
}

void device_eject(UnplugDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;
    g_autofree char *slot = NULL;

    d->ejected = true;
    switch (d->g->setup->kind) {
    case UNPLUG_KIND_DISK:
        slot = g_strndup(d->address, strcspn(d->address, "."));
        guest_ok(guest, "echo 0 > $(dirname $(grep -lx %s "
                 "/sys/bus/pci/slots/*/address))/power", slot);
        break;
    case UNPLUG_KIND_CPU:
        guest_ok(guest, "echo 1 > /sys/devices/system/cpu/cpu%u/"
                 "firmware_node/eject", d->n + 1);
        break;
    case UNPLUG_KIND_DIMM:
        guest_ok(guest, "echo 1 > /sys/bus/acpi/devices/PNP0C80:%02x/eject",
                 d->slot);
        break;
    }
}
