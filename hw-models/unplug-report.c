/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug report: the core's reports as QMP events. */
#include "hw-models/unplug-report.h"
#include "annex-unplug-qapi-emit-events.h"
#include "annex-unplug-qapi-events.h"
#include "common/events.h"
#include "hw-models/unplug-transport.h"
#include "qapi/qapi-events-qdev.h"

/* What the generator's code calls with a finished event. */
void annex_unplug_qapi_event_emit(annex_unplug_QAPIEvent event, QDict *dict)
{
    annex_event_emit(dict);
}

/* What the guest knows the device by, in *@info, or NULL. */
static UnplugConnector *connector_of(const UnplugRecord *r,
                                     UnplugConnector *info)
{
    const UnplugTransportOps *ops = r->transport;

    return ops->connector && ops->connector(r, info) ? info : NULL;
}

static void report_error(const UnplugRecord *r, UnplugErrorReason reason,
                         int code, const char *message, int64_t elapsed_ms)
{
    UnplugConnector info, *connector = connector_of(r, &info);
    unsigned suppressed;

    if (!annex_event_allow("DEVICE_UNPLUG_ERROR", r->path, &suppressed)) {
        return;
    }
    /*
     * The one that management software knows.  The host sends it itself
     * when it fails to remove a DIMM (hw/acpi/memory_hotplug.c, 7.2).
     */
    if (reason == UNPLUG_ERROR_REASON_GUEST_REFUSED && !r->host_reported) {
        qapi_event_send_device_unplug_guest_error(ANNEX_OPT_POINTER(r->id),
                                                  r->path);
    }
    qapi_event_send_device_unplug_error(ANNEX_OPT_POINTER(r->id), r->path,
                                        r->transport->id, reason,
                                        code != UNPLUG_NO_CODE, code,
                                        ANNEX_OPT_POINTER(message), r->attempt,
                                        elapsed_ms,
                                        ANNEX_OPT_POINTER(connector),
                                        suppressed > 0,
                                        suppressed);
}

static void report_not_deleted(const UnplugRecord *r, int64_t elapsed_ms)
{
    const UnplugTransportOps *ops = r->transport;
    bool listening = !r->leaving && (!ops->listening || ops->listening(r));
    UnplugConnector info, *connector = connector_of(r, &info);

    qapi_event_send_device_not_deleted(ANNEX_OPT_POINTER(r->id), r->path,
                                       ops->id, listening, r->seen,
                                       r->attempt, elapsed_ms,
                                       ANNEX_OPT_POINTER(connector));
}

static GPtrArray *observers;    /* of UnplugObserver * */

void unplug_report_observe(UnplugObserver *fn)
{
    if (!observers) {
        observers = g_ptr_array_new();
    }
    g_ptr_array_add(observers, fn);
}

static void report_done(const UnplugRecord *r, UnplugOutcome outcome,
                        bool present, int64_t elapsed_ms)
{
    UnplugConnector info, *connector = connector_of(r, &info);
    unsigned i;

    qapi_event_send_device_unplug_done(ANNEX_OPT_POINTER(r->id), r->path,
                                       r->transport->id, outcome, present,
                                       r->attempt, elapsed_ms,
                                       ANNEX_OPT_POINTER(connector));
    for (i = 0; observers && i < observers->len; i++) {
        UnplugObserver *observer = observers->pdata[i];

        observer(r, outcome, present);
    }
}

const UnplugReporter unplug_reporter = {
    .error = report_error,
    .not_deleted = report_not_deleted,
    .done = report_done,
};
