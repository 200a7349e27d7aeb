/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR DIMMs: removals that the host has lost, or given up, on the way. */
#ifndef ANNEX_PAPR_DIMM_H
#define ANNEX_PAPR_DIMM_H

#include "common/hooks.h"
#include "hw-models/unplug-transport.h"

/* All under the BQL. */

/*
 * See the host give a removal up: an LMB that a guest configures again takes
 * the whole DIMM back (hw/ppc/spapr_drc.c, 7.2 and 10.0,
 * rtas_ibm_configure_connector()).  That calls no method of a connector, but
 * the DIMM's own, between the host's forgetting and its report.
 */
extern const AnnexMethodHook papr_dimm_methods[];

/*
 * The request of @r has come along by migration.  If it is for a DIMM, the
 * stream tells which LMBs the guest is yet to let go; the host attaches all
 * at the start of the destination, and does not know of the removal: it would
 * abort over a refusal, and never delete a DIMM of which some LMBs were let
 * go before.
 */
void papr_dimm_arrived(UnplugRecord *r);

#endif
