/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by ACPI of CPUs and memory: two controllers with the same manners. */
#ifndef ANNEX_UNPLUG_ACPI_SLOTS_H
#define ANNEX_UNPLUG_ACPI_SLOTS_H

#include "common/region-tap.h"
#include "hw-models/unplug-acpi.h"

/*
 * The request is a flag in a slot and a general-purpose event.  The guest's
 * firmware code reads the flag and clears it; the driver answers by _OST,
 * or ejects.  Until the flag was read, clearing it takes the request back.
 */

/* One slot of a controller. */
typedef struct UnplugAcpiSlot {
    DeviceState *dev;           /* NULL: empty */
    bool is_removing;
    uint32_t ost_source;
    uint32_t ost_status;
} UnplugAcpiSlot;

/*
 * What differs; @state is the controller's structure in the host.  A
 * transport has one of these as its data, and the functions below as its
 * entries.
 */
typedef struct UnplugAcpiController {
    AnnexRegionTap tap;         /* UNPLUG_ACPI_SLOTS_TAP */
    const char *kind;           /* "CPU", for messages */
    const char *device_type;    /* TYPE_CPU */
    unsigned gpe_bit;
    hwaddr flags;               /* the register with the flag */
    void *(*find)(void);        /* the machine's, or NULL */
    MemoryRegion *(*region)(void *state);
    uint32_t (*selector)(const void *state);
    /* Slot @i; false past the last. */
    bool (*slot)(const void *state, uint32_t i, UnplugAcpiSlot *slot);
    void (*clear)(void *state, uint32_t i);     /* the request's flag */
    /* Whether a write to @addr ends an _OST. */
    bool (*ends_ost)(const void *state, hwaddr addr);
} UnplugAcpiController;

AnnexRegionTapFn unplug_acpi_slots_after_read;
AnnexRegionTapFn unplug_acpi_slots_before_write;
AnnexRegionTapFn unplug_acpi_slots_after_write;

#define UNPLUG_ACPI_SLOTS_TAP                                           \
    { .after_read = unplug_acpi_slots_after_read,                       \
      .before_write = unplug_acpi_slots_before_write,                   \
      .after_write = unplug_acpi_slots_after_write }

bool unplug_acpi_slots_claims(const UnplugTransportOps *ops,
                              HotplugHandler *handler, DeviceState *dev);
void unplug_acpi_slots_attach(AnnexHookSet *hooks, UnplugRecord *r);
UnplugRetry unplug_acpi_slots_retry(UnplugRecord *r, DeviceState *dev,
                                    Error **errp);
bool unplug_acpi_slots_listening(const UnplugRecord *r);
UnplugCancelAction unplug_acpi_slots_cancel(UnplugRecord *r, Error **errp);
bool unplug_acpi_slots_in_flight(const UnplugTransportOps *ops,
                                 HotplugHandler *handler, DeviceState *dev,
                                 bool *seen);

/*
 * After a reset or a removal.  Stock leaves the flag, and evicts whatever
 * comes into the slot next.
 */
void unplug_acpi_slots_clear(UnplugRecord *r);

#define UNPLUG_ACPI_SLOTS_OPS                                           \
    .claims = unplug_acpi_slots_claims,                                 \
    .attach = unplug_acpi_slots_attach,                                 \
    .retry = unplug_acpi_slots_retry,                                   \
    .listening = unplug_acpi_slots_listening,                           \
    .cancel = unplug_acpi_slots_cancel,                                 \
    .in_flight = unplug_acpi_slots_in_flight,                           \
    .after_reset = unplug_acpi_slots_clear,                             \
    .after_removal = unplug_acpi_slots_clear

#endif
