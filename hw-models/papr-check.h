/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR check: does the host do as the state machine says? */
#ifndef ANNEX_PAPR_CHECK_H
#define ANNEX_PAPR_CHECK_H

#include "hw-models/papr-connectors.h"

/*
 * The state machine runs beside each of the host's methods.  A difference is
 * an event, PAPR_CONNECTOR_DIVERGED, and changes nothing.  Under the BQL, in
 * the thread of the call.
 */

/* Whether to; off at first. */
extern bool papr_check_enabled;

/* The host's methods, called with the state machine beside them. */
uint32_t papr_check_isolate(SpaprDrc *drc);
uint32_t papr_check_unisolate(SpaprDrc *drc);
SpaprDREntitySense papr_check_sense(SpaprDrc *drc);

#endif
