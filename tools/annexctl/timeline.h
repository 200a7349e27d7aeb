/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recorded event log as lanes of spans and marks, and as a picture. */
#ifndef ANNEXCTL_TIMELINE_H
#define ANNEXCTL_TIMELINE_H

#include "error.h"
#include "json.h"

/* How a span or mark is coloured. */
typedef enum CtlTone {
    CTL_TONE_PLAIN,
    CTL_TONE_BUSY,              /* going on, nobody knows how it ends */
    CTL_TONE_GOOD,
    CTL_TONE_WARN,
    CTL_TONE_BAD,
} CtlTone;

typedef struct CtlSpan {
    gint64 from_us, to_us;
    CtlTone tone;
    char *label;
} CtlSpan;

typedef struct CtlMark {
    gint64 at_us;
    CtlTone tone;
    char *label;                /* the event's name, and the best of it */
    char *detail;               /* all of it, for who points at it */
} CtlMark;

/* What one device, pair, channel or migration went through. */
typedef struct CtlLane {
    char *name;
    GArray *spans;              /* CtlSpan, in the order in which they end */
    GArray *marks;              /* CtlMark, in the order of the log */
    gint64 open_us;             /* since when the span that goes on, or -1 */
    CtlTone open_tone;
    char *open_label;
} CtlLane;

typedef struct CtlTimeline {
    GPtrArray *lanes;           /* CtlLane */
    gint64 from_us, to_us;      /* the first and the last thing in it */
    unsigned events;
    unsigned skipped;           /* lines that were no events */
} CtlTimeline;

/* An empty one; ctl_timeline_finish() when all is in it. */
CtlTimeline *ctl_timeline_new(void);
void ctl_timeline_finish(CtlTimeline *timeline);
void ctl_timeline_free(CtlTimeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlTimeline, ctl_timeline_free)

/* The lane of that name, made if there is none. */
CtlLane *ctl_timeline_lane(CtlTimeline *timeline, const char *name);

/* A span; one that goes on until the next, or its end; a mark. */
void ctl_lane_span(CtlLane *lane, gint64 from_us, gint64 to_us, CtlTone tone,
                   const char *label);
void ctl_lane_open(CtlLane *lane, gint64 at_us, CtlTone tone,
                   const char *label);
void ctl_lane_close(CtlLane *lane, gint64 at_us);
void ctl_lane_mark(CtlLane *lane, gint64 at_us, CtlTone tone,
                   const char *label, const char *detail);

/* Put one event into its lane. */
void ctl_timeline_event(CtlTimeline *timeline, JsonNode *event);

/*
 * Read a log of "events --follow --json": one JSON object in a line.  Lines
 * that are no events are counted and passed over.  @subject: without what is
 * about something else, or NULL.  NULL with CTL_ERROR_FILE if no event is
 * left.
 */
CtlTimeline *ctl_timeline_read(const char *text, gsize len,
                               const char *subject, GError **errp);

/* SVG of @width pixels that needs no other file; g_free(). */
char *ctl_timeline_svg(const CtlTimeline *timeline, const char *title,
                       int width);

#endif
