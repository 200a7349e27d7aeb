/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: where all devices are, to be compared with another QEMU. */
#ifndef ANNEX_SLOTS_MAP_H
#define ANNEX_SLOTS_MAP_H

#include "common/host/qapi.h"

#include "annex-pci-slots-qapi-types.h"

/*
 * The PCI devices that users have made, without those that a migration
 * unplugs.  To be freed with qapi_free_PciSlotsDeviceList().
 */
PciSlotsDeviceList *slots_map_devices(void);

/*
 * How @theirs differs from what is here: sentences, g_ptr_array_unref();
 * empty if it does not.
 */
GPtrArray *slots_map_compare(PciSlotsDeviceList *theirs);

#endif
