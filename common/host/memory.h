/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: memory regions. */
#ifndef ANNEX_HOST_MEMORY_H
#define ANNEX_HOST_MEMORY_H

#include "qemu/osdep.h"

#if HOST_SERIES < 1000
#include "exec/memory.h"
#else
#include "system/memory.h"
#endif

#endif
