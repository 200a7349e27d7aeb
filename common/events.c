/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: sent under the number of a stock event that has no throttle. */
#include "common/events.h"
#include "common/host/run.h"
#include "common/rate-limit.h"
#include "qapi/qapi-emit-events.h"

void annex_event_emit(QDict *event)
{
    /*
     * The number only selects a throttle (monitor/monitor.c, 7.2,
     * monitor_qapi_event_conf); what monitors get is the dictionary.
     */
    qapi_event_emit(QAPI_EVENT_RESUME, event);
}

bool annex_event_allow(const char *name, const char *path,
                       unsigned *suppressed)
{
    static AnnexRateLimit *limit;
    g_autofree char *key = g_strconcat(name, " ", path, NULL);

    if (!limit) {
        limit = annex_rate_limit_new();
    }
    return annex_rate_limit_pass(limit, key,
                                 qemu_clock_get_ms(QEMU_CLOCK_REALTIME),
                                 suppressed);
}
