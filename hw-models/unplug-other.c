/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by a handler that we cannot look into: deadline and completion. */
#include "hw-models/unplug-transports.h"

const UnplugTransportOps unplug_other = {
    .id = UNPLUG_TRANSPORT_OTHER,
};
