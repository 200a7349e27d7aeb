/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR events: requests that wait in the host for the guest to fetch them. */
#include "hw-models/papr-events.h"

static bool is_removal(const AnnexHostSpaprHotplugSection *hp, uint32_t index)
{
    if (hp->type == ANNEX_HOST_SPAPR_HP_NOTHING ||
        hp->action != ANNEX_HOST_SPAPR_HP_REMOVE) {
        return false;
    }
    switch (hp->identifier) {
    case ANNEX_HOST_SPAPR_HP_BY_INDEX:
        return be32_to_cpu(hp->drc[0]) == index;
    case ANNEX_HOST_SPAPR_HP_BY_COUNT_INDEXED:
        return be32_to_cpu(hp->drc[1]) == index;
    }
    return false;
}

static unsigned walk(SpaprDrc *drc, bool disarm)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    uint32_t index = spapr_drc_index(drc);
    SpaprEventLogEntry *event;
    unsigned n = 0;

    QTAILQ_FOREACH(event, &spapr->pending_events, next) {
        AnnexHostSpaprHotplugSection *hp =
            annex_host_spapr_hotplug_section(event);

        if (hp && is_removal(hp, index)) {
            n++;
            if (disarm) {
                hp->type = ANNEX_HOST_SPAPR_HP_NOTHING;
            }
        }
    }
    return n;
}

unsigned papr_events_count(SpaprDrc *drc)
{
    return walk(drc, false);
}

unsigned papr_events_disarm(SpaprDrc *drc)
{
    return walk(drc, true);
}
