/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which event belongs into which lane, and what it says there. */
#include "event.h"
#include "timeline.h"

/* One event on its way. */
typedef struct Moment {
    CtlTimeline *timeline;
    JsonNode *event;
    JsonObject *data;
    const char *name;
    gint64 at_us;
} Moment;

static const char *get(const Moment *m, const char *name)
{
    const char *value = ctl_json_str(m->data, name);

    return value ? value : "?";
}

static gint64 before_us(const Moment *m, const char *member)
{
    /* A century is enough; a sum of more might overflow. */
    gint64 ms = CLAMP(ctl_json_int(m->data, member), 0, 3153600000000);

    return MAX(m->at_us - ms * 1000, 0);
}

static CtlLane *lane_of(const Moment *m, const char *kind, const char *which)
{
    g_autofree char *name = g_strdup_printf("%s%s%s", kind, which ? " " : "",
                                            which ? which : "");

    return ctl_timeline_lane(m->timeline, name);
}

static void mark(const Moment *m, CtlLane *lane, CtlTone tone,
                 const char *label)
{
    static const CtlStyle style = {};
    g_autofree char *detail = ctl_event_line(&style, m->event);

    ctl_lane_mark(lane, m->at_us, tone, label, detail);
}

/* ---------------------------------------------------------------- tones */

typedef struct ToneOf {
    const char *word;
    CtlTone tone;
} ToneOf;

static const ToneOf tones[] = {
    /* UnplugOutcome */
    { "deleted", CTL_TONE_GOOD }, { "late", CTL_TONE_WARN },
    { "refused", CTL_TONE_BAD }, { "reset", CTL_TONE_WARN },
    { "unsolicited", CTL_TONE_WARN },
    /* FailoverState */
    { "plugging", CTL_TONE_BUSY }, { "plugged", CTL_TONE_GOOD },
    { "unplugging", CTL_TONE_BUSY },
    { "unplugged-for-migration", CTL_TONE_WARN },
    { "slot-busy", CTL_TONE_WARN },
    /* MigrationStatus */
    { "setup", CTL_TONE_BUSY }, { "active", CTL_TONE_BUSY },
    { "device", CTL_TONE_BUSY }, { "pre-switchover", CTL_TONE_BUSY },
    { "wait-unplug", CTL_TONE_WARN }, { "postcopy-active", CTL_TONE_BUSY },
    { "postcopy-paused", CTL_TONE_BAD },
    { "postcopy-recover-setup", CTL_TONE_WARN },
    { "postcopy-recover", CTL_TONE_WARN }, { "completed", CTL_TONE_GOOD },
    { "cancelling", CTL_TONE_WARN }, { "cancelled", CTL_TONE_WARN },
    /* Both of them. */
    { "failed", CTL_TONE_BAD },
};

static CtlTone tone_of(const char *word)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(tones); i++) {
        if (g_str_equal(tones[i].word, word)) {
            return tones[i].tone;
        }
    }
    return CTL_TONE_PLAIN;
}

/* -------------------------------------------------------------- unplug */

static CtlLane *device_lane(const Moment *m)
{
    JsonObject *info = ctl_json_object(m->data, "info");
    const char *device = ctl_json_str(info, "device");

    return lane_of(m, "device", device ? device
                                       : ctl_event_subject(m->event));
}

static void on_device(const Moment *m)
{
    mark(m, device_lane(m), CTL_TONE_PLAIN, m->name);
}

/* Nobody tells when a device is asked for; the first event knows since when. */
static CtlLane *begin_request(const Moment *m)
{
    CtlLane *lane = device_lane(m);

    if (lane->open_us < 0) {
        ctl_lane_open(lane, before_us(m, "elapsed-ms"), CTL_TONE_BUSY,
                      "asked for");
    }
    return lane;
}

static void on_not_deleted(const Moment *m)
{
    CtlLane *lane = begin_request(m);

    ctl_lane_open(lane, m->at_us, CTL_TONE_WARN, "past the deadline");
    mark(m, lane, CTL_TONE_WARN, ctl_json_bool(m->data, "listening")
         ? "deadline" : "deadline, guest not listening");
}

static void on_unplug_error(const Moment *m)
{
    const char *message = ctl_json_str(m->data, "message");
    g_autofree char *label = g_strdup_printf("%s%s%s", get(m, "reason"),
                                             message ? ": " : "",
                                             message ? message : "");

    mark(m, begin_request(m), CTL_TONE_BAD, label);
}

static void on_unplug_done(const Moment *m)
{
    CtlLane *lane = begin_request(m);
    CtlTone tone = tone_of(get(m, "outcome"));

    lane->open_tone = tone;
    ctl_lane_close(lane, m->at_us);
    mark(m, lane, tone, get(m, "outcome"));
}

/* ------------------------------------------------------------ failover */

static void on_primary_changed(const Moment *m)
{
    CtlLane *lane = lane_of(m, "pair", ctl_json_str(m->data, "standby"));
    const char *primary = ctl_json_str(m->data, "primary");
    g_autofree char *label = g_strdup_printf("%s%s%s", get(m, "reason"),
                                             primary ? " " : "",
                                             primary ? primary : "");

    ctl_lane_open(lane, m->at_us, tone_of(get(m, "state")),
                  get(m, "state"));
    mark(m, lane, ctl_json_str(m->data, "message") ? CTL_TONE_BAD
                                                   : CTL_TONE_PLAIN, label);
}

