/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR cancel: requests that are taken back, and what guests do after that. */
#include "hw-models/papr-cancel.h"
#include "common/host/pci.h"
#include "common/host/spapr-vio.h"
#include "hw-models/papr-alarm.h"
#include "hw-models/papr-events.h"
#include "hw-models/papr-fence.h"
#include "hw-models/unplug-pci-slot.h"

/* ---------------------------------------------------------------- guards */

static bool set_guard(SpaprDrc *drc, void *opaque)
{
    papr_guard_set(drc, *(PaprGuard *)opaque);
    return false;
}

static bool is_core(SpaprDrc *drc)
{
    return spapr_drc_type(drc) == SPAPR_DR_CONNECTOR_TYPE_CPU;
}

void papr_cancel_guard(DeviceState *dev)
{
    PaprGuard guard = is_core(papr_connectors_first(dev)) ? PAPR_GUARD_REFUSE
                                                          : PAPR_GUARD_KEEP;

    papr_request_any(dev, set_guard, &guard);
}

void papr_cancel_forget(DeviceState *dev)
{
    PaprGuard none = PAPR_GUARD_NONE;

    if (papr_guard_any()) {
        papr_request_any(dev, set_guard, &none);
    }
}

void papr_cancel_forget_all(void)
{
    PaprGuard none = PAPR_GUARD_NONE;

    if (papr_guard_any()) {
        papr_connectors_all(set_guard, &none);
    }
}

/* --------------------------------------------------------------- waiting */

/*
 * The guards of LMBs stay: the host would fail the call, and Linux lose the
 * memory over it, however late it comes.
 */
static void end_wait(UnplugRecord *r, UnplugOutcome outcome)
{
    if (!papr_connectors_is_dimm(r->dev)) {
        papr_cancel_forget(r->dev);
    }
    unplug_cancelled(r, outcome);
}

static void wait_for_guest(UnplugRecord *r)
{
    papr_cancel_guard(r->dev);
    papr_fence_queue(r);
    papr_alarm_clear(r);
    if (r->timeout_ms) {
        papr_alarm_set(r, r->timeout_ms);
    }
}

void papr_cancel_resume(UnplugRecord *r)
{
    wait_for_guest(r);
}

/* ---------------------------------------------------------------- cancel */

static bool is_pci(const UnplugRecord *r)
{
    return object_dynamic_cast(OBJECT(r->dev), TYPE_PCI_DEVICE);
}

/* PCI functions but 0 are asked for without a word to the guest. */
static bool is_deferred(const UnplugRecord *r)
{
    return is_pci(r) && PCI_FUNC(PCI_DEVICE(r->dev)->devfn);
}

typedef struct Disarmed {
    unsigned events;            /* that were queued for each connector */
    bool fetched;               /* some were not there any more */
} Disarmed;

static bool disarm(SpaprDrc *drc, void *opaque)
{
    Disarmed *p = opaque;

    p->fetched |= papr_events_disarm(drc) < p->events;
    return false;
}

/* Take back what the guest has not fetched.  Has it fetched anything? */
static bool was_told(UnplugRecord *r)
{
    Disarmed p = { .events = r->t.events };

    if (is_pci(r)) {
        papr_request_any(r->dev, disarm, &p);
    } else {
        disarm(papr_connectors_first(r->dev), &p);
    }
    return p.fetched && !is_deferred(r);
}

static bool is_in_use(SpaprDrc *drc)
{
    PaprDrc state = papr_connectors_state(drc);

    return papr_drc_is_configurable(&state);
}

/* What the guest has not come to yet. */
static bool guard_if_in_use(SpaprDrc *drc, void *opaque)
{
    if (is_in_use(drc)) {
        papr_guard_set(drc, PAPR_GUARD_KEPT);
    }
    return false;
}

static bool is_given_up(SpaprDrc *drc, void *opaque)
{
    return !is_in_use(drc);
}

