/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR methods: what guests do to connectors, and what it means. */
#include "hw-models/papr-methods.h"
#include "hw-models/papr-cancel.h"
#include "hw-models/papr-check.h"
#include "hw-models/papr-dimm.h"
#include "hw-models/papr-fence.h"

/*
 * LoPAR 13.5.  The guest is told of a request by an event, and lets the
 * resource go by RTAS calls; QEMU's side: hw/ppc/spapr_drc.c, 7.2 and 10.0.
 * All methods here run in a vCPU thread, under the BQL.
 */

#define REFUSED "the guest has made the connector ready for use again"
#define GIVEN_UP "the guest has given up"

/*
 * The guest keeps the device: forget the request before the host looks.  It
 * would report CPUs and, twice, DIMMs; not at all PCI functions.
 */
static void take_back(UnplugRecord *r)
{
    if (annex_host_spapr_dimm_find(r->dev)) {
        spapr_memory_unplug_rollback(SPAPR_MACHINE(qdev_get_machine()),
                                     r->dev);
        r->host_reported = true;
    }
    if (papr_request_withdraw(r->dev)) {
        papr_request_present(r->dev);
    }
}

static uint32_t on_isolate(SpaprDrc *drc)
{
    UnplugRecord *r;

    if (!drc->unplug_requested) {
        return papr_cancel_isolate(drc, papr_check_isolate);
    }
    r = papr_request_of(drc);
    if (r) {
        unplug_seen(r);
    }
    return papr_check_isolate(drc);
}

static uint32_t on_unisolate(SpaprDrc *drc)
{
    PaprDrc expected = papr_connectors_state(drc);
    UnplugRecord *r = papr_request_of(drc);
    DeviceState *dev = r ? r->dev : NULL;
    PaprDrcEffect effect;
    uint32_t result;

    if (r && r->cancel != UNPLUG_CANCEL_NONE &&
        expected.state == PAPR_DRC_CONFIGURED) {
        papr_cancel_agreed(r);
        return papr_check_unisolate(drc);
    }
    papr_drc_unisolate(&expected, &effect);
    /* What nobody has asked us about stays the host's. */
    if (!r || effect != PAPR_DRC_REFUSED) {
        return papr_check_unisolate(drc);
    }
    take_back(r);
    result = papr_check_unisolate(drc);
    r = unplug_find(dev);
    if (r) {
        unplug_guest_refused(r, UNPLUG_NO_CODE, REFUSED);
    }
    return result;
}

/* The host's answer stands: what the guest does with it is over. */
static SpaprDREntitySense on_sense(SpaprDrc *drc)
{
    SpaprDREntitySense sense = papr_check_sense(drc);
    UnplugRecord *r = papr_fence_of(drc);

    if (r && r->cancel != UNPLUG_CANCEL_NONE) {
        papr_cancel_agreed(r);
    } else if (r) {
        take_back(r);
        /* Another than Linux may yet come for it. */
        papr_cancel_guard(r->dev);
        unplug_guest_refused(r, UNPLUG_NO_CODE, GIVEN_UP);
    }
    return sense;
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_SPAPR_DR_CONNECTOR, SpaprDrcClass, isolate, on_isolate),
    ANNEX_METHOD(TYPE_SPAPR_DR_CONNECTOR, SpaprDrcClass, unisolate,
                 on_unisolate),
    ANNEX_METHOD(TYPE_SPAPR_DR_CONNECTOR, SpaprDrcClass, dr_entity_sense,
                 on_sense),
    {}
};

bool papr_methods_start(Error **errp)
{
    AnnexHookSet *set = annex_hooks_new("papr-drc");

    if (!annex_hooks_add_methods(set, methods, errp) ||
        !annex_hooks_add_methods(set, papr_dimm_methods, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    return true;
}
