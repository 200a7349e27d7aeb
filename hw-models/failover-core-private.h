/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover core: what its files share. */
#ifndef ANNEX_FAILOVER_CORE_PRIVATE_H
#define ANNEX_FAILOVER_CORE_PRIVATE_H

#include "hw-models/failover-core.h"

/* Go to @state, and report it if that is news. */
void failover_core_go(FailoverCore *c, FailoverState state,
                      FailoverReason reason);

/* An attempt has ended, without a reason of the guest's. */
void failover_core_ended(FailoverCore *c, FailoverOutcome outcome,
                         const char *message, int64_t now_ms);

/* Try all candidates as if none had failed before, from now on. */
void failover_core_start_afresh(FailoverCore *c);

/* What to do while the slot looks occupied, and when to ask that again. */
FailoverAction failover_core_next_presented(FailoverCore *c, bool may_plug,
                                            int64_t now_ms);
int64_t failover_core_presented_due_ms(const FailoverCore *c);

#endif
