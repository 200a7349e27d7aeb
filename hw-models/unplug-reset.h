/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug reset: what a reset of the machine does to pending requests. */
#ifndef ANNEX_UNPLUG_RESET_H
#define ANNEX_UNPLUG_RESET_H

#include "common/hooks.h"

/*
 * Interpose the reset method of the machine at hand.  Stock completes a
 * pending ACPI PCI request at reset, forgets a PCI Express one, and lets
 * an ACPI CPU or DIMM one hit whatever is added to the slot later.  Under
 * the BQL.
 */
void unplug_reset_start(AnnexHookSet *set);

#endif
