/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy report: what happens, as QMP events. */
#include "hw-models/postcopy-report.h"
#include "annex-postcopy-qapi-emit-events.h"
#include "annex-postcopy-qapi-events.h"
#include "common/events.h"
#include "hw-models/postcopy-vcpus.h"

/* What the generator's code calls with a finished event. */
void annex_postcopy_qapi_event_emit(annex_postcopy_QAPIEvent event,
                                    QDict *dict)
{
    annex_event_emit(dict);
}

static void held(const PostcopyCore *c, int64_t elapsed_ms)
{
    PostcopyVcpuList *vcpus = postcopy_vcpus_list();

    qapi_event_send_postcopy_held(vcpus, elapsed_ms);
    qapi_free_PostcopyVcpuList(vcpus);
}

static void released(const PostcopyCore *c, int64_t held_ms,
                     PostcopyReleaseReason reason)
{
    qapi_event_send_postcopy_released(held_ms, reason,
                                      c->user_stopped || c->foreign);
}

void postcopy_report_blocked(int64_t blocked_ms)
{
    qapi_event_send_postcopy_main_loop_blocked(blocked_ms);
}

const PostcopyReporter postcopy_reporter = {
    .held = held,
    .released = released,
};
