/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the ledger as text. */
#ifndef ANNEX_SLOTS_TEXT_H
#define ANNEX_SLOTS_TEXT_H

/*
 * What slots_ledger_export() has, as JSON, with a line for each entry; to
 * be freed with g_free().  By hand, since this is done at every change: the
 * host's visitors take ten times as long.
 */
char *slots_text_ledger(void);

#endif
