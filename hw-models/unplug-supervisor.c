/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug supervisor: records follow the requests that handlers get. */
#include "hw-models/unplug-supervisor.h"
#include "common/host/run.h"
#include "hw-models/unplug-adopt.h"
#include "hw-models/unplug-commands.h"
#include "hw-models/unplug-handlers.h"
#include "hw-models/unplug-live.h"
#include "hw-models/unplug-registry.h"
#include "hw-models/unplug-reset.h"

static bool in_reset;

/* The deadline of the request that is being made, or -1. */
static int64_t wanted_timeout_ms = -1;

/* A record of another device that goes with @dev, or NULL. */
static UnplugRecord *slot_mate(const UnplugTransportOps *transport,
                               DeviceState *dev)
{
    return transport->slot_mate ? transport->slot_mate(dev) : NULL;
}

bool unplug_supervisor_has_slot(HotplugHandler *handler, DeviceState *dev)
{
    const UnplugTransportOps *transport =
        unplug_registry_classify(handler, dev);

    return unplug_find(dev) || (transport && slot_mate(transport, dev));
}

static int64_t timeout_ms_for(const UnplugTransportOps *transport)
{
    return wanted_timeout_ms >= 0 ? wanted_timeout_ms
                                  : unplug_registry_timeout_ms(transport);
}

static UnplugRetry may_ask(UnplugRecord *r, DeviceState *dev, Error **errp)
{
    return r && r->transport->retry ? r->transport->retry(r, dev, errp)
                                    : UNPLUG_RETRY_ASK;
}

static UnplugRetry ask_first(HotplugHandler *handler, DeviceState *dev,
                             Error **errp)
{
    const UnplugTransportOps *transport =
        unplug_registry_classify(handler, dev);
    UnplugRecord *mate;
    UnplugRetry retry;

    if (!transport) {
        return UNPLUG_RETRY_ASK;
    }
    mate = slot_mate(transport, dev);
    if (mate && mate->cancel != UNPLUG_CANCEL_NONE) {
        error_setg(errp, "the removal of device '%s' in the same slot is "
                   "being cancelled", mate->path);
        return UNPLUG_RETRY_REFUSE;
    }
    /* To the guest, this repeats the request for the other function. */
    retry = may_ask(mate, dev, errp);
    if (retry != UNPLUG_RETRY_REFUSE) {
        /* Counted before the request, which the host may complete at once. */
        unplug_live_asked(unplug_live_open(handler, dev, transport),
                          timeout_ms_for(transport));
    }
    return retry;
}

UnplugRetry unplug_supervisor_asking(HotplugHandler *handler,
                                     DeviceState *dev, bool *is_new,
                                     Error **errp)
{
    UnplugRecord *r = unplug_find(dev);
    UnplugRetry retry;

    *is_new = !r;
    if (!r) {
        return ask_first(handler, dev, errp);
    }
    retry = may_ask(r, dev, errp);
    if (retry == UNPLUG_RETRY_ASK) {
        unplug_live_attach(r);
    }
    return retry;
}

void unplug_supervisor_asked(DeviceState *dev, bool is_new, bool failed)
{
    /* Looked up again: the host's handler may have removed the device. */
    UnplugRecord *r = unplug_find(dev);

    if (!r || r->leaving) {
        return;
    }
    if (!failed) {
        if (!is_new) {
            unplug_live_asked(r, timeout_ms_for(r->transport));
        }
        /* A device_del of the same device, QMP or HMP, is to reach us. */
        annex_host_set_pending_delete(dev, dev->pending_deleted_event);
    } else if (is_new) {
        unplug_live_drop(r);
    }
}

void unplug_supervisor_continued(DeviceState *dev)
{
    UnplugRecord *r = unplug_find(dev);

    unplug_live_continued(r, timeout_ms_for(r->transport));
}

/*
 * The slot that the guest is emptying: what goes with a device that was
 * asked for, or with the first that was not, is not news.  All of it goes
 * in one access by the guest, before the main loop runs again.
 */
static struct {
    BusState *bus;
    int slot;
} ejecting;

static void ejecting_is_over(void *opaque)
{
    ejecting.bus = NULL;
}

/* Whether @dev is the first of its slot to go. */
static bool begins_eject(const UnplugTransportOps *transport,
                         DeviceState *dev)
{
    int slot = transport->slot ? transport->slot(dev) : 0;

    if (!transport->slot) {
        return true;
    }
    if (ejecting.bus == dev->parent_bus && ejecting.slot == slot) {
        return false;
    }
    ejecting.bus = dev->parent_bus;
    ejecting.slot = slot;
    aio_bh_schedule_oneshot(qemu_get_aio_context(), ejecting_is_over, NULL);
    return true;
}

void unplug_supervisor_ejecting(HotplugHandler *handler, DeviceState *dev)
{
    const UnplugTransportOps *transport =
        in_reset ? NULL : unplug_registry_classify(handler, dev);
    bool first = transport && !transport->never_unsolicited &&
                 begins_eject(transport, dev);

    if (first && !unplug_find(dev) && !slot_mate(transport, dev)) {
        unplug_live_open(handler, dev, transport);
    }
}

