/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: memory regions. */
#ifndef ANNEX_HOST_MEMORY_H
#define ANNEX_HOST_MEMORY_H

#include "qemu/osdep.h"

#include "exec/memory.h"

#endif
