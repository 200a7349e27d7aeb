/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover primary: its device, from the plug to the end. */
#include "hw-models/failover-primary.h"
#include "common/host/migration.h"
#include "common/host/run.h"
#include "common/shadow.h"
#include "hw-models/failover-present.h"
#include "hw-models/failover-slot.h"
#include "hw-models/unplug-report.h"
#include "hw-models/unplug-supervisor.h"

#define SHADOW_KEY "failover-primary"

static bool plugging;

bool failover_primary_is_plugging(void)
{
    return plugging;
}

/* In the main loop: the device's memory, and what it had open, are freed. */
static void report_gone(void *opaque)
{
    FailoverPair *p = opaque;
    FailoverCause cause = p->cause;

    p->asked = p->unlisted = false;
    failover_core_gone(p->core, cause, failover_now_ms());
    failover_pair_run(p);
}

/* Perhaps in the RCU thread. */
static void on_release(Object *obj, void *pair)
{
    FailoverPair *p = pair;

    p->primary = NULL;
    aio_bh_schedule_oneshot(qemu_get_aio_context(), report_gone, p);
}

/* Whether the device is there, and not on its way out. */
static bool is_there(const FailoverPair *p)
{
    return p->primary && p->primary->realized;
}

bool failover_primary_has_netdev(const FailoverPair *p, const char *name)
{
    g_autofree char *its = !is_there(p) ? NULL
        : object_property_get_str(OBJECT(p->primary), "netdev", NULL);

    return its && !strcmp(its, name);
}

static DeviceState *create(const FailoverOptions *options, Error **errp)
{
    DeviceState *dev;

    /* The host would give it another number, where no guest finds it. */
    if (failover_slot_state(options->bus) == FAILOVER_SLOT_OCCUPIED) {
        error_setg(errp, "annex-failover: there is a device in the slot of "
                   "bus '%s' already", options->bus);
        return NULL;
    }
    plugging = true;
    dev = qdev_device_add_from_qdict(options->properties, options->from_json,
                                     errp);
    plugging = false;
    return dev;
}

/* How long a slot is lit without power while its guest is at it. */
#define LIT_MS 5000

static bool is_slot_busy(FailoverOptions *options, int64_t now_ms)
{
    FailoverSlotState state = failover_slot_state(options->bus);

    if (state != FAILOVER_SLOT_LIT) {
        options->lit_since_ms = 0;
        return state == FAILOVER_SLOT_BUSY;
    }
    if (!options->lit_since_ms) {
        options->lit_since_ms = now_ms;
    }
    return now_ms - options->lit_since_ms < LIT_MS;
}

/* Whether something can be done to the slot; the core knows if not. */
static bool is_slot_ready(FailoverCore *c, FailoverOptions *options,
                          int64_t now_ms)
{
    if (!annex_host_migration_is_idle()) {
        failover_core_plug_later(c, now_ms);
        return false;
    }
    if (c->presence == FAILOVER_POWERED) {
        return true;
    }
    if (is_slot_busy(options, now_ms)) {
        failover_core_slot_busy(c, now_ms);
        return false;
    }
    if (!failover_core_slot_free(c, now_ms)) {
        return false;
    }
    options->lit_since_ms = 0;
    return true;
}

static void plug(FailoverPair *p, const FailoverOptions *options,
                 int64_t now_ms)
{
    Error *err = NULL;

    p->primary = create(options, &err);
    if (!p->primary) {
        failover_present_retract(p);
        failover_core_plug_failed(p->core, error_get_pretty(err), now_ms);
        error_free(err);
        return;
    }
    failover_present_done(p);
    annex_shadow_set(OBJECT(p->primary), SHADOW_KEY, p, on_release);
    object_unref(OBJECT(p->primary));
    p->asked = p->unlisted = false;
    failover_core_plugged(p->core, now_ms);
}

