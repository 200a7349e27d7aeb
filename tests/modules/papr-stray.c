/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-papr-stray: a host whose cores come off at the first call. */
#include "common/host/spapr.h"
#include "common/module.h"

/*
 * Loaded before annex-papr-drc, which then takes this for the host's own.
 * No real host does so; its checker has to notice.
 */
static uint32_t (*isolate)(SpaprDrc *drc);

static uint32_t stray(SpaprDrc *drc)
{
    uint32_t result = isolate(drc);

    drc->state = SPAPR_DRC_STATE_LOGICAL_UNUSABLE;
    return result;
}

static bool start(Error **errp)
{
    SpaprDrcClass *klass =
        SPAPR_DR_CONNECTOR_CLASS(object_class_by_name(TYPE_SPAPR_DRC_CPU));

    isolate = klass->isolate;
    klass->isolate = stray;
    return true;
}

ANNEX_MODULE(.name = "papr-stray", .start = start)
