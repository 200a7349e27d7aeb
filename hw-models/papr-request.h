/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR requests: which connectors one is about, and how it is taken back. */
#ifndef ANNEX_PAPR_REQUEST_H
#define ANNEX_PAPR_REQUEST_H

#include "hw-models/papr-connectors.h"
#include "hw-models/unplug-transport.h"

/* All under the BQL. */

/*
 * The request in which @drc takes part, or NULL: that of its device, or, for
 * a PCI function without one, that of function 0, which takes all of its slot
 * along (hw/ppc/spapr_pci.c, 7.2, spapr_pci_unplug_request()).
 */
UnplugRecord *papr_request_of(const SpaprDrc *drc);

/*
 * As papr_connectors_any(), for all connectors that take part in the request
 * for @dev.
 */
bool papr_request_any(DeviceState *dev, PaprConnectorFn *fn, void *opaque);

/*
 * Have the host forget the request for @dev, without a report.  LMBs that
 * the guest has let go are there for it to take again; returns whether there
 * are any.
 */
bool papr_request_withdraw(DeviceState *dev);

/*
 * Tell the guest of what the connectors of @dev have for it, as at a
 * hot-plug.  What it uses already it leaves alone.
 */
void papr_request_present(DeviceState *dev);

#endif
