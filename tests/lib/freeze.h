/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that stand still for a while. */
#ifndef ANNEX_TEST_FREEZE_H
#define ANNEX_TEST_FREEZE_H

#include <sys/types.h>

/*
 * Stop a child.  The signal alone is only on its way: when this returns, none
 * of the child's threads runs any more.
 */
void test_freeze(pid_t child);

/* Let it go on. */
void test_thaw(pid_t child);

#endif
