/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: migration state. */
#ifndef ANNEX_HOST_MIGRATION_H
#define ANNEX_HOST_MIGRATION_H

#include "qemu/osdep.h"
#include "migration/vmstate.h"

#endif
