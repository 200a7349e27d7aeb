/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI: what PCI, CPU and memory hotplug controllers share. */
#include "hw-models/unplug-acpi.h"
#include "common/host/qapi.h"
#include "common/region-tap.h"

/* ACPI 6.5, tables 6.14 and 6.17. */
#define OST_EJECT_REQUEST 0x3
#define OST_OSPM_EJECT 0x103
#define OST_SUCCESS 0x0
#define OST_EJECT_IN_PROGRESS 0x84

/* PM1 control, ACPI 6.5, 4.8.3.2. */
#define PM1_SCI_EN 1

/*
 * A machine has one, from its start to its end.  To look for it means to
 * walk all objects, so that is done once.
 */
static Object *acpi_device(void)
{
    static Object *device;

    if (!device) {
        device = object_resolve_path_type("", TYPE_ACPI_DEVICE_IF, NULL);
        if (device) {
            object_ref(device);
        }
    }
    return device;
}

typedef struct Search {
    const char *name;
    size_t offset;              /* SIZE_MAX: any region of the name */
    MemoryRegion *found;
} Search;

static int look_at(Object *child, void *opaque)
{
    Search *search = opaque;
    MemoryRegion *mr =
        (MemoryRegion *)object_dynamic_cast(child, TYPE_MEMORY_REGION);

    if (mr && !g_strcmp0(memory_region_name(mr), search->name) &&
        (search->offset == SIZE_MAX ||
         annex_region_state(mr) == (char *)mr - search->offset)) {
        search->found = mr;
    }
    return 0;
}

static MemoryRegion *find_region(const char *name, size_t offset)
{
    Search search = { .name = name, .offset = offset };
    Object *device = acpi_device();

    if (device) {
        object_child_foreach(device, look_at, &search);
    }
    return search.found;
}

void *unplug_acpi_block(const char *name, size_t offset)
{
    MemoryRegion *mr = find_region(name, offset);

    return mr ? (char *)mr - offset : NULL;
}

static uint64_t read_register(MemoryRegion *mr, hwaddr addr, MemOp op)
{
    uint64_t value = 0;

    memory_region_dispatch_read(mr, addr, &value, op, MEMTXATTRS_UNSPECIFIED);
    return value;
}

bool unplug_acpi_listening(unsigned bit)
{
    MemoryRegion *control = find_region("acpi-cnt", SIZE_MAX);
    MemoryRegion *gpe = find_region("acpi-gpe0", SIZE_MAX);

    if (!control || !gpe) {
        return true;
    }
    /* The enable registers are the second half of the block. */
    return (read_register(control, 0, MO_16) & PM1_SCI_EN) &&
           (read_register(gpe, memory_region_size(gpe) / 2, MO_8) >> bit & 1);
}

UnplugRetry unplug_acpi_refuse_repeat(const UnplugRecord *r, Error **errp)
{
    error_setg(errp, "the guest has taken the request for device '%s': after "
               "another one it could eject the next device in the slot",
               r->path);
    return UNPLUG_RETRY_REFUSE;
}

static const char *status_text(uint32_t status)
{
    switch (status) {
    case 0x1:
        return "non-specific failure";
    case 0x2:
        return "unrecognized notify code";
    case 0x80:
        return "ejection is not supported";
    case 0x81:
        return "device is in use by an application";
    case 0x82:
        return "device is busy";
    case 0x83:
        return "a device that it depends on is busy";
    default:
        return "status is not known";
    }
}

void unplug_acpi_answered(UnplugRecord *r, uint32_t source, uint32_t status)
{
    bool is_final = status != OST_SUCCESS && status != OST_EJECT_IN_PROGRESS;

    if (r && r->seen && is_final &&
        (source == OST_EJECT_REQUEST || source == OST_OSPM_EJECT)) {
        unplug_guest_refused(r, status, status_text(status));
    }
}