static void on_failover_timeout(const Moment *m)
{
    g_autofree char *label = g_strdup_printf("%s: %s", get(m, "reason"),
                                             get(m, "action"));

    mark(m, lane_of(m, "pair", ctl_json_str(m->data, "standby")),
         CTL_TONE_BAD, label);
}

/* ----------------------------------------------------- migration, guest */

static void on_migration(const Moment *m)
{
    CtlLane *lane = lane_of(m, "migration", NULL);
    const char *status = get(m, "status");

    if (g_str_equal(status, "completed") || g_str_equal(status, "failed") ||
        g_str_equal(status, "cancelled")) {
        ctl_lane_close(lane, m->at_us);
    } else {
        ctl_lane_open(lane, m->at_us, tone_of(status), status);
    }
    mark(m, lane, tone_of(status), status);
}

static void on_pass(const Moment *m)
{
    g_autofree char *label = g_strdup_printf(
        "pass %" G_GINT64_FORMAT, ctl_json_int(m->data, "pass"));

    mark(m, lane_of(m, "migration", NULL), CTL_TONE_PLAIN, label);
}

static void on_held(const Moment *m)
{
    CtlLane *lane = lane_of(m, "vCPUs", NULL);

    ctl_lane_open(lane, m->at_us, CTL_TONE_WARN, "held");
    mark(m, lane, CTL_TONE_WARN, "held");
}

static void on_released(const Moment *m)
{
    CtlLane *lane = lane_of(m, "vCPUs", NULL);

    if (lane->open_us < 0) {
        ctl_lane_open(lane, before_us(m, "held-ms"), CTL_TONE_WARN, "held");
    }
    ctl_lane_close(lane, m->at_us);
    mark(m, lane, CTL_TONE_GOOD, get(m, "reason"));
}

static void on_main_loop_blocked(const Moment *m)
{
    CtlLane *lane = lane_of(m, "main loop", NULL);

    ctl_lane_span(lane, before_us(m, "blocked-ms"), m->at_us, CTL_TONE_BAD,
                  "blocked");
    mark(m, lane, CTL_TONE_BAD, "blocked");
}

static void on_stop(const Moment *m)
{
    CtlLane *lane = lane_of(m, "VM", NULL);

    ctl_lane_open(lane, m->at_us, CTL_TONE_WARN, "stopped");
    mark(m, lane, CTL_TONE_PLAIN, "STOP");
}

static void on_resume(const Moment *m)
{
    CtlLane *lane = lane_of(m, "VM", NULL);

    ctl_lane_close(lane, m->at_us);
    mark(m, lane, CTL_TONE_PLAIN, "RESUME");
}

static void on_vm(const Moment *m)
{
    mark(m, lane_of(m, "VM", NULL), CTL_TONE_PLAIN, m->name);
}

/* ------------------------------------------------ vhost-user, all others */

static void on_request_failed(const Moment *m)
{
    CtlLane *lane = lane_of(m, "vhost-user",
                            ctl_json_str(m->data, "chardev"));
    g_autofree char *label = g_strdup_printf("%s: %s", get(m, "request"),
                                             get(m, "reason"));

    ctl_lane_span(lane, before_us(m, "elapsed-ms"), m->at_us, CTL_TONE_BAD,
                  get(m, "request"));
    mark(m, lane, CTL_TONE_BAD, label);
}

static void on_start_failed(const Moment *m)
{
    g_autofree char *label = g_strdup_printf("not started: %s",
                                             get(m, "request"));

    mark(m, lane_of(m, "vhost-user", ctl_json_str(m->data, "chardev")),
         CTL_TONE_BAD, label);
}

static void on_other(const Moment *m)
{
    mark(m, lane_of(m, "other", ctl_event_subject(m->event)), CTL_TONE_PLAIN,
         m->name);
}

static const struct {
    const char *name;
    void (*take)(const Moment *m);
} takers[] = {
    { "ACPI_DEVICE_OST", on_device },
    { "DEVICE_DELETED", on_device },
    { "DEVICE_UNPLUG_GUEST_ERROR", on_device },
    { "DEVICE_NOT_DELETED", on_not_deleted },
    { "DEVICE_UNPLUG_ERROR", on_unplug_error },
    { "DEVICE_UNPLUG_DONE", on_unplug_done },
    { "FAILOVER_PRIMARY_CHANGED", on_primary_changed },
    { "FAILOVER_UNPLUG_TIMEOUT", on_failover_timeout },
    { "MIGRATION", on_migration },
    { "MIGRATION_PASS", on_pass },
    { "POSTCOPY_HELD", on_held },
    { "POSTCOPY_RELEASED", on_released },
    { "POSTCOPY_MAIN_LOOP_BLOCKED", on_main_loop_blocked },
    { "STOP", on_stop },
    { "RESUME", on_resume },
    { "RESET", on_vm },
    { "SHUTDOWN", on_vm },
    { "POWERDOWN", on_vm },
    { "VHOST_USER_REQUEST_FAILED", on_request_failed },
    { "VHOST_USER_START_FAILED", on_start_failed },
};

void ctl_timeline_event(CtlTimeline *timeline, JsonNode *event)
{
    Moment m = { timeline, event, ctl_event_data(event),
                 ctl_event_name(event), ctl_event_time_us(event) };
    void (*take)(const Moment *m) = on_other;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(takers); i++) {
        if (g_str_equal(takers[i].name, m.name)) {
            take = takers[i].take;
        }
    }
    timeline->events++;
    timeline->from_us = MIN(timeline->from_us, m.at_us);
    timeline->to_us = MAX(timeline->to_us, m.at_us);
    take(&m);
}
