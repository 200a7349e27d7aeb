/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that the unplug transports look into. */
#ifndef ANNEX_UNPLUG_ABI_H
#define ANNEX_UNPLUG_ABI_H

#include "common/abi.h"

extern const AnnexAbiType unplug_abi_types[];

#endif
