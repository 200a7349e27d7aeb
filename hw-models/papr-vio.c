/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR VIO slots: plug and unplug of virtual devices. */
#include "hw-models/papr-vio.h"
#include "hw-models/papr-vio-drc.h"

/* Owns the connectors, and is the hotplug handler of their devices. */
#define TYPE_PAPR_VIO_SLOTS "annex-vio-slots"

static AnnexHookSet *set;
static DeviceState *slots;

static SpaprVioBus *vio_bus(void)
{
    return SPAPR_MACHINE(qdev_get_machine())->vio_bus;
}

static bool is_vio(const DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_VIO_SPAPR_DEVICE);
}

/* Others need more than annex_host_vio_unrealize() when they go. */
static bool is_known(const DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), ANNEX_HOST_TYPE_VLAN) ||
           object_dynamic_cast(OBJECT(dev), ANNEX_HOST_TYPE_VSCSI);
}

/* ---------------------------------------- disks of a hot-plugged adapter */

/* The SCSI bus of an adapter; NULL for a network card. */
static BusState *disks_of(DeviceState *dev)
{
    return QLIST_FIRST(&dev->child_bus);
}

/*
 * This adapter has no way to tell a guest of a new disk, so the host lets
 * nobody plug one (spapr_vscsi_realize()).  We do, for as long as the guest
 * does not have the adapter.
 */
static bool check_disk(DeviceState *disk, Error **errp)
{
    DeviceState *adapter = disk->parent_bus->parent;
    SpaprDrc *drc = papr_vio_drc_of(VIO_SPAPR_DEVICE(adapter));

    if (drc->state != SPAPR_DRC_STATE_LOGICAL_UNUSABLE) {
        error_setg(errp, "the guest has taken '%s': its disks cannot be "
                   "changed any more", adapter->id);
        return false;
    }
    return true;
}

/* ------------------------------------- the handler (main thread, BQL) */

/* The first slot that has no device. */
static bool choose_slot(SpaprVioDevice *dev, Error **errp)
{
    uint32_t reg = PAPR_VIO_REG;

    while (papr_vio_drc_at(reg) && spapr_vio_find_by_reg(vio_bus(), reg)) {
        reg++;
    }
    if (!papr_vio_drc_at(reg)) {
        error_setg(errp, "no VIO slot is free");
        return false;
    }
    return object_property_set_uint(OBJECT(dev), "reg", reg, errp);
}

static void pre_plug(HotplugHandler *handler, DeviceState *dev, Error **errp)
{
    SpaprVioDevice *vio;

    if (!is_vio(dev)) {
        check_disk(dev, errp);
        return;
    }
    vio = VIO_SPAPR_DEVICE(dev);
    if (!is_known(dev)) {
        error_setg(errp, "'%s' cannot be plugged into a VIO slot, only "
                   ANNEX_HOST_TYPE_VLAN " and " ANNEX_HOST_TYPE_VSCSI,
                   object_get_typename(OBJECT(dev)));
    } else if (vio->reg == UINT32_MAX) {
        choose_slot(vio, errp);
    } else if (!papr_vio_drc_at(vio->reg)) {
        error_setg(errp, "there is no VIO slot at %#x", vio->reg);
    }
}

/* The device is in a slot: now it belongs to the connector. */
static void attach(DeviceState *dev)
{
    BusState *disks = disks_of(dev);

    spapr_drc_attach(papr_vio_drc_at(VIO_SPAPR_DEVICE(dev)->reg), dev);
    if (disks) {
        annex_hooks_add_slot(set, &disks->hotplug_handler, slots,
                             object_get_typename(OBJECT(disks)),
                             "hotplug-handler");
    }
}

static void plug(HotplugHandler *handler, DeviceState *dev, Error **errp)
{
    if (is_vio(dev)) {
        attach(dev);
        annex_host_spapr_tell(papr_vio_drc_of(VIO_SPAPR_DEVICE(dev)), true);
    }
}

