/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: the pseries machine and its connectors; for ppc64 modules. */
#ifndef ANNEX_HOST_SPAPR_H
#define ANNEX_HOST_SPAPR_H

#include "qemu/osdep.h"
#include "cpu.h"
#include "hw/cpu/core.h"
#include "hw/mem/memory-device.h"
#include "hw/mem/nvdimm.h"
#include "hw/mem/pc-dimm.h"
#include "hw/pci-host/spapr.h"
#include "hw/ppc/spapr.h"
#include "hw/ppc/spapr_drc.h"

/* What ends this QEMU with or without us, and no module can help. */
#if HOST_SERIES < 1000
#define ANNEX_HOST_SPAPR_TCG_BUGS                                       \
    "with TCG, a DIMM that is added after a core was removed ends this " \
    "QEMU, and so does the removal of a core with thread=single"
#else
#define ANNEX_HOST_SPAPR_TCG_BUGS                                       \
    "with TCG, the removal of a core can end this QEMU"
#endif

/* Connectors by their index: links (hw/ppc/spapr_drc.c, 7.2 and 10.0). */
#define ANNEX_HOST_SPAPR_CONNECTORS "/dr-connector"

/* A DIMM whose removal was asked for (hw/ppc/spapr.c, 7.2 and 10.0). */
struct SpaprDimmState {
    PCDIMMDevice *dimm;
    uint32_t nr_lmbs;
    QTAILQ_ENTRY(SpaprDimmState) next;
};

/* Where the host keeps the removal of @dimm in mind, or NULL. */
static inline struct SpaprDimmState *
annex_host_spapr_dimm_find(const DeviceState *dimm)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    struct SpaprDimmState *pending;

    QTAILQ_FOREACH(pending, &spapr->pending_dimm_unplugs, next) {
        if (DEVICE(pending->dimm) == dimm) {
            break;
        }
    }
    return pending;
}

/* Have it forget that removal, if it knows of one. */
static inline void annex_host_spapr_dimm_forget(const DeviceState *dimm)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    struct SpaprDimmState *pending = annex_host_spapr_dimm_find(dimm);

    if (pending) {
        QTAILQ_REMOVE(&spapr->pending_dimm_unplugs, pending, next);
        g_free(pending);
    }
}

/*
 * Have it know of the removal of @dimm, of which the guest has @lmbs left to
 * let go.  No migration stream brings that along, and
 * spapr_memory_unplug_rollback() insists on it.
 */
static inline void annex_host_spapr_dimm_recall(DeviceState *dimm,
                                                uint32_t lmbs)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    struct SpaprDimmState *pending = g_new0(struct SpaprDimmState, 1);

    pending->dimm = PC_DIMM(dimm);
    pending->nr_lmbs = lmbs;
    QTAILQ_INSERT_HEAD(&spapr->pending_dimm_unplugs, pending, next);
}

/* Take from a connector what the guest has let go (spapr_drc_release()). */
static inline void annex_host_spapr_drc_detach(SpaprDrc *drc)
{
    drc->unplug_requested = false;
    g_free(drc->fdt);
    drc->fdt = NULL;
    drc->fdt_start_offset = 0;
    object_property_del(OBJECT(drc), "device");
    drc->dev = NULL;
    drc->state = SPAPR_DR_CONNECTOR_GET_CLASS(drc)->empty_state;
}

/*
 * The end of a hotplug event that waits for the guest (LoPAR 7.3.3.4; struct
 * rtas_event_log_v6_hp of hw/ppc/spapr_events.c, 7.2 and 10.0).
 */
typedef struct QEMU_PACKED AnnexHostSpaprHotplugSection {
    uint8_t id[2];              /* "HP" */
    uint8_t header[6];
    uint8_t type;
    uint8_t action;
    uint8_t identifier;
    uint8_t reserved;
    uint32_t drc[2];            /* index; or count, and index */
} AnnexHostSpaprHotplugSection;

enum {
    ANNEX_HOST_SPAPR_HP_NOTHING = 0,    /* no such type */
    ANNEX_HOST_SPAPR_HP_SLOT = 3,
    ANNEX_HOST_SPAPR_HP_REMOVE = 2,
    ANNEX_HOST_SPAPR_HP_BY_INDEX = 2,
    ANNEX_HOST_SPAPR_HP_BY_COUNT_INDEXED = 4,
};

/* That section of @event, or NULL if it is about something else. */
static inline AnnexHostSpaprHotplugSection *
annex_host_spapr_hotplug_section(SpaprEventLogEntry *event)
{
    AnnexHostSpaprHotplugSection *hp;

    if (event->extended_length < sizeof(*hp)) {
        return NULL;
    }
    hp = (void *)((char *)event->extended_log + event->extended_length -
                  sizeof(*hp));
    return hp->id[0] == 'H' && hp->id[1] == 'P' ? hp : NULL;
}

/*
 * Tell the guest by an event that there is something to add to, or to remove
 * from, @drc.  The host's functions know no event for VIO slots
 * (spapr_hotplug_req_event() of hw/ppc/spapr_events.c asserts): have one made
 * that has the index where ours has it, and make it ours.  The guest cannot
 * fetch it before that, since we have the BQL.
 */
static inline void annex_host_spapr_tell(SpaprDrc *drc, bool add)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    bool is_slot = spapr_drc_type(drc) == SPAPR_DR_CONNECTOR_TYPE_VIO;
    AnnexHostSpaprHotplugSection *hp;

    if (!is_slot) {
        (add ? spapr_hotplug_req_add_by_index
             : spapr_hotplug_req_remove_by_index)(drc);
        return;
    }
    (add ? spapr_hotplug_req_add_by_count
         : spapr_hotplug_req_remove_by_count)(SPAPR_DR_CONNECTOR_TYPE_PHB,
                                              spapr_drc_index(drc));
    hp = annex_host_spapr_hotplug_section(QTAILQ_LAST(&spapr->pending_events));
    hp->type = ANNEX_HOST_SPAPR_HP_SLOT;
    hp->identifier = ANNEX_HOST_SPAPR_HP_BY_INDEX;
}

#endif
