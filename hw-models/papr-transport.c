/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by PAPR connectors, of all types: requests, and how they stand. */
#include "hw-models/papr-transport.h"
#include "hw-models/papr-alarm.h"
#include "hw-models/papr-cancel.h"
#include "hw-models/papr-dimm.h"
#include "hw-models/papr-events.h"
#include "hw-models/papr-fence.h"
#include "hw-models/unplug-pci-slot.h"

static bool claims(const UnplugTransportOps *ops, HotplugHandler *handler,
                   DeviceState *dev)
{
    return papr_connectors_first(dev) != NULL;
}

/* Others than DIMMs have none. */
static void await_fence(UnplugRecord *r)
{
    if (papr_connectors_is_dimm(r->dev)) {
        papr_alarm_set(r, PAPR_FENCE_MS);
    } else {
        papr_alarm_clear(r);
    }
}

/* The host is about to queue an event, or has. */
static void attach(AnnexHookSet *hooks, UnplugRecord *r)
{
    r->t.index = spapr_drc_index(papr_connectors_first(r->dev));
    r->t.events++;
    r->t.fence = 0;
    papr_cancel_forget(r->dev);
    await_fence(r);
}

/* A guest that is at it does not need to be asked whether it is. */
static void on_alarm(UnplugRecord *r)
{
    if (r->cancel != UNPLUG_CANCEL_NONE) {
        papr_cancel_agreed(r);
    } else if (papr_events_count(papr_connectors_first(r->dev))) {
        papr_alarm_set(r, PAPR_FENCE_MS);
    } else if (!r->seen) {
        papr_fence_queue(r);
    }
}

void papr_transport_start(void)
{
    papr_alarm_start(on_alarm);
}

/* One that the guest has yet to fetch will do. */
static bool poke(SpaprDrc *drc, void *opaque)
{
    bool *poked = opaque;

    if (drc->dev && !papr_events_count(drc)) {
        annex_host_spapr_tell(drc, false);
        *poked = true;
    }
    return false;
}

static void poke_dimm(DeviceState *dimm, SpaprDrc *first, bool *poked)
{
    SpaprMachineState *spapr = SPAPR_MACHINE(qdev_get_machine());

    /* The host asserts that a guest that is told so has asked for it. */
    if (!papr_events_count(first) &&
        spapr_memory_hot_unplug_supported(spapr)) {
        spapr_hotplug_req_remove_by_count_indexed(
            SPAPR_DR_CONNECTOR_TYPE_LMB, papr_connectors_count(dimm),
            spapr_drc_index(first));
        *poked = true;
    }
}

/* A function but 0 waits for 0, or goes with it, and nobody is told. */
static bool is_deferred(const DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE) &&
           PCI_FUNC(PCI_DEVICE(dev)->devfn);
}

/* Stock tells CPUs again, and fails for all others. */
static UnplugRetry retry(UnplugRecord *r, DeviceState *dev, Error **errp)
{
    SpaprDrc *first = papr_connectors_first(dev);
    bool poked = false;

    if (!papr_connectors_requested(dev)) {
        return UNPLUG_RETRY_ASK;
    }
    if (spapr_drc_type(first) == SPAPR_DR_CONNECTOR_TYPE_LMB) {
        poke_dimm(dev, first, &poked);
    } else if (!is_deferred(dev)) {
        papr_request_any(dev, poke, &poked);
    }
    r->t.events += poked;
    r->t.fence = 0;
    await_fence(r);
    return UNPLUG_RETRY_RESUME;
}

static bool is_taken(SpaprDrc *drc, void *opaque)
{
    PaprDrc state = papr_connectors_state(drc);

    return !papr_drc_is_configurable(&state);
}

/* A function that goes along with function 0 has no request of its own. */
static bool goes_along(DeviceState *dev)
{
    PCIDevice *pci, *first;

    if (!is_deferred(dev)) {
        return false;
    }
    pci = PCI_DEVICE(dev);
    first = pci_get_bus(pci)->devices[PCI_DEVFN(PCI_SLOT(pci->devfn), 0)];
    return first && papr_connectors_requested(DEVICE(first));
}

static bool in_flight(const UnplugTransportOps *ops, HotplugHandler *handler,
                      DeviceState *dev, bool *seen)
{
    *seen = papr_connectors_any(dev, is_taken, NULL);
    return papr_connectors_requested(dev) && !goes_along(dev);
}

/* How many events the guest has fetched at the source, nobody knows. */
static void arrived(UnplugRecord *r)
{
    r->t.events = r->attempt;
    papr_dimm_arrived(r);
}

/*
 * A guest that starts an operating system tells by a hypercall what that can
 * do (LoPAR B.6.2.3, ibm,client-architecture-support), whereupon the host
 * removes what was asked for, in whatever state the guest has it.
 */
static bool is_emptied(SpaprDrc *drc, void *opaque)
{
    PaprDrc state = papr_connectors_state(drc);

    return drc->dev == opaque && state.state == papr_drc_empty(&state);
}

static bool leaves_by_reset(const UnplugRecord *r)
{
    Object *bridge = object_dynamic_cast(OBJECT(r->handler), TYPE_DEVICE);

    /* What is below a host bridge goes with it. */
    return !(bridge && !DEVICE(bridge)->realized) &&
           !papr_connectors_any(r->dev, is_emptied, r->dev);
}

static UnplugRecord *slot_mate(const DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE)
           ? unplug_pci_slot_mate(dev) : NULL;
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

static bool connector(const UnplugRecord *r, UnplugConnector *info)
{
    SpaprDrc *drc = spapr_drc_by_index(r->t.index);

    if (!drc) {
        return false;
    }
    info->index = r->t.index;
    info->type = (char *)PaprConnectorType_str(papr_connectors_type(drc));
    info->state = (char *)PaprConnectorState_str(
        papr_connectors_word(papr_connectors_state(drc).state));
    return true;
}

const UnplugTransportOps papr_transport = {
    .id = UNPLUG_TRANSPORT_PAPR,
    .never_unsolicited = true,
    .claims = claims,
    .attach = attach,
    .retry = retry,
    .cancel = papr_cancel,
    .resume_cancel = papr_cancel_resume,
    .slot_mate = slot_mate,
    .in_flight = in_flight,
    .arrived = arrived,
    .reset = papr_cancel_forget_all,
    .leaves_by_reset = leaves_by_reset,
    .progress = progress,
    .connector = connector,
};
