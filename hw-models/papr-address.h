/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR addresses: the connector at the place of a device. */
#ifndef ANNEX_PAPR_ADDRESS_H
#define ANNEX_PAPR_ADDRESS_H

#include "common/host/spapr.h"

/*
 * The one connector at the place of a core, PCI function, host bridge or
 * NVDIMM, or NULL: for other devices, and where the host has made none.  It
 * may hold another device, or none.  The numbers are the host's
 * (hw/ppc/spapr.c and spapr_pci.c, 7.2 and 10.0, wherever a connector is
 * looked for by its id).  Constant time; under the BQL.
 */
SpaprDrc *papr_address_find(DeviceState *dev);

#endif
