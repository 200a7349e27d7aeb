/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR VIO slots: connectors for virtual devices, which no host has. */
#ifndef ANNEX_PAPR_VIO_H
#define ANNEX_PAPR_VIO_H

#include "common/host/qapi.h"

/* Beyond this many there would be no interrupts for other devices. */
#define PAPR_VIO_SLOTS_MAX 64

/*
 * Give the machine @count VIO slots.  With none nothing is changed, and no
 * type registered.  Returns false with nothing changed, and an error, where
 * the machine is none of pseries.  Main thread, before the board is made.
 */
bool papr_vio_start(unsigned count, Error **errp);

#endif
