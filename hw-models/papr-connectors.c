/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR connectors: which of the host's are a device's, and their states. */
#include "hw-models/papr-connectors.h"
#include "common/host/qdev.h"
#include "hw-models/papr-address.h"
#include "qapi/error.h"

static bool each_lmb(DeviceState *dev, PaprConnectorFn *fn, void *opaque)
{
    uint64_t addr = object_property_get_uint(OBJECT(dev), PC_DIMM_ADDR_PROP,
                                             &error_abort);
    uint64_t size = memory_device_get_region_size(MEMORY_DEVICE(dev),
                                                  &error_abort);
    uint64_t lmb;

    for (lmb = addr / SPAPR_MEMORY_BLOCK_SIZE;
         lmb < (addr + size) / SPAPR_MEMORY_BLOCK_SIZE; lmb++) {
        SpaprDrc *drc = spapr_drc_by_id(TYPE_SPAPR_DRC_LMB, lmb);

        if (drc && fn(drc, opaque)) {
            return true;
        }
    }
    return false;
}

bool papr_connectors_all(PaprConnectorFn *fn, void *opaque)
{
    Object *all = object_resolve_path(ANNEX_HOST_SPAPR_CONNECTORS, NULL);
    ObjectPropertyIterator iter;
    ObjectProperty *property;

    if (!all) {
        return false;
    }
    object_property_iter_init(&iter, all);
    while ((property = object_property_iter_next(&iter))) {
        Object *obj = g_str_has_prefix(property->type, "link<")
                      ? object_property_get_link(all, property->name, NULL)
                      : NULL;

        if (obj && fn(SPAPR_DR_CONNECTOR(obj), opaque)) {
            return true;
        }
    }
    return false;
}

bool papr_connectors_is_dimm(DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_PC_DIMM) &&
           !object_dynamic_cast(OBJECT(dev), TYPE_NVDIMM);
}

bool papr_connectors_any(DeviceState *dev, PaprConnectorFn *fn, void *opaque)
{
    SpaprDrc *drc;

    if (papr_connectors_is_dimm(dev)) {
        return each_lmb(dev, fn, opaque);
    }
    drc = papr_address_find(dev);
    return drc && drc->dev == dev && fn(drc, opaque);
}

static bool keep(SpaprDrc *drc, void *opaque)
{
    *(SpaprDrc **)opaque = drc;
    return true;
}

SpaprDrc *papr_connectors_first(DeviceState *dev)
{
    SpaprDrc *drc = NULL;

    papr_connectors_any(dev, keep, &drc);
    return drc;
}

static bool count(SpaprDrc *drc, void *opaque)
{
    ++*(uint32_t *)opaque;
    return false;
}

uint32_t papr_connectors_count(DeviceState *dev)
{
    uint32_t n = 0;

    papr_connectors_any(dev, count, &n);
    return n;
}

static bool is_requested(SpaprDrc *drc, void *opaque)
{
    return drc->dev == opaque && drc->unplug_requested;
}

bool papr_connectors_requested(DeviceState *dev)
{
    return papr_connectors_any(dev, is_requested, dev);
}

static PaprDrcState state_of(const SpaprDrc *drc)
{
    switch ((SpaprDrcState)drc->state) {
    case SPAPR_DRC_STATE_LOGICAL_UNUSABLE:
        return PAPR_DRC_UNUSABLE;
    case SPAPR_DRC_STATE_LOGICAL_AVAILABLE:
        return PAPR_DRC_AVAILABLE;
    case SPAPR_DRC_STATE_LOGICAL_UNISOLATE:
    case SPAPR_DRC_STATE_PHYSICAL_UNISOLATE:
        return PAPR_DRC_UNISOLATE;
    case SPAPR_DRC_STATE_LOGICAL_CONFIGURED:
    case SPAPR_DRC_STATE_PHYSICAL_CONFIGURED:
        return PAPR_DRC_CONFIGURED;
    default:
        return PAPR_DRC_POWERON;
    }
}

PaprDrc papr_connectors_state(const SpaprDrc *drc)
{
    return (PaprDrc) {
        .physical = object_dynamic_cast(OBJECT(drc), TYPE_SPAPR_DRC_PHYSICAL),
        .lmb = object_dynamic_cast(OBJECT(drc), TYPE_SPAPR_DRC_LMB),
        .state = state_of(drc),
        .attached = drc->dev,
        .requested = drc->unplug_requested,
    };
}

PaprConnectorType papr_connectors_type(SpaprDrc *drc)
{
    switch (spapr_drc_type(drc)) {
    case SPAPR_DR_CONNECTOR_TYPE_CPU:
        return PAPR_CONNECTOR_TYPE_CPU;
    case SPAPR_DR_CONNECTOR_TYPE_PHB:
        return PAPR_CONNECTOR_TYPE_PHB;
    case SPAPR_DR_CONNECTOR_TYPE_VIO:
        return PAPR_CONNECTOR_TYPE_VIO;
    case SPAPR_DR_CONNECTOR_TYPE_LMB:
        return PAPR_CONNECTOR_TYPE_LMB;
    case SPAPR_DR_CONNECTOR_TYPE_PMEM:
        return PAPR_CONNECTOR_TYPE_PMEM;
    default:
        return PAPR_CONNECTOR_TYPE_PCI;
    }
}

PaprConnectorState papr_connectors_word(PaprDrcState state)
{
    switch (state) {
    case PAPR_DRC_UNUSABLE:
        return PAPR_CONNECTOR_STATE_UNUSABLE;
    case PAPR_DRC_AVAILABLE:
        return PAPR_CONNECTOR_STATE_AVAILABLE;
    case PAPR_DRC_POWERON:
        return PAPR_CONNECTOR_STATE_POWERON;
    case PAPR_DRC_UNISOLATE:
        return PAPR_CONNECTOR_STATE_UNISOLATE;
    case PAPR_DRC_CONFIGURED:
        break;
    }
    return PAPR_CONNECTOR_STATE_CONFIGURED;
}
