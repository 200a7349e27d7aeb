/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR connectors: which of the host's are a device's, and their states. */
#ifndef ANNEX_PAPR_CONNECTORS_H
#define ANNEX_PAPR_CONNECTORS_H

#include "common/host/spapr.h"
#include "annex-papr-drc-qapi-types.h"
#include "hw-models/papr-drc-state.h"

/* All under the BQL. */

/*
 * Call @fn for each connector of @dev, the lowest index first, until it
 * returns true.  A DIMM has one for each LMB, those that the guest has let
 * go included; a core, a PCI function and a host bridge have one.  Returns
 * whether @fn did.
 */
typedef bool PaprConnectorFn(SpaprDrc *drc, void *opaque);
bool papr_connectors_any(DeviceState *dev, PaprConnectorFn *fn, void *opaque);

/* Whether @dev is a DIMM with LMBs; an NVDIMM has one connector as a whole. */
bool papr_connectors_is_dimm(DeviceState *dev);

/* The first of them, or NULL. */
SpaprDrc *papr_connectors_first(DeviceState *dev);

/* How many there are. */
uint32_t papr_connectors_count(DeviceState *dev);

/* As papr_connectors_any(), for all of the machine, in no order. */
bool papr_connectors_all(PaprConnectorFn *fn, void *opaque);

/* Whether the removal of @dev is asked for at one of them. */
bool papr_connectors_requested(DeviceState *dev);

/* The connector as the state machine has it. */
PaprDrc papr_connectors_state(const SpaprDrc *drc);

/* What it is for, and a state, in the words of QMP. */
PaprConnectorType papr_connectors_type(SpaprDrc *drc);
PaprConnectorState papr_connectors_word(PaprDrcState state);

#endif
