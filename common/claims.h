/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: slots that a module keeps for devices that are not there. */
#ifndef ANNEX_CLAIMS_H
#define ANNEX_CLAIMS_H

#include <stdbool.h>

/*
 * The only slot of @bus is kept for device @id: modules do not put another
 * there of their own accord.  A user still can.  All functions: under the
 * BQL.
 */
void annex_claims_add(const char *bus, const char *id);

/* No longer.  Nothing if there is no such claim. */
void annex_claims_remove(const char *bus, const char *id);

/* Whether the slot is kept for @id. */
bool annex_claims_has(const char *bus, const char *id);

/* Whether it is kept for another device than @id, which may be NULL. */
bool annex_claims_has_other(const char *bus, const char *id);

#endif
