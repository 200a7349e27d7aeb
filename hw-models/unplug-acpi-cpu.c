/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI CPU hotplug (hw/acpi/cpu.c, docs/specs/acpi_cpu_hotplug). */
#include "common/host/qapi.h"
#include "common/region-tap.h"
#include "hw-models/unplug-acpi.h"
#include "hw-models/unplug-transports.h"

#define CPU_FLAGS 4
#define CPU_COMMAND_DATA 8

#define FLAG_REMOVE 4

#define COMMAND_OST_STATUS 2

static CPUHotplugState *controller(void)
{
    return unplug_acpi_block("acpi-cpu-hotplug",
                             offsetof(CPUHotplugState, ctrl_reg));
}

/* The slot of @dev, or -1. */
static int slot_of(const CPUHotplugState *s, const DeviceState *dev)
{
    uint32_t i;

    for (i = 0; s && i < s->dev_count; i++) {
        if ((void *)s->devs[i].cpu == (void *)dev) {
            return i;
        }
    }
    return -1;
}

static AcpiCpuStatus *selected(CPUHotplugState *s)
{
    return s->selector < s->dev_count ? &s->devs[s->selector] : NULL;
}

static UnplugRecord *selected_record(CPUHotplugState *s)
{
    AcpiCpuStatus *status = selected(s);

    return status && status->cpu ? unplug_find(status->cpu) : NULL;
}

/* Whether the write at hand found a request. */
static bool was_removing;

static void after_read(void *state, hwaddr addr, uint64_t value,
                       unsigned size)
{
    UnplugRecord *r = selected_record(state);

    if (r && addr == CPU_FLAGS && (value & FLAG_REMOVE)) {
        r->t.peeked = true;
    }
}

static void before_write(void *state, hwaddr addr, uint64_t value,
                         unsigned size)
{
    AcpiCpuStatus *status = selected(state);

    was_removing = addr == CPU_FLAGS && status && status->is_removing;
}

static void after_write(void *state, hwaddr addr, uint64_t value,
                        unsigned size)
{
    CPUHotplugState *s = state;
    UnplugRecord *r = selected_record(s);

    if (!r) {
        return;
    }
    if (was_removing && !selected(s)->is_removing) {
        unplug_acpi_taken(r);
    }
    if (addr == CPU_COMMAND_DATA && s->command == COMMAND_OST_STATUS) {
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
    CPUHotplugState *s = controller();

    r->t.peeked = false;
    r->t.slot = slot_of(s, r->dev);
    if (s) {
        annex_region_tap(hooks, &s->ctrl_reg, &tap);
    }
}

static bool claims(HotplugHandler *handler, DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_CPU) &&
           slot_of(controller(), dev) >= 0;
}

static bool listening(const UnplugRecord *r)
{
    return unplug_acpi_listening(UNPLUG_GPE_CPU);
}

static UnplugCancelAction cancel(UnplugRecord *r, Error **errp)
{
    CPUHotplugState *s = controller();

    if (r->t.peeked || !s->devs[r->t.slot].is_removing) {
        error_setg(errp, "the guest has taken the request for CPU '%s': only "
                   "the guest can stop it", r->path);
        return UNPLUG_CANCEL_FAILED;
    }
    annex_host_acpi_cpu_clear_removing(s, r->t.slot);
    return UNPLUG_CANCEL_WITHDRAWN;
}

static bool in_flight(HotplugHandler *handler, DeviceState *dev, bool *seen)
{
    CPUHotplugState *s = controller();

    *seen = false;
    return s->devs[slot_of(s, dev)].is_removing;
}

/* Stock leaves the bit, and evicts whichever CPU comes next. */
static void clear_request(UnplugRecord *r)
{
    annex_host_acpi_cpu_clear_removing(controller(), r->t.slot);
}

const UnplugTransportOps unplug_acpi_cpu = {
    .id = UNPLUG_TRANSPORT_ACPI_CPU,
    .gone_when_unrealized = true,
    .claims = claims,
    .attach = attach,
    .listening = listening,
    .cancel = cancel,
    .in_flight = in_flight,
    .after_reset = clear_request,
    .after_removal = clear_request,
};
