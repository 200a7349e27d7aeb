/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: the pseries machine and its connectors; for ppc64 modules. */
#ifndef ANNEX_HOST_SPAPR_H
#define ANNEX_HOST_SPAPR_H

#include "qemu/osdep.h"
#include "cpu.h"
#include "hw/mem/memory-device.h"
#include "hw/mem/nvdimm.h"
#include "hw/mem/pc-dimm.h"
#include "hw/pci-host/spapr.h"
#include "hw/ppc/spapr.h"
#include "hw/ppc/spapr_drc.h"

/* Connectors by their index: links (hw/ppc/spapr_drc.c, 7.2 and 10.0). */
#define ANNEX_HOST_SPAPR_CONNECTORS "/dr-connector"

/* A DIMM whose removal was asked for (hw/ppc/spapr.c, 7.2 and 10.0). */
struct SpaprDimmState {
    PCDIMMDevice *dimm;
    uint32_t nr_lmbs;
    QTAILQ_ENTRY(SpaprDimmState) next;
};

/*
 * Whether the host knows of the removal of @dimm.  No migration stream
 * brings that along, and spapr_memory_unplug_rollback() insists on it.
 */
static inline bool annex_host_spapr_dimm_is_pending(const DeviceState *dimm)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    struct SpaprDimmState *pending;

    QTAILQ_FOREACH(pending, &spapr->pending_dimm_unplugs, next) {
        if (DEVICE(pending->dimm) == dimm) {
            return true;
        }
    }
    return false;
}

#endif
