/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI memory hotplug (hw/acpi/memory_hotplug.c). */
#include "common/host/qapi.h"
#include "common/region-tap.h"
#include "hw-models/unplug-acpi.h"
#include "hw-models/unplug-transports.h"

#define MEMORY_OST_STATUS 0x8
#define MEMORY_FLAGS 0x14

#define FLAG_REMOVE 4

static MemHotplugState *controller(void)
{
    return unplug_acpi_block("acpi-mem-hotplug",
                             offsetof(MemHotplugState, io));
}

/* The slot of @dev, or -1. */
static int slot_of(const MemHotplugState *s, const DeviceState *dev)
{
    uint32_t i;

    for (i = 0; s && i < s->dev_count; i++) {
        if (s->devs[i].dimm == dev) {
            return i;
        }
    }
    return -1;
}

static MemStatus *selected(MemHotplugState *s)
{
    return s->selector < s->dev_count ? &s->devs[s->selector] : NULL;
}

static UnplugRecord *selected_record(MemHotplugState *s)
{
    MemStatus *status = selected(s);

    return status && status->dimm ? unplug_find(status->dimm) : NULL;
}

/* Whether the write at hand found a request. */
static bool was_removing;

static void after_read(void *state, hwaddr addr, uint64_t value,
                       unsigned size)
{
    UnplugRecord *r = selected_record(state);

    if (r && addr == MEMORY_FLAGS && (value & FLAG_REMOVE)) {
        r->t.peeked = true;
    }
}

static void before_write(void *state, hwaddr addr, uint64_t value,
                         unsigned size)
{
    MemStatus *status = selected(state);

    was_removing = addr == MEMORY_FLAGS && status && status->is_removing;
}

static void after_write(void *state, hwaddr addr, uint64_t value,
                        unsigned size)
{
    MemHotplugState *s = state;
    UnplugRecord *r = selected_record(s);

    if (!r) {
        return;
    }
    if (was_removing && !selected(s)->is_removing) {
        unplug_acpi_taken(r);
    }
    if (addr == MEMORY_OST_STATUS) {
        unplug_acpi_answered(r, selected(s)->ost_event,
                             selected(s)->ost_status);
    }
}

static const AnnexRegionTap tap = {
    .after_read = after_read,
    .before_write = before_write,
    .after_write = after_write,
};

static void attach(AnnexHookSet *hooks, UnplugRecord *r)
{
    MemHotplugState *s = controller();

    r->t.peeked = false;
    r->t.slot = slot_of(s, r->dev);
    if (s) {
        annex_region_tap(hooks, &s->io, &tap);
    }
}

static bool claims(HotplugHandler *handler, DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_PC_DIMM) &&
           slot_of(controller(), dev) >= 0;
}

static bool listening(const UnplugRecord *r)
{
    return unplug_acpi_listening(UNPLUG_GPE_MEMORY);
}

static UnplugCancelAction cancel(UnplugRecord *r, Error **errp)
{
    MemHotplugState *s = controller();

    if (r->t.peeked || !s->devs[r->t.slot].is_removing) {
        error_setg(errp, "the guest has taken the request for memory '%s': "
                   "only the guest can stop it", r->path);
        return UNPLUG_CANCEL_FAILED;
    }
    annex_host_acpi_memory_clear_removing(s, r->t.slot);
    return UNPLUG_CANCEL_WITHDRAWN;
}

static bool in_flight(HotplugHandler *handler, DeviceState *dev, bool *seen)
{
    MemHotplugState *s = controller();

    *seen = false;
    return s->devs[slot_of(s, dev)].is_removing;
}

/* Stock leaves the bit, and evicts whichever DIMM comes next. */
static void clear_request(UnplugRecord *r)
{
    annex_host_acpi_memory_clear_removing(controller(), r->t.slot);
}

const UnplugTransportOps unplug_acpi_memory = {
    .id = UNPLUG_TRANSPORT_ACPI_MEMORY,
    .claims = claims,
    .attach = attach,
    .listening = listening,
    .cancel = cancel,
    .in_flight = in_flight,
    .after_reset = clear_request,
    .after_removal = clear_request,
};
