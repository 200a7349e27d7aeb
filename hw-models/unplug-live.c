/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug, live: the core's records, tied to devices, clock and main loop. */
#include "hw-models/unplug-live.h"
#include "common/host/run.h"
#include "common/shadow.h"
#include "hw-models/unplug-report.h"

#define SHADOW_KEY "unplug"

static UnplugCore *core;
static AnnexHookSet *hooks;
static QEMUTimer *deadline_timer;

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

void unplug_live_gone_soon(UnplugRecord *r)
{
    unplug_core_detach(core, r);
    aio_bh_schedule_oneshot(qemu_get_aio_context(), report_gone, r);
}

/* The device is being finalized, or its record has ended before it. */
static void on_release(Object *obj, void *state)
{
    UnplugRecord *r = unplug_find(obj);

    if (r) {
        unplug_live_gone_soon(r);
    }
}

void unplug_live_attach(UnplugRecord *r)
{
    if (r->transport->attach) {
        r->transport->attach(hooks, r);
    }
}

UnplugRecord *unplug_live_open(HotplugHandler *handler, DeviceState *dev,
                               const UnplugTransportOps *transport)
{
    UnplugRecord *r = unplug_core_open(core, dev, dev->id,
                                       dev->canonical_path,
                                       object_get_typename(OBJECT(dev)));

    r->handler = handler;
    r->transport = transport;
    annex_shadow_set(OBJECT(dev), SHADOW_KEY, r, on_release);
    unplug_live_attach(r);
    return r;
}

/* @dev's record has ended, and @dev has not. */
static void forget_device(DeviceState *dev)
{
    annex_shadow_clear(OBJECT(dev), SHADOW_KEY);
    set_timer();
}

void unplug_live_finish(UnplugRecord *r, UnplugOutcome outcome, bool present)
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

void unplug_live_refused(UnplugRecord *r, UnplugErrorReason reason, int code,
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
    unplug_live_refused(r, UNPLUG_ERROR_REASON_GUEST_REFUSED, code, message);
}

void unplug_cancelled(UnplugRecord *r, UnplugOutcome outcome)
{
    unplug_live_finish(r, outcome, true);
}

void unplug_live_asked(UnplugRecord *r, int64_t timeout_ms)
{
    unplug_core_asked(core, r, timeout_ms, unplug_now_ms());
    set_timer();
}

void unplug_live_continued(UnplugRecord *r, int64_t timeout_ms)
{
    unplug_core_continued(core, r, timeout_ms, unplug_now_ms());
    set_timer();
}

void unplug_live_drop(UnplugRecord *r)
{
    DeviceState *dev = r->dev;

    unplug_core_drop(core, r);
    forget_device(dev);
}

void unplug_live_cancelling(UnplugRecord *r, UnplugCancel cancel)
{
    unplug_core_cancelling(core, r, cancel);
    set_timer();
}

void unplug_live_resume(UnplugRecord *r, const UnplugSaved *saved)
{
    unplug_core_resume(core, r, saved->attempt, saved->elapsed_ms,
                       saved->asked_ms, saved->timed_out, unplug_now_ms());
    set_timer();
}

void unplug_live_start(AnnexHookSet *set)
{
    hooks = set;
    core = unplug_core_new(&unplug_reporter);
    deadline_timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, on_deadline, NULL);
}
