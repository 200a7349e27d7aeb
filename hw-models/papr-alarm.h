/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR alarms: requests that have to be looked at again after a while. */
#ifndef ANNEX_PAPR_ALARM_H
#define ANNEX_PAPR_ALARM_H

#include "hw-models/unplug-transport.h"

/*
 * One alarm for each record, in guest-running time; @fn is called for it
 * once, in the main thread, and may end it.  All under the BQL.
 */
void papr_alarm_start(void (*fn)(UnplugRecord *r));
void papr_alarm_set(UnplugRecord *r, int64_t delay_ms);
void papr_alarm_clear(UnplugRecord *r);

#endif
