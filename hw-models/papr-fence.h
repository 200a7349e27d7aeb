/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR fences: guests that have given up on a DIMM without a word. */
#ifndef ANNEX_PAPR_FENCE_H
#define ANNEX_PAPR_FENCE_H

#include "hw-models/papr-connectors.h"
#include "hw-models/unplug-transport.h"

/*
 * A Linux guest that cannot do without the first LMB of a DIMM makes no call
 * at all.  But it handles events in order (arch/powerpc/platforms/pseries/
 * dlpar.c, 6.1 and 6.12, an ordered workqueue).  A fence is a second event,
 * behind the request, from which nothing can come: to add an LMB that is
 * there, the last of the DIMM, or, for a DIMM of one, to add one that is
 * empty.  The guest asks for the connector's dr-entity-sense, which a guest
 * that lets the DIMM go does only after it has isolated an LMB, and leaves
 * it at that.  With this the request is over.
 *
 * All under the BQL.
 */

/* Time for a guest that is able to remove the DIMM, before it is asked. */
#define PAPR_FENCE_MS 1000

/*
 * Put a fence behind the request of @r.  Returns false, and does nothing,
 * where there can be none: for other devices, and machines without an empty
 * LMB for a DIMM of one.
 */
bool papr_fence_queue(UnplugRecord *r);

/* The request whose fence is @drc, of which the guest asks the state. */
UnplugRecord *papr_fence_of(SpaprDrc *drc);

#endif
