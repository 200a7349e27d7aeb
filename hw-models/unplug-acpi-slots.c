/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI of CPUs and memory: two controllers with the same manners. */
#include "common/host/qapi.h"
#include "hw-models/unplug-acpi-slots.h"

/* In the flags register, of either. */
#define FLAG_REMOVE 4

static const UnplugAcpiController *controller_of(const AnnexRegionTap *tap)
{
    return container_of(tap, UnplugAcpiController, tap);
}

static UnplugAcpiSlot selected(const UnplugAcpiController *c,
                               const void *state)
{
    UnplugAcpiSlot slot = { NULL };

    c->slot(state, c->selector(state), &slot);
    return slot;
}

static UnplugRecord *record_of(UnplugAcpiSlot slot)
{
    return slot.dev ? unplug_find(slot.dev) : NULL;
}

void unplug_acpi_slots_after_read(const AnnexRegionTap *tap, void *state,
                                  hwaddr addr, uint64_t value, unsigned size)
{
    const UnplugAcpiController *c = controller_of(tap);
    UnplugRecord *r = record_of(selected(c, state));

    if (r && addr == c->flags && (value & FLAG_REMOVE)) {
        r->t.peeked = true;
    }
}

/* Whether the write at hand found a request. */
static bool was_removing;

void unplug_acpi_slots_before_write(const AnnexRegionTap *tap, void *state,
                                    hwaddr addr, uint64_t value,
                                    unsigned size)
{
    const UnplugAcpiController *c = controller_of(tap);

    was_removing = addr == c->flags && selected(c, state).is_removing;
}

void unplug_acpi_slots_after_write(const AnnexRegionTap *tap, void *state,
                                   hwaddr addr, uint64_t value,
                                   unsigned size)
{
    const UnplugAcpiController *c = controller_of(tap);
    UnplugAcpiSlot slot = selected(c, state);
    UnplugRecord *r = record_of(slot);

    if (!r) {
        return;
    }
    if (was_removing && !slot.is_removing) {
        unplug_seen(r);
    }
    if (c->ends_ost(state, addr)) {
        unplug_acpi_answered(r, slot.ost_source, slot.ost_status);
    }
}

/* The slot of @dev, or -1. */
static int find_slot(const UnplugAcpiController *c, const void *state,
                     const DeviceState *dev)
{
    UnplugAcpiSlot slot;
    uint32_t i;

    for (i = 0; state && c->slot(state, i, &slot); i++) {
        if (slot.dev == dev) {
            return i;
        }
    }
    return -1;
}

bool unplug_acpi_slots_claims(const UnplugTransportOps *ops,
                              HotplugHandler *handler, DeviceState *dev)
{
    const UnplugAcpiController *c = ops->data;

    return object_dynamic_cast(OBJECT(dev), c->device_type) &&
           find_slot(c, c->find(), dev) >= 0;
}

void unplug_acpi_slots_attach(AnnexHookSet *hooks, UnplugRecord *r)
{
    const UnplugAcpiController *c = r->transport->data;
    void *state = c->find();

    r->t.peeked = false;
    r->t.slot = find_slot(c, state, r->dev);
    annex_region_tap(hooks, c->region(state), &c->tap);
}

UnplugRetry unplug_acpi_slots_retry(UnplugRecord *r, DeviceState *dev,
                                    Error **errp)
{
    return r->seen ? unplug_acpi_refuse_repeat(r, errp) : UNPLUG_RETRY_ASK;
}

bool unplug_acpi_slots_listening(const UnplugRecord *r)
{
    const UnplugAcpiController *c = r->transport->data;

    return unplug_acpi_listening(c->gpe_bit);
}

UnplugCancelAction unplug_acpi_slots_cancel(UnplugRecord *r, Error **errp)
{
    const UnplugAcpiController *c = r->transport->data;
    UnplugAcpiSlot slot;
    void *state = c->find();

    if (r->t.peeked || !c->slot(state, r->t.slot, &slot) ||
        !slot.is_removing) {
        error_setg(errp, "the guest has taken the request for %s '%s': only "
                   "the guest can stop it", c->kind, r->path);
        return UNPLUG_CANCEL_FAILED;
    }
    c->clear(state, r->t.slot);
    return UNPLUG_CANCEL_WITHDRAWN;
}

/* What the guest has taken is not in the registers any more. */
bool unplug_acpi_slots_in_flight(const UnplugTransportOps *ops,
                                 HotplugHandler *handler, DeviceState *dev,
                                 bool *seen)
{
    const UnplugAcpiController *c = ops->data;
    UnplugAcpiSlot slot;
    void *state = c->find();

    *seen = false;
    return c->slot(state, find_slot(c, state, dev), &slot) &&
           slot.is_removing;
}

void unplug_acpi_slots_clear(UnplugRecord *r)
{
    const UnplugAcpiController *c = r->transport->data;

    c->clear(c->find(), r->t.slot);
}
