/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migration of a guest from one QEMU to another. */
#ifndef ANNEX_TEST_GUEST_MIGRATION_H
#define ANNEX_TEST_GUEST_MIGRATION_H

#include "vm.h"

/* Start @to, set up like @from, and have @from migrate to it. */
void guest_migration_start(TestVm *from, TestVm *to);

/* Wait for the end: "completed" or "failed". */
const char *guest_migration_end(TestVm *from);

/*
 * Wait until the guest rests: TCG does not migrate that a PowerPC processor
 * has an interrupt.
 */
void guest_migration_rest(TestVm *vm);

#endif
