/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by PAPR dynamic-reconfiguration connectors, of all types. */
#ifndef ANNEX_PAPR_TRANSPORT_H
#define ANNEX_PAPR_TRANSPORT_H

#include "hw-models/unplug-transport.h"

extern const UnplugTransportOps papr_transport;

/* Once, before the first request.  Main thread. */
void papr_transport_start(void);

#endif
