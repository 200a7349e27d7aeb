/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy refusals: commands that would wait for memory of the guest. */
#ifndef ANNEX_POSTCOPY_REFUSE_H
#define ANNEX_POSTCOPY_REFUSE_H

#include <stdbool.h>

/*
 * Have the commands refused that read or write the guest's memory in the main
 * thread, or wait for its vCPUs, or, with @refuse false, not any more.  Main
 * thread, under the BQL.
 */
void postcopy_refuse_update(bool refuse);

#endif
