/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug supervisor: records follow the requests that handlers get. */
#include "hw-models/unplug-supervisor.h"
#include "common/host/run.h"
#include "common/shadow.h"
#include "hw-models/unplug-adopt.h"
#include "hw-models/unplug-commands.h"
#include "hw-models/unplug-handlers.h"
#include "hw-models/unplug-registry.h"
#include "hw-models/unplug-report.h"
#include "hw-models/unplug-reset.h"

#define SHADOW_KEY "unplug"

static UnplugCore *core;
static AnnexHookSet *hooks;
static QEMUTimer *deadline_timer;
static bool in_reset;

/* The deadline of the request that is being made, or -1. */
static int64_t wanted_timeout_ms = -1;

int64_t unplug_now_ms(void)
{
    return qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);
}

UnplugRecord *unplug_find(const void *dev)
{
    return unplug_core_find(core, dev);
}

const GList *unplug_records(void)
{
    return unplug_core_list(core);
}

static void set_timer(void)
{
    int64_t next = unplug_core_next_deadline(core);

    if (next < 0) {
        timer_del(deadline_timer);
    } else {
        timer_mod(deadline_timer, next);
    }
}

static void on_deadline(void *opaque)
{
    unplug_core_expire(core, unplug_now_ms());
    set_timer();
}

/* In the main loop: by now the host has sent DEVICE_DELETED. */
static void report_gone(void *opaque)
{
    unplug_core_gone(core, opaque, unplug_now_ms());
    set_timer();
}

static void gone_soon(UnplugRecord *r)
{
    unplug_core_detach(core, r);
    aio_bh_schedule_oneshot(qemu_get_aio_context(), report_gone, r);
}

/* The device is being finalized, or its record has ended before it. */
static void on_release(Object *obj, void *state)
{
    UnplugRecord *r = unplug_find(obj);

    if (r) {
        gone_soon(r);
    }
}

static void attach(UnplugRecord *r)
{
    if (r->transport->attach) {
        r->transport->attach(hooks, r);
    }
}

static UnplugRecord *open_record(HotplugHandler *handler, DeviceState *dev,
                                 const UnplugTransportOps *transport)
{
    g_autofree char *path = object_get_canonical_path(OBJECT(dev));
    UnplugRecord *r = unplug_core_open(core, dev, dev->id, path,
                                       object_get_typename(OBJECT(dev)));

    r->handler = handler;
    r->transport = transport;
    annex_shadow_set(OBJECT(dev), SHADOW_KEY, r, on_release);
    attach(r);
    return r;
}

/* @dev's record has ended, and @dev has not. */
static void forget_device(DeviceState *dev)
{
    annex_shadow_clear(OBJECT(dev), SHADOW_KEY);
    set_timer();
}

static void finish(UnplugRecord *r, UnplugOutcome outcome, bool present)
{
    DeviceState *dev = r->dev;

    annex_host_set_pending_delete(dev, false);
    unplug_core_finish(core, r, outcome, present, unplug_now_ms());
    forget_device(dev);
}

void unplug_seen(UnplugRecord *r)
{
    unplug_core_seen(r, unplug_now_ms());
}

static void refused(UnplugRecord *r, UnplugErrorReason reason, int code,
                    const char *message)
{
    DeviceState *dev = r->dev;

    if (r->leaving) {
        return;
    }
    annex_host_set_pending_delete(dev, false);
    unplug_core_refused(core, r, reason, code, message, unplug_now_ms());
    forget_device(dev);
}

void unplug_guest_refused(UnplugRecord *r, int code, const char *message)
{
    refused(r, UNPLUG_ERROR_REASON_GUEST_REFUSED, code, message);
}

void unplug_cancelled(UnplugRecord *r, UnplugOutcome outcome)
{
    finish(r, outcome, true);
}

static void count_attempt(UnplugRecord *r)
{
    int64_t timeout_ms = wanted_timeout_ms >= 0
                         ? wanted_timeout_ms
                         : unplug_registry_timeout_ms(r->transport);

    unplug_core_asked(core, r, timeout_ms, unplug_now_ms());
    set_timer();
}

UnplugRetry unplug_supervisor_asking(HotplugHandler *handler,
                                     DeviceState *dev, bool *is_new,
                                     Error **errp)
{
    UnplugRecord *r = unplug_find(dev);
    UnplugRetry retry = UNPLUG_RETRY_ASK;

    *is_new = !r;
    if (r) {
        if (r->transport->retry) {
            retry = r->transport->retry(r, errp);
        }
        if (retry == UNPLUG_RETRY_ASK) {
            attach(r);
        }
    } else {
        const UnplugTransportOps *transport =
            unplug_registry_classify(handler, dev);

        if (!transport) {
            return UNPLUG_RETRY_ASK;
        }
        r = open_record(handler, dev, transport);
        /* Before the request, which the host may complete at once. */
        count_attempt(r);
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
            count_attempt(r);
        }
        /* A device_del of the same device, QMP or HMP, is to reach us. */
        annex_host_set_pending_delete(dev, dev->pending_deleted_event);
    } else if (is_new) {
        unplug_core_drop(core, r);
        forget_device(dev);
    }
}

