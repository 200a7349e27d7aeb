/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: devices that are asked for without a bus. */
#ifndef ANNEX_SLOTS_ADD_H
#define ANNEX_SLOTS_ADD_H

#include "common/hooks.h"
#include "hw-models/slots-bus.h"

/*
 * The host looks for a bus before a device is there.  So pools of ports are
 * asked in device_add of both monitors, which name the bus to the host; and
 * for the command line, where the host's answer is no refusal yet, when the
 * device is realized.  Under the BQL, at the start.
 */
bool slots_add_start(AnnexHookSet *set, Error **errp);

/* Whether the device that is being made was given neither bus nor address. */
bool slots_add_is_anywhere(void);

/* Whether @bus was named by us, for the device that is being made. */
bool slots_add_has_chosen(const PCIBus *bus);

/*
 * Put @dev, which is being realized on a bus of the host's choice, on @bus
 * instead; and, after its own realize, tell the handler of that bus, when
 * the host will not.
 */
bool slots_add_move(DeviceState *dev, PCIBus *bus, Error **errp);
bool slots_add_moved(DeviceState *dev, Error **errp);

#endif
