/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover report: the core's reports as QMP events. */
#ifndef ANNEX_FAILOVER_REPORT_H
#define ANNEX_FAILOVER_REPORT_H

#include "hw-models/failover-core.h"

/*
 * FAILOVER_PRIMARY_CHANGED, rate-limited by pair, since a guest's driver can
 * come and go as fast as it likes, and FAILOVER_UNPLUG_TIMEOUT, once for
 * each request.
 */
extern const FailoverReporter failover_reporter;

#endif
