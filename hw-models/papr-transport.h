/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by PAPR dynamic-reconfiguration connectors, of all types. */
#ifndef ANNEX_PAPR_TRANSPORT_H
#define ANNEX_PAPR_TRANSPORT_H

#include "hw-models/unplug-transport.h"

extern const UnplugTransportOps papr_transport;

/*
 * Interpose the methods of the connectors.  Returns false with nothing
 * changed, and an error, where they are not as expected.  Main thread.
 */
bool papr_transport_start(Error **errp);

#endif
