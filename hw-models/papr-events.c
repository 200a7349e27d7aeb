/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR events: requests that wait in the host for the guest to fetch them. */
#include "hw-models/papr-events.h"

static bool is_removal(const SpaprEventLogEntry *event, uint32_t index)
{
    const AnnexHostSpaprHotplugSection *hp =
        annex_host_spapr_hotplug_section(event);

    if (!hp || hp->action != ANNEX_HOST_SPAPR_HP_REMOVE) {
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

static unsigned walk(SpaprDrc *drc, bool purge)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());
    uint32_t index = spapr_drc_index(drc);
    SpaprEventLogEntry *event, *next;
    unsigned n = 0;

    QTAILQ_FOREACH_SAFE(event, &spapr->pending_events, next, next) {
        if (is_removal(event, index)) {
            n++;
            if (purge) {
                QTAILQ_REMOVE(&spapr->pending_events, event, next);
                g_free(event->extended_log);
                g_free(event);
            }
        }
    }
    return n;
}

unsigned papr_events_count(SpaprDrc *drc)
{
    return walk(drc, false);
}

unsigned papr_events_purge(SpaprDrc *drc)
{
    return walk(drc, true);
}
