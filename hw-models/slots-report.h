/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the event that a pool is nearly used up. */
#ifndef ANNEX_SLOTS_REPORT_H
#define ANNEX_SLOTS_REPORT_H

/* A device was placed, and @left slots of pool @name are free now. */
void slots_report_placed(const char *name, unsigned left);

#endif
