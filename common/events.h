/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: how ours reach the host's monitors. */
#ifndef ANNEX_EVENTS_H
#define ANNEX_EVENTS_H

#include "common/host/qapi.h"

/*
 * Send @event, a whole QMP event as the QAPI generator's code builds it, to
 * all QMP monitors.  Any thread.
 */
void annex_event_emit(QDict *event);

/*
 * Whether event @name about @path, which a guest can cause, may be sent
 * now; each pair has a bucket of its own (rate-limit.h).  When it may,
 * *@suppressed is how many were held back since the last.  Under the BQL.
 */
bool annex_event_allow(const char *name, const char *path,
                       unsigned *suppressed);

#endif
