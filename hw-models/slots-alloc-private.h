/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: what the files of slots-alloc*.c share. */
#ifndef ANNEX_SLOTS_ALLOC_PRIVATE_H
#define ANNEX_SLOTS_ALLOC_PRIVATE_H

#include "slots-alloc.h"

/* Whether its device has been there, and nobody knows of its return. */
static inline bool slots_entry_is_gone(const SlotsEntry *e)
{
    return !e->live && !e->expected;
}

/* Take the entry out of @s, and free it. */
void slots_alloc_forget(SlotsAlloc *s, SlotsEntry *e);

#endif
