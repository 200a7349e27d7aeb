/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR fences: guests that have given up on a DIMM without a word. */
#include "hw-models/papr-fence.h"
#include "hw-models/papr-transport.h"

static bool keep_last(SpaprDrc *drc, void *opaque)
{
    *(SpaprDrc **)opaque = drc;
    return false;
}

static bool keep_empty_lmb(SpaprDrc *drc, void *opaque)
{
    if (drc->dev || spapr_drc_type(drc) != SPAPR_DR_CONNECTOR_TYPE_LMB) {
        return false;
    }
    *(SpaprDrc **)opaque = drc;
    return true;
}

bool papr_fence_queue(UnplugRecord *r)
{
    SpaprDrc *drc = NULL;

    if (!papr_connectors_is_dimm(r->dev)) {
        return false;
    }
    papr_connectors_any(r->dev, keep_last, &drc);
    if (drc == papr_connectors_first(r->dev)) {
        drc = NULL;
        papr_connectors_all(keep_empty_lmb, &drc);
    }
    if (!drc) {
        return false;
    }
    r->t.fence = spapr_drc_index(drc);
    spapr_hotplug_req_add_by_index(drc);
    return true;
}

UnplugRecord *papr_fence_of(SpaprDrc *drc)
{
    uint32_t index;
    const GList *l = unplug_records();

    if (!l || spapr_drc_type(drc) != SPAPR_DR_CONNECTOR_TYPE_LMB) {
        return NULL;
    }
    for (index = spapr_drc_index(drc); l; l = l->next) {
        UnplugRecord *r = l->data;

        if (r->transport == &papr_transport && r->t.fence == index &&
            !r->seen && !r->leaving) {
            return r;
        }
    }
    return NULL;
}