/* The state in which a guest expects to find what was plugged just now. */
static void reset_device(DeviceState *dev)
{
    if (object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE)) {
        pci_device_reset(PCI_DEVICE(dev));
    } else if (object_dynamic_cast(OBJECT(dev), TYPE_SPAPR_PCI_HOST_BRIDGE) ||
               object_dynamic_cast(OBJECT(dev), TYPE_VIO_SPAPR_DEVICE)) {
        device_cold_reset(dev);
    }
}

UnplugCancelAction papr_cancel(UnplugRecord *r, Error **errp)
{
    bool told;

    if (is_pci(r) && unplug_pci_slot_is_shared(r, errp)) {
        return UNPLUG_CANCEL_FAILED;
    }
    told = was_told(r);
    if (papr_request_any(r->dev, is_given_up, NULL)) {
        /* The guest is at it, and is to find what it has not come to yet. */
        papr_request_withdraw(r->dev);
        papr_request_any(r->dev, guard_if_in_use, NULL);
        reset_device(r->dev);
        papr_request_present(r->dev);
        return UNPLUG_CANCEL_UNDONE;
    }
    papr_request_withdraw(r->dev);
    if (!told) {
        return UNPLUG_CANCEL_WITHDRAWN;
    }
    wait_for_guest(r);
    return UNPLUG_CANCEL_ASKED;
}

/* ------------------------------------------------ what the guest then does */

static bool has_presented(SpaprDrc *drc, void *opaque)
{
    if (papr_guard_of(drc) == PAPR_GUARD_KEEP) {
        papr_guard_set(drc, PAPR_GUARD_KEPT);
    }
    return false;
}

/* What goes with @drc in the slot, or as a DIMM, is asked for as a whole. */
static DeviceState *whole_of(SpaprDrc *drc)
{
    UnplugRecord *r = papr_request_of(drc);

    return r ? r->dev : drc->dev;
}

static uint32_t keep(SpaprDrc *drc, uint32_t (*next)(SpaprDrc *drc))
{
    bool was_told = papr_guard_of(drc) == PAPR_GUARD_KEPT;
    bool is_lmb = spapr_drc_type(drc) == SPAPR_DR_CONNECTOR_TYPE_LMB;
    DeviceState *whole = whole_of(drc);
    UnplugRecord *r = unplug_find(whole);
    uint32_t result;

    /* The host lets no LMB go but for a request; it goes no further here. */
    drc->unplug_requested = is_lmb;
    result = next(drc);
    drc->unplug_requested = false;
    papr_guard_set(drc, PAPR_GUARD_NONE);
    reset_device(drc->dev);
    if (!was_told) {
        papr_request_any(whole, has_presented, NULL);
        papr_request_present(whole);
    }
    if (r && r->cancel != UNPLUG_CANCEL_NONE) {
        unplug_cancelled(r, UNPLUG_OUTCOME_UNDONE);
    }
    return result;
}

uint32_t papr_cancel_isolate(SpaprDrc *drc, uint32_t (*next)(SpaprDrc *drc))
{
    PaprGuard guard = papr_guard_of(drc);
    PaprDrc state = papr_connectors_state(drc);
    UnplugRecord *r;

    if (guard == PAPR_GUARD_NONE || state.state != PAPR_DRC_CONFIGURED) {
        return next(drc);
    }
    if (guard != PAPR_GUARD_REFUSE) {
        return keep(drc, next);
    }
    papr_guard_set(drc, PAPR_GUARD_NONE);
    r = papr_request_of(drc);
    if (r && r->cancel != UNPLUG_CANCEL_NONE) {
        unplug_cancelled(r, UNPLUG_OUTCOME_ABORTED);
    }
    return RTAS_OUT_HW_ERROR;
}

void papr_cancel_agreed(UnplugRecord *r)
{
    end_wait(r, UNPLUG_OUTCOME_ABORTED);
}
