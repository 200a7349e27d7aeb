/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What annex-postcopy says and refuses. */
#ifndef ANNEX_TEST_POSTCOPY_EXPECT_H
#define ANNEX_TEST_POSTCOPY_EXPECT_H

#include "postcopy-guest.h"

/* Wait for POSTCOPY_HELD; every vCPU is stopped, or blocked. */
const QmpEvent *postcopy_expect_held(PostcopyPair *p);

/* Wait for POSTCOPY_RELEASED. */
const QmpEvent *postcopy_expect_released(PostcopyPair *p, const char *reason,
                                         bool user_stopped);

/* What would block the main thread is refused, by QMP and by HMP. */
void postcopy_expect_refusals(PostcopyPair *p);

/* So is cont, by both. */
void postcopy_expect_cont_refused(PostcopyPair *p);

/*
 * Freeze the link and connect again: both ends stay in postcopy-recover.
 */
void postcopy_enter_recover(PostcopyPair *p);

/* Break that: both ends are in postcopy-paused again. */
void postcopy_leave_recover(PostcopyPair *p);

#endif
