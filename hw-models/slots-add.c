/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: a bus for devices that are asked for without one. */
#include "hw-models/slots-add.h"
#include "common/host/monitor.h"
#include "common/host/qapi.h"
#include "hw-models/slots-ports.h"

/* Of the device that is being made. */
static bool anywhere;
static char *chosen;            /* name of its bus */
static HotplugHandler *left_out;

static QmpCommand *device_add;
static HMPCommand *hmp_device_add_command;

bool slots_add_is_anywhere(void)
{
    return anywhere;
}

bool slots_add_has_chosen(const PCIBus *bus)
{
    return !g_strcmp0(chosen, bus->qbus.name);
}

static void set_chosen(const char *bus)
{
    g_free(chosen);
    chosen = g_strdup(bus);
}

/* Virtio devices have short names, for whatever transport there is. */
static ObjectClass *class_of(const char *driver)
{
    g_autofree char *pci = g_strconcat(driver, "-pci", NULL);
    ObjectClass *klass = module_object_class_by_name(driver);

    if (!klass || !object_class_dynamic_cast(klass, TYPE_DEVICE)) {
        klass = module_object_class_by_name(pci);
    }
    return klass ? object_class_dynamic_cast(klass, TYPE_PCI_DEVICE) : NULL;
}

/* The host prints what properties there are, and makes no device. */
static bool is_for_help(const QDict *args)
{
    return qdict_haskey(args, "help") || qdict_haskey(args, "?");
}

/* Name the bus in @args, where a pool of ports has one. */
static bool choose(QDict *args, Error **errp)
{
    const char *driver = qdict_get_try_str(args, "driver");
    ObjectClass *klass = driver ? class_of(driver) : NULL;
    Error *err = NULL;
    PCIBus *bus;

    set_chosen(NULL);
    if (!klass || qdict_haskey(args, "bus") || qdict_haskey(args, "addr") ||
        is_for_help(args)) {
        return true;
    }
    bus = slots_ports_choose(klass, qdict_get_try_str(args, "id"), &err);
    if (bus) {
        qdict_put_str(args, "bus", bus->qbus.name);
        set_chosen(bus->qbus.name);
    }
    error_propagate(errp, err);
    return !err;
}

static void on_device_add(QDict *args, QObject **ret, Error **errp)
{
    QmpCommandFunc *next = annex_hooks_next(&device_add->fn, on_device_add);
    g_autoptr(QDict) ours = qdict_clone_shallow(args);

    /* Not called when there is no port for it. */
    if (choose(ours, errp)) {
        next(ours, ret, errp);
    }
    set_chosen(NULL);
}

static void on_hmp_device_add(Monitor *mon, const QDict *args)
{
    AnnexHostHmpFn *next = annex_hooks_next(&hmp_device_add_command->cmd,
                                            on_hmp_device_add);
    g_autoptr(QDict) ours = qdict_clone_shallow(args);
    Error *err = NULL;

    if (choose(ours, &err)) {
        next(mon, ours);
    }
    hmp_handle_error(mon, err);
    set_chosen(NULL);
}

bool slots_add_move(DeviceState *dev, PCIBus *bus, Error **errp)
{
    HotplugHandler *hosts = qdev_get_hotplug_handler(dev);
    HotplugHandler *handler;
    Error *err = NULL;

    if (!qdev_set_parent_bus(dev, BUS(bus), errp)) {
        return false;
    }
    handler = qdev_get_hotplug_handler(dev);
    left_out = NULL;
    if (handler && handler != hosts) {
        /* The host has asked the other one, and will tell that one. */
        hotplug_handler_pre_plug(handler, dev, &err);
        left_out = handler;
    }
    set_chosen(bus->qbus.name);
    error_propagate(errp, err);
    return !err;
}

bool slots_add_moved(DeviceState *dev, Error **errp)
{
    HotplugHandler *handler = left_out;
    Error *err = NULL;

    left_out = NULL;
    if (handler) {
        hotplug_handler_plug(handler, dev, &err);
    }
    error_propagate(errp, err);
    return !err;
}

/* Called for all devices that a user asks for, just before they are made. */
static bool on_hide(DeviceListener *listener, const QDict *opts,
                    bool from_json, Error **errp)
{
    anywhere = opts && !qdict_haskey(opts, "bus") &&
               !qdict_haskey(opts, "addr");
    if (!phase_check(PHASE_MACHINE_READY)) {
        set_chosen(NULL);
    }
    return false;
}

static DeviceListener listener = { .hide_device = on_hide };

bool slots_add_start(AnnexHookSet *set, Error **errp)
{
    device_add = (QmpCommand *)qmp_find_command(&qmp_commands, "device_add");
    hmp_device_add_command = annex_host_hmp_find(false, "device_add");
    if (!device_add || !hmp_device_add_command) {
        error_setg(errp, "this QEMU has no command 'device_add'");
        return false;
    }
    annex_hooks_add_slot(set, &device_add->fn, on_device_add, "device_add",
                         "fn");
    annex_hooks_add_slot(set, &hmp_device_add_command->cmd,
                         on_hmp_device_add, "device_add", "hmp");
    device_listener_register(&listener);
    return true;
}
