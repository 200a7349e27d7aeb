/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR methods: what guests do to connectors, and what it means. */
#ifndef ANNEX_PAPR_METHODS_H
#define ANNEX_PAPR_METHODS_H

#include "common/host/qdev.h"

/*
 * Interpose the methods of connectors and DIMMs.  Returns false with nothing
 * changed, and an error, where they are not as expected.  Main thread.
 */
bool papr_methods_start(Error **errp);

#endif
