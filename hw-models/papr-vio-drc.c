/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR VIO connectors: the type, its FDT fragment, and /vdevice at boot. */
#include "hw-models/papr-vio-drc.h"
#include "common/host/qapi.h"

#include <libfdt.h>

static Object *slots;

SpaprDrc *papr_vio_drc_at(uint32_t reg)
{
    /* Without slots there is not even the type. */
    return slots && reg >= PAPR_VIO_REG
           ? spapr_drc_by_id(TYPE_PAPR_VIO_DRC, reg - PAPR_VIO_REG) : NULL;
}

SpaprDrc *papr_vio_drc_of(SpaprVioDevice *dev)
{
    SpaprDrc *drc = papr_vio_drc_at(dev->reg);

    return drc && drc->dev == DEVICE(dev) ? drc : NULL;
}

/* ---------------------------------------------------- the guest's tree */

/*
 * As vio_make_devnode() has it (hw/ppc/spapr_vio.c, 7.2 and 10.0), which
 * wants a whole tree.  Returns an offset, or an error of libfdt's.
 */
static int add_node(void *fdt, SpaprVioDevice *dev)
{
    SpaprVioDeviceClass *klass = VIO_SPAPR_DEVICE_GET_CLASS(dev);
    const char *compatible = klass->get_dt_compatible
                             ? klass->get_dt_compatible(dev)
                             : klass->dt_compatible;
    g_autofree char *name = g_strdup_printf("%s@%x", klass->dt_name,
                                            dev->reg);
    int node = fdt_add_subnode(fdt, 0, name);
    uint32_t interrupts[2];
    int err = node < 0 ? node : 0;

    err = err ? err : fdt_setprop_cell(fdt, node, "reg", dev->reg);
    if (!err && klass->dt_type) {
        err = fdt_setprop_string(fdt, node, "device_type", klass->dt_type);
    }
    if (!err && compatible) {
        err = fdt_setprop_string(fdt, node, "compatible", compatible);
    }
    spapr_dt_irq(interrupts, dev->irq, false);
    err = err ? err : fdt_setprop(fdt, node, "interrupts", interrupts,
                                  sizeof(interrupts));
    err = err ? err : spapr_tcet_dma_dt(fdt, node, "ibm,my-dma-window",
                                        dev->tcet);
    err = err ? err : klass->devnode(dev, fdt, node);
    return err ? err : node;
}

/* ibm,configure-connector; vCPU thread, under the BQL. */
static int dt_populate(SpaprDrc *drc, SpaprMachineState *spapr, void *fdt,
                       int *offset, Error **errp)
{
    int node = add_node(fdt, VIO_SPAPR_DEVICE(drc->dev));

    if (node < 0) {
        error_setg(errp, "annex-papr-drc: no device tree for '%s': %s",
                   drc->dev->canonical_path, fdt_strerror(node));
        return node;
    }
    *offset = node;
    return 0;
}

/* The connectors belong to /vdevice; a fragment is below a bare root. */
static int describe_slots(void *fdt, int node)
{
    int parent = fdt_parent_offset(fdt, node);

    if (parent < 0 ||
        strcmp(fdt_get_name(fdt, parent, NULL), "vdevice") ||
        fdt_getprop(fdt, parent, "ibm,drc-indexes", NULL)) {
        return MIN(parent, 0);
    }
    return spapr_dt_drc(fdt, parent, slots, SPAPR_DR_CONNECTOR_TYPE_VIO);
}

/*
 * The host calls this for each device that is there when it builds the tree
 * of /vdevice, which always has the NVRAM, and does not use offsets after
 * that.  Main thread, or a vCPU's at ibm,client-architecture-support.
 */
static int on_devnode(SpaprVioDevice *dev, void *fdt, int node)
{
    SpaprVioDeviceClass *klass = VIO_SPAPR_DEVICE_GET_CLASS(dev);
    SpaprDrc *drc = papr_vio_drc_of(dev);
    int err = ANNEX_NEXT(klass, devnode)(dev, fdt, node);

    if (err >= 0 && drc) {
        err = fdt_setprop_cell(fdt, node, "ibm,my-drc-index",
                               spapr_drc_index(drc));
    }
    return err < 0 ? err : describe_slots(fdt, node);
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_VIO_SPAPR_DEVICE, SpaprVioDeviceClass, devnode,
                 on_devnode),
    {}
};

/* ------------------------------------------------------------- the type */

/* The guest has let go, or the machine is being reset. */
static void release(DeviceState *dev)
{
    hotplug_handler_unplug(qdev_get_hotplug_handler(dev), dev, &error_abort);
    object_unparent(OBJECT(dev));
}

static void class_init(ObjectClass *klass, void *data)
{
    SpaprDrcClass *drc = SPAPR_DR_CONNECTOR_CLASS(klass);

    drc->typeshift = SPAPR_DR_CONNECTOR_TYPE_SHIFT_VIO;
    /* Names that Linux and drmgr know slots by (LoPAR 13.5.2). */
    drc->typename = "SLOT";
    drc->drc_name_prefix = "V1-C";
    drc->release = release;
    drc->dt_populate = dt_populate;
}

static const TypeInfo type_info = {
    .name = TYPE_PAPR_VIO_DRC,
    .parent = TYPE_SPAPR_DRC_LOGICAL,
    .class_init = class_init,
};

bool papr_vio_drc_start(AnnexHookSet *set, Error **errp)
{
    if (!annex_hooks_add_methods(set, methods, errp)) {
        return false;
    }
    type_register_static(&type_info);
    return true;
}

void papr_vio_drc_create(Object *owner, unsigned count)
{
    unsigned i;

    slots = owner;
    for (i = 0; i < count; i++) {
        spapr_dr_connector_new(owner, TYPE_PAPR_VIO_DRC, i);
    }
}