void unplug_supervisor_eject_failed(DeviceState *dev, const char *message)
{
    UnplugRecord *r = unplug_find(dev);

    if (!r) {
        return;
    }
    if (r->attempt) {
        unplug_live_refused(r, UNPLUG_ERROR_REASON_HOST_REFUSED,
                            UNPLUG_NO_CODE, message);
    } else {
        unplug_live_drop(r);
    }
}

static bool leaves_by_reset(const UnplugRecord *r)
{
    return r->transport->leaves_by_reset && r->transport->leaves_by_reset(r);
}

static void on_unrealize(DeviceListener *listener, DeviceState *dev)
{
    UnplugRecord *r = unplug_find(dev);

    if (r && !r->leaving) {
        unplug_core_leaving(r, in_reset || leaves_by_reset(r));
        if (r->transport->after_removal) {
            r->transport->after_removal(r);
        }
        if (r->transport->gone_when_unrealized) {
            unplug_live_gone_soon(r);
        }
    }
}

static DeviceListener device_listener = { .unrealize = on_unrealize };

void unplug_supervisor_request(const char *id_or_path, int64_t timeout_ms,
                               Error **errp)
{
    wanted_timeout_ms = timeout_ms;
    qmp_device_del(id_or_path, errp);
    wanted_timeout_ms = -1;
}

bool unplug_supervisor_cancel(UnplugRecord *r, UnplugOutcome *outcome,
                              bool *pending, Error **errp)
{
    if (r->leaving) {
        error_setg(errp, "device '%s' is gone already", r->path);
        return false;
    }
    if (r->cancel != UNPLUG_CANCEL_NONE) {
        error_setg(errp, "device '%s' is being cancelled already", r->path);
        return false;
    }
    if (!r->transport->cancel) {
        error_setg(errp, "transport '%s' of device '%s' cannot cancel",
                   UnplugTransport_str(r->transport->id), r->path);
        return false;
    }
    *pending = true;
    switch (r->transport->cancel(r, errp)) {
    case UNPLUG_CANCEL_FAILED:
        return false;
    case UNPLUG_CANCEL_WITHDRAWN:
        *pending = false;
        *outcome = UNPLUG_OUTCOME_WITHDRAWN;
        unplug_live_finish(r, *outcome, true);
        break;
    case UNPLUG_CANCEL_UNDONE:
        *pending = false;
        *outcome = UNPLUG_OUTCOME_UNDONE;
        unplug_live_finish(r, *outcome, true);
        break;
    case UNPLUG_CANCEL_ASKED:
        *outcome = UNPLUG_OUTCOME_ABORTED;
        unplug_live_cancelling(r, UNPLUG_CANCEL_ABORTING);
        break;
    case UNPLUG_CANCEL_KEEP:
        *outcome = UNPLUG_OUTCOME_UNDONE;
        unplug_live_cancelling(r, UNPLUG_CANCEL_KEEPING);
        break;
    }
    return true;
}

static void resume(UnplugRecord *r, const UnplugSaved *saved)
{
    unplug_live_resume(r, saved);
    if (saved->cancel != UNPLUG_CANCEL_NONE && r->transport->resume_cancel) {
        unplug_live_cancelling(r, saved->cancel);
        r->transport->resume_cancel(r);
    }
}

void unplug_supervisor_adopt(HotplugHandler *handler, DeviceState *dev,
                             bool in_flight, bool seen,
                             const UnplugSaved *saved)
{
    UnplugRecord *r = unplug_live_open(handler, dev,
                                  unplug_registry_classify(handler, dev));

    unplug_live_asked(r, saved ? saved->timeout_ms
                               : unplug_registry_timeout_ms(r->transport));
    if (saved) {
        resume(r, saved);
        seen = saved->seen;
    }
    if (r->transport->arrived) {
        r->transport->arrived(r);
    }
    if (seen) {
        unplug_seen(r);
    }
    annex_host_set_pending_delete(dev, true);
    if (!in_flight && !seen && r->transport->lost_in_stream) {
        unplug_handlers_ask(handler, dev);
    }
}

void unplug_supervisor_reset(bool begin)
{
    g_autoptr(GList) all = g_list_copy((GList *)unplug_records());
    GList *l;

    in_reset = begin;
    for (l = begin ? NULL : all; l; l = l->next) {
        UnplugRecord *r = l->data;

        if (!r->leaving) {
            if (r->transport->after_reset) {
                r->transport->after_reset(r);
            }
            unplug_live_finish(r, UNPLUG_OUTCOME_RESET, true);
        }
    }
    if (!begin) {
        unplug_registry_reset();
    }
}

bool unplug_supervisor_start(const char *owner, Error **errp)
{
    static bool started;
    AnnexHookSet *set;

    if (started) {
        return true;
    }
    set = annex_hooks_new(owner);
    if (!unplug_handlers_start(set, errp) ||
        !unplug_commands_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    unplug_live_start(set);
    started = true;
    device_listener_register(&device_listener);
    unplug_reset_start(set);
    unplug_adopt_start();
    return true;
}
