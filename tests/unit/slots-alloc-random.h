/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: a million random operations against what must hold. */
#ifndef ANNEX_SLOTS_ALLOC_RANDOM_H
#define ANNEX_SLOTS_ALLOC_RANDOM_H

void slots_alloc_random(void);

#endif