void failover_primary_plug(FailoverPair *p)
{
    FailoverOptions *options = failover_core_current(p->core)->opaque;
    int64_t now_ms = failover_now_ms();

    if (is_slot_ready(p->core, options, now_ms)) {
        plug(p, options, now_ms);
    }
}

void failover_primary_present(FailoverPair *p)
{
    FailoverOptions *options = failover_core_current(p->core)->opaque;
    int64_t now_ms = failover_now_ms();

    if (!is_slot_ready(p->core, options, now_ms)) {
        return;
    }
    if (failover_slot_state(options->bus) == FAILOVER_SLOT_OCCUPIED ||
        !failover_present(p, options->bus)) {
        /* It says why that cannot be. */
        plug(p, options, now_ms);
        return;
    }
    failover_core_presented(p->core, now_ms);
}

void failover_primary_ask(FailoverPair *p)
{
    Error *err = NULL;

    if (!is_there(p)) {
        return;
    }
    p->asked = true;
    qdev_unplug(p->primary, &err);
    if (err) {
        failover_core_ask_failed(p->core, error_get_pretty(err),
                                 failover_now_ms());
        error_free(err);
    }
}

void failover_primary_withdraw(FailoverPair *p)
{
    UnplugRecord *r = is_there(p) ? unplug_find(p->primary) : NULL;
    UnplugOutcome outcome;
    Error *err = NULL;
    bool pending;

    if (!r || unplug_supervisor_cancel(r, &outcome, &pending, &err)) {
        /* What takes the device from here on is another's request. */
        p->asked = false;
    } else {
        /* It is leaving, and cannot be held up; the core learns of that. */
        error_free(err);
    }
}

void failover_primary_remove(FailoverPair *p, bool at_reset)
{
    if (!is_there(p)) {
        return;
    }
    p->asked = true;
    if (at_reset) {
        failover_slot_remove_at_reset(p->primary);
    } else {
        failover_slot_remove(p->primary);
    }
}

FailoverUnplugReason failover_primary_blame(const FailoverPair *p)
{
    const UnplugRecord *r = is_there(p) ? unplug_find(p->primary) : NULL;

    if (!runstate_is_running()) {
        return FAILOVER_UNPLUG_REASON_VM_PAUSED;
    }
    if (!r) {
        return FAILOVER_UNPLUG_REASON_BUSY;
    }
    if (r->transport->listening && !r->transport->listening(r)) {
        return FAILOVER_UNPLUG_REASON_NOT_LISTENING;
    }
    return r->seen ? FAILOVER_UNPLUG_REASON_BUSY
                   : FAILOVER_UNPLUG_REASON_NOT_SEEN;
}

/* Before the device is unrealized: who has wanted that? */
static void on_unrealize(DeviceListener *listener, DeviceState *dev)
{
    FailoverPair *p = annex_shadow_get(OBJECT(dev), SHADOW_KEY);
    const UnplugRecord *r = unplug_find(dev);

    if (!p) {
        return;
    }
    if (p->asked) {
        p->cause = FAILOVER_BY_US;
    } else if (r && !r->attempt) {
        p->cause = FAILOVER_BY_GUEST;
    } else {
        p->cause = FAILOVER_BY_USER;
    }
    failover_core_leaving(p->core);
    failover_pair_kick(p);
}

static DeviceListener device_listener = { .unrealize = on_unrealize };

static void on_done(const UnplugRecord *r, UnplugOutcome outcome,
                    bool present)
{
    FailoverPair *p = present && r->dev
                      ? annex_shadow_get(OBJECT(r->dev), SHADOW_KEY) : NULL;

    if (!p) {
        return;
    }
    p->asked = false;
    if (outcome == UNPLUG_OUTCOME_REFUSED) {
        failover_core_refused(p->core);
    } else {
        failover_core_kept(p->core);
    }
    failover_pair_kick(p);
}

void failover_primary_start(AnnexHookSet *set)
{
    failover_present_start(set);
    device_listener_register(&device_listener);
    unplug_report_observe(on_done);
}
