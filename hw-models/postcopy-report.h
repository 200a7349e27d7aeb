/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy report: what happens, as QMP events. */
#ifndef ANNEX_POSTCOPY_REPORT_H
#define ANNEX_POSTCOPY_REPORT_H

#include "hw-models/postcopy-core.h"

/* POSTCOPY_HELD and POSTCOPY_RELEASED: one of each for each outage. */
extern const PostcopyReporter postcopy_reporter;

/* POSTCOPY_MAIN_LOOP_BLOCKED.  Any thread. */
void postcopy_report_blocked(int64_t blocked_ms);

#endif
