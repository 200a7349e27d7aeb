/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the ledger, as QAPI's structure, and kept in a file. */
#ifndef ANNEX_SLOTS_LEDGER_H
#define ANNEX_SLOTS_LEDGER_H

#include "common/host/qapi.h"

#include "annex-pci-slots-qapi-types.h"

#define SLOTS_LEDGER_FORMAT "annex-pci-slots"
#define SLOTS_LEDGER_VERSION 1

/* All that is known; to be freed with qapi_free_PciSlotsLedger(). */
PciSlotsLedger *slots_ledger_export(void);

/* The entries of that. */
PciSlotEntryList *slots_ledger_entries(void);

/*
 * Take over what @ledger says, and forget what was remembered of ids that
 * are not there.  Returns false with nothing changed when it does not agree
 * with itself, or with where devices are.
 */
bool slots_ledger_load(const PciSlotsLedger *ledger, Error **errp);

/*
 * Read the file of option "ledger", if there is one, and keep it from now
 * on.  It is made, or shown to be writable, now.
 */
bool slots_ledger_start(Error **errp);

/* Something has changed: write the file, after the start of the machine. */
void slots_ledger_changed(void);

/* Why the file is not up to date, or NULL. */
const char *slots_ledger_error(void);

#endif