void unplug_supervisor_ejecting(HotplugHandler *handler, DeviceState *dev)
{
    const UnplugTransportOps *transport;
    const GList *l;

    if (in_reset || unplug_find(dev)) {
        return;
    }
    transport = unplug_registry_classify(handler, dev);
    if (!transport) {
        return;
    }
    /* The other functions of a slot go with the one that was asked for. */
    for (l = unplug_records(); l; l = l->next) {
        const UnplugRecord *r = l->data;

        if (r->dev && r->transport == transport && transport->shares_slot &&
            transport->shares_slot(r, dev)) {
            return;
        }
    }
    open_record(handler, dev, transport);
}

void unplug_supervisor_eject_failed(DeviceState *dev, const char *message)
{
    UnplugRecord *r = unplug_find(dev);

    if (!r) {
        return;
    }
    if (r->attempt) {
        refused(r, UNPLUG_ERROR_REASON_HOST_REFUSED, UNPLUG_NO_CODE, message);
    } else {
        unplug_core_drop(core, r);
        forget_device(dev);
    }
}

static void on_unrealize(DeviceListener *listener, DeviceState *dev)
{
    UnplugRecord *r = unplug_find(dev);

    if (r && !r->leaving) {
        unplug_core_leaving(r, in_reset);
        if (r->transport->after_removal) {
            r->transport->after_removal(r);
        }
        if (r->transport->gone_when_unrealized) {
            gone_soon(r);
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
        finish(r, *outcome, true);
        break;
    case UNPLUG_CANCEL_ASKED:
        *outcome = UNPLUG_OUTCOME_ABORTED;
        unplug_core_cancelling(core, r, UNPLUG_CANCEL_ABORTING);
        break;
    case UNPLUG_CANCEL_KEEP:
        *outcome = UNPLUG_OUTCOME_UNDONE;
        unplug_core_cancelling(core, r, UNPLUG_CANCEL_KEEPING);
        break;
    }
    set_timer();
    return true;
}

static void resume(UnplugRecord *r, const UnplugSaved *saved)
{
    unplug_core_resume(core, r, saved->attempt, saved->elapsed_ms,
                       saved->asked_ms, saved->timed_out, unplug_now_ms());
    if (saved->cancel != UNPLUG_CANCEL_NONE && r->transport->resume_cancel) {
        r->transport->resume_cancel(r);
        unplug_core_cancelling(core, r, saved->cancel);
    }
}

void unplug_supervisor_adopt(HotplugHandler *handler, DeviceState *dev,
                             bool in_flight, bool seen,
                             const UnplugSaved *saved)
{
    UnplugRecord *r = open_record(handler, dev,
                                  unplug_registry_classify(handler, dev));

    unplug_core_asked(core, r,
                      saved ? saved->timeout_ms
                            : unplug_registry_timeout_ms(r->transport),
                      unplug_now_ms());
    if (saved) {
        resume(r, saved);
        seen = saved->seen;
    }
    if (seen) {
        unplug_seen(r);
    }
    annex_host_set_pending_delete(dev, true);
    set_timer();
    if (!in_flight && !seen) {
        /* The host's stream leaves DIMM requests behind: make it again. */
        hotplug_handler_unplug_request(handler, dev, NULL);
    }
}

void unplug_supervisor_forget(void)
{
    g_autoptr(GList) all = g_list_copy((GList *)unplug_records());
    GList *l;

    for (l = all; l; l = l->next) {
        UnplugRecord *r = l->data;
        DeviceState *dev = r->dev;

        if (!r->leaving) {
            unplug_core_drop(core, r);
            forget_device(dev);
        }
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
            finish(r, UNPLUG_OUTCOME_RESET, true);
        }
    }
}

bool unplug_supervisor_start(const char *owner, Error **errp)
{
    AnnexHookSet *set;

    if (core) {
        return true;
    }
    set = annex_hooks_new(owner);
    if (!unplug_handlers_start(set, errp) ||
        !unplug_commands_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    hooks = set;
    core = unplug_core_new(&unplug_reporter);
    deadline_timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, on_deadline, NULL);
    device_listener_register(&device_listener);
    unplug_reset_start(hooks);
    unplug_adopt_start();
    return true;
}
