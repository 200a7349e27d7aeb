/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by PAPR connectors: what guests do to them, and what it means. */
#include "hw-models/papr-transport.h"
#include "common/host/qapi.h"
#include "hw-models/papr-connectors.h"

/*
 * LoPAR 13.5.  The guest is told of a request by an event, and lets the
 * resource go by RTAS calls; QEMU's side: hw/ppc/spapr_drc.c, 7.2 and 10.0.
 * All methods here run in a vCPU thread, under the BQL.
 */

#define REFUSED "the guest has made the connector ready for use again"

static UnplugRecord *record_of(const SpaprDrc *drc)
{
    return drc->dev ? unplug_find(drc->dev) : NULL;
}

/* --------------------------------------------------- what the guest does */

static bool clear_request(SpaprDrc *drc, void *opaque)
{
    drc->unplug_requested = false;
    return false;
}

/*
 * The guest keeps the device: forget the request before the host looks.  It
 * would report CPUs and, twice, DIMMs; not at all PCI functions; and for a
 * DIMM whose request came by migration it would abort.
 */
static void take_back(UnplugRecord *r)
{
    if (annex_host_spapr_dimm_is_pending(r->dev)) {
        spapr_memory_unplug_rollback(SPAPR_MACHINE(qdev_get_machine()),
                                     r->dev);
        r->host_reported = true;
    }
    papr_connectors_any(r->dev, clear_request, NULL);
}

static uint32_t on_isolate(SpaprDrc *drc)
{
    SpaprDrcClass *klass = SPAPR_DR_CONNECTOR_GET_CLASS(drc);
    UnplugRecord *r = drc->unplug_requested ? record_of(drc) : NULL;

    if (r) {
        unplug_seen(r);
    }
    return ANNEX_NEXT(klass, isolate)(drc);
}

static uint32_t on_unisolate(SpaprDrc *drc)
{
    SpaprDrcClass *klass = SPAPR_DR_CONNECTOR_GET_CLASS(drc);
    PaprDrc expected = papr_connectors_state(drc);
    UnplugRecord *r = record_of(drc);
    DeviceState *dev = drc->dev;
    PaprDrcEffect effect;
    uint32_t result;

    papr_drc_unisolate(&expected, &effect);
    /* What nobody has asked us about stays the host's. */
    if (!r || effect != PAPR_DRC_REFUSED) {
        return ANNEX_NEXT(klass, unisolate)(drc);
    }
    take_back(r);
    result = ANNEX_NEXT(klass, unisolate)(drc);
    r = unplug_find(dev);
    if (r) {
        unplug_guest_refused(r, UNPLUG_NO_CODE, REFUSED);
    }
    return result;
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_SPAPR_DR_CONNECTOR, SpaprDrcClass, isolate, on_isolate),
    ANNEX_METHOD(TYPE_SPAPR_DR_CONNECTOR, SpaprDrcClass, unisolate,
                 on_unisolate),
    {}
};

bool papr_transport_start(Error **errp)
{
    AnnexHookSet *set = annex_hooks_new("papr-drc");

    if (!annex_hooks_add_methods(set, methods, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    return true;
}

/* ------------------------------------------------- what the supervisor asks */

static bool claims(const UnplugTransportOps *ops, HotplugHandler *handler,
                   DeviceState *dev)
{
    return papr_connectors_first(dev) != NULL;
}

static bool poke(SpaprDrc *drc, void *opaque)
{
    if (drc->dev) {
        spapr_hotplug_req_remove_by_index(drc);
    }
    return false;
}

static bool count(SpaprDrc *drc, void *opaque)
{
    ++*(int64_t *)opaque;
    return false;
}

static int64_t count_all(DeviceState *dev)
{
    int64_t n = 0;

    papr_connectors_any(dev, count, &n);
    return n;
}

/* Stock tells CPUs again, and fails for all others. */
static UnplugRetry retry(UnplugRecord *r, Error **errp)
{
    SpaprDrc *first = papr_connectors_first(r->dev);

    if (!first || !papr_connectors_requested(r->dev)) {
        return UNPLUG_RETRY_ASK;
    }
    if (spapr_drc_type(first) == SPAPR_DR_CONNECTOR_TYPE_LMB) {
        spapr_hotplug_req_remove_by_count_indexed(SPAPR_DR_CONNECTOR_TYPE_LMB,
                                                  count_all(r->dev),
                                                  spapr_drc_index(first));
    } else {
        papr_connectors_any(r->dev, poke, NULL);
    }
    return UNPLUG_RETRY_RESUME;
}

static bool is_seen(SpaprDrc *drc, void *opaque)
{
    PaprDrc state = papr_connectors_state(drc);

    return !papr_drc_is_configurable(&state);
}

static bool in_flight(const UnplugTransportOps *ops, HotplugHandler *handler,
                      DeviceState *dev, bool *seen)
{
    *seen = papr_connectors_any(dev, is_seen, NULL);
    return papr_connectors_requested(dev);
}

typedef struct Progress {
    const DeviceState *dev;
    int64_t done, total;
} Progress;

static bool count_released(SpaprDrc *drc, void *opaque)
{
    Progress *p = opaque;

    p->done += drc->dev != p->dev;
    p->total++;
    return false;
}

static void progress(const UnplugRecord *r, int64_t *done, int64_t *total)
{
    Progress p = { .dev = r->dev };

    papr_connectors_any(r->dev, count_released, &p);
    *done = p.done;
    *total = p.total;
}

const UnplugTransportOps papr_transport = {
    .id = UNPLUG_TRANSPORT_PAPR,
    .claims = claims,
    .retry = retry,
    .in_flight = in_flight,
    .progress = progress,
};
