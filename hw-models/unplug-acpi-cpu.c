/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI CPU hotplug (hw/acpi/cpu.c, docs/specs/acpi_cpu_hotplug). */
#include "hw-models/unplug-acpi-slots.h"
#include "hw-models/unplug-transports.h"

#define CPU_FLAGS 4
#define CPU_COMMAND_DATA 8

#define COMMAND_OST_STATUS 2

static void *find(void)
{
    return unplug_acpi_block("acpi-cpu-hotplug",
                             offsetof(CPUHotplugState, ctrl_reg));
}

static MemoryRegion *region(void *state)
{
    return &((CPUHotplugState *)state)->ctrl_reg;
}

static uint32_t selector(const void *state)
{
    return ((const CPUHotplugState *)state)->selector;
}

static bool slot(const void *state, uint32_t i, UnplugAcpiSlot *slot)
{
    const CPUHotplugState *s = state;

    if (i >= s->dev_count) {
        return false;
    }
    slot->dev = (DeviceState *)s->devs[i].cpu;
    slot->is_removing = s->devs[i].is_removing;
    slot->ost_source = s->devs[i].ost_event;
    slot->ost_status = s->devs[i].ost_status;
    return true;
}

static void clear(void *state, uint32_t i)
{
    annex_host_acpi_cpu_clear_removing(state, i);
}

static bool ends_ost(const void *state, hwaddr addr)
{
    return addr == CPU_COMMAND_DATA &&
           ((const CPUHotplugState *)state)->command == COMMAND_OST_STATUS;
}

static const UnplugAcpiController controller = {
    .tap = UNPLUG_ACPI_SLOTS_TAP, .kind = "CPU", .device_type = TYPE_CPU,
    .gpe_bit = UNPLUG_GPE_CPU, .flags = CPU_FLAGS, .find = find,
    .region = region, .selector = selector, .slot = slot, .clear = clear,
    .ends_ost = ends_ost,
};

const UnplugTransportOps unplug_acpi_cpu = {
    .id = UNPLUG_TRANSPORT_ACPI_CPU,
    .data = &controller,
    .gone_when_unrealized = true,
    UNPLUG_ACPI_SLOTS_OPS,
};
