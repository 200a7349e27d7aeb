/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI memory hotplug (hw/acpi/memory_hotplug.c). */
#include "hw-models/unplug-acpi-slots.h"
#include "hw-models/unplug-transports.h"

#define MEMORY_OST_STATUS 0x8
#define MEMORY_FLAGS 0x14

static void *find(void)
{
    return unplug_acpi_block("acpi-mem-hotplug",
                             offsetof(MemHotplugState, io));
}

static MemoryRegion *region(void *state)
{
    return &((MemHotplugState *)state)->io;
}

static uint32_t selector(const void *state)
{
    return ((const MemHotplugState *)state)->selector;
}

static bool slot(const void *state, uint32_t i, UnplugAcpiSlot *slot)
{
    const MemHotplugState *s = state;

    if (i >= s->dev_count) {
        return false;
    }
    slot->dev = s->devs[i].dimm;
    slot->is_removing = s->devs[i].is_removing;
    slot->ost_source = s->devs[i].ost_event;
    slot->ost_status = s->devs[i].ost_status;
    return true;
}

static void clear(void *state, uint32_t i)
{
    annex_host_acpi_memory_clear_removing(state, i);
}

static bool ends_ost(const void *state, hwaddr addr)
{
    return addr == MEMORY_OST_STATUS;
}

static const UnplugAcpiController controller = {
    .tap = UNPLUG_ACPI_SLOTS_TAP, .kind = "memory", .device_type = TYPE_PC_DIMM,
    .gpe_bit = UNPLUG_GPE_MEMORY, .flags = MEMORY_FLAGS, .find = find,
    .region = region, .selector = selector, .slot = slot, .clear = clear,
    .ends_ost = ends_ost,
};

const UnplugTransportOps unplug_acpi_memory = {
    .id = UNPLUG_TRANSPORT_ACPI_MEMORY,
    .data = &controller,
    .lost_in_stream = true,
    UNPLUG_ACPI_SLOTS_OPS,
};