static void request_disk(HotplugHandler *handler, DeviceState *dev,
                         Error **errp)
{
    if (check_disk(dev, errp)) {
        hotplug_handler_unplug(handler, dev, &error_abort);
        object_unparent(OBJECT(dev));
    }
}

static void unplug_request(HotplugHandler *handler, DeviceState *dev,
                           Error **errp)
{
    SpaprDrc *drc;

    if (!is_vio(dev)) {
        request_disk(handler, dev, errp);
        return;
    }
    drc = papr_vio_drc_of(VIO_SPAPR_DEVICE(dev));
    if (!drc) {
        error_setg(errp, "device '%s' is in no VIO slot", dev->id);
    } else if (drc->unplug_requested) {
        error_setg(errp, "unplug already in progress for device '%s'",
                   dev->id);
    } else {
        spapr_drc_unplug_request(drc);
        /* A guest that did not have it is not asked: it is gone. */
        if (drc->dev) {
            annex_host_spapr_tell(drc, false);
        }
    }
}

static void unplug(HotplugHandler *handler, DeviceState *dev, Error **errp)
{
    BusState *disks = disks_of(dev);

    if (is_vio(dev) && disks) {
        annex_hooks_remove_slot(set, &disks->hotplug_handler);
        annex_host_scsi_cancel(disks);
    }
    qdev_unrealize(dev);
    if (object_dynamic_cast(OBJECT(dev), ANNEX_HOST_TYPE_VLAN)) {
        annex_host_vlan_unrealize((AnnexHostVlan *)dev);
    }
    if (is_vio(dev)) {
        annex_host_vio_unrealize(VIO_SPAPR_DEVICE(dev));
    }
}

static void class_init(ObjectClass *klass, void *data)
{
    HotplugHandlerClass *handler = HOTPLUG_HANDLER_CLASS(klass);
    DeviceClass *device = DEVICE_CLASS(klass);

    /* Reason: one is made by papr_vio_start(). */
    device->user_creatable = false;
    handler->pre_plug = pre_plug;
    handler->plug = plug;
    handler->unplug_request = unplug_request;
    handler->unplug = unplug;
}

/* A device, since the hooks of others find the classes of devices. */
static const TypeInfo type_info = {
    .name = TYPE_PAPR_VIO_SLOTS,
    .parent = TYPE_DEVICE,
    .class_init = class_init,
    .interfaces = (InterfaceInfo[]) { { TYPE_HOTPLUG_HANDLER }, {} },
};

/* ----------------------------------------------------------------- start */

/* Devices of the command line that were put into slots by their address. */
static void attach_cold_plugged(BusState *bus)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &bus->children, sibling) {
        if (is_known(kid->child) &&
            papr_vio_drc_at(VIO_SPAPR_DEVICE(kid->child)->reg)) {
            attach(kid->child);
        }
    }
}

/* The board is there, and has not been reset yet.  Main thread, BQL. */
static void on_board(Notifier *notifier, void *opaque)
{
    BusState *bus = BUS(vio_bus());

    annex_hooks_add_slot(set, &bus->hotplug_handler, slots,
                         TYPE_SPAPR_VIO_BUS, "hotplug-handler");
    attach_cold_plugged(bus);
}

static Notifier board_notifier = { .notify = on_board };

static void create(unsigned count)
{
    type_register_static(&type_info);
    slots = qdev_new(TYPE_PAPR_VIO_SLOTS);
    object_property_add_child(qdev_get_machine(), TYPE_PAPR_VIO_SLOTS,
                              OBJECT(slots));
    qdev_realize_and_unref(slots, NULL, &error_abort);
    papr_vio_drc_create(OBJECT(slots), count);
    qemu_add_machine_init_done_notifier(&board_notifier);
}

bool papr_vio_start(unsigned count, Error **errp)
{
    if (!count) {
        return true;
    }
    if (!object_dynamic_cast(qdev_get_machine(), TYPE_SPAPR_MACHINE)) {
        error_setg(errp, "VIO slots are for the pseries machine");
        return false;
    }
    set = annex_hooks_new("papr-drc");
    if (!papr_vio_drc_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    create(count);
    return true;
}
