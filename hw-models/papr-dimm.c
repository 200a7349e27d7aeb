/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR DIMMs: removals that the host has lost, or given up, on the way. */
#include "hw-models/papr-dimm.h"
#include "common/host/run.h"
#include "hw-models/papr-request.h"

#define RECONFIGURED "the guest has configured an LMB of it again"

/* In the main loop: by now the host has sent its events. */
static void report(void *opaque)
{
    DeviceState *dev = opaque;
    UnplugRecord *r = unplug_find(dev);

    if (r && !r->leaving && r->cancel == UNPLUG_CANCEL_NONE &&
        !papr_connectors_requested(dev)) {
        if (papr_request_withdraw(dev)) {
            papr_request_present(dev);
        }
        r->host_reported = true;
        unplug_guest_refused(r, UNPLUG_NO_CODE, RECONFIGURED);
    }
    object_unref(OBJECT(dev));
}

static bool keep_attached(SpaprDrc *drc, void *opaque)
{
    *(SpaprDrc **)opaque = drc;
    return drc->dev;
}

/* The host forgets a removal before it takes the connectors' marks away. */
static bool is_given_up(DeviceState *dev)
{
    static bool looking;
    SpaprDrc *drc = NULL;

    /* To look at the connectors asks for the region, too. */
    if (looking || !unplug_find(dev) || annex_host_spapr_dimm_find(dev)) {
        return false;
    }
    looking = true;
    papr_connectors_any(dev, keep_attached, &drc);
    looking = false;
    return drc && drc->unplug_requested;
}

static MemoryRegion *on_get_memory_region(MemoryDeviceState *md, Error **errp)
{
    MemoryDeviceClass *klass = MEMORY_DEVICE_GET_CLASS(md);
    DeviceState *dev = DEVICE(md);

    if (is_given_up(dev)) {
        object_ref(OBJECT(dev));
        aio_bh_schedule_oneshot(qemu_get_aio_context(), report, dev);
    }
    return ANNEX_NEXT(klass, get_memory_region)(md, errp);
}

const AnnexMethodHook papr_dimm_methods[] = {
    ANNEX_METHOD(TYPE_MEMORY_DEVICE, MemoryDeviceClass, get_memory_region,
                 on_get_memory_region),
    {}
};

static bool detach(SpaprDrc *drc, void *opaque)
{
    uint32_t *left = opaque;

    /* A stream can say anything of a connector, but not what it holds. */
    if (!drc->dev) {
        return false;
    }
    if (drc->unplug_requested) {
        ++*left;
    } else {
        annex_host_spapr_drc_detach(drc);
    }
    return false;
}

void papr_dimm_arrived(UnplugRecord *r)
{
    uint32_t left = 0;

    if (papr_connectors_is_dimm(r->dev) &&
        papr_connectors_requested(r->dev) &&
        !annex_host_spapr_dimm_find(r->dev)) {
        papr_connectors_any(r->dev, detach, &left);
        annex_host_spapr_dimm_recall(r->dev, left);
    }
}
