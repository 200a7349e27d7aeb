/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lanes of a timeline: spans, marks, and how far they reach. */
#include "timeline.h"

/* What is about yet more things is drawn in the last lane. */
#define LANES_MAX 100

static void clear_span(void *span)
{
    g_free(((CtlSpan *)span)->label);
}

static void clear_mark(void *mark)
{
    g_free(((CtlMark *)mark)->label);
    g_free(((CtlMark *)mark)->detail);
}

static void lane_free(void *opaque)
{
    CtlLane *lane = opaque;

    g_array_free(lane->spans, TRUE);
    g_array_free(lane->marks, TRUE);
    g_free(lane->open_label);
    g_free(lane->name);
    g_free(lane);
}

static CtlLane *lane_new(const char *name)
{
    CtlLane *lane = g_new0(CtlLane, 1);

    lane->name = g_strdup(name);
    lane->spans = g_array_new(FALSE, FALSE, sizeof(CtlSpan));
    lane->marks = g_array_new(FALSE, FALSE, sizeof(CtlMark));
    g_array_set_clear_func(lane->spans, clear_span);
    g_array_set_clear_func(lane->marks, clear_mark);
    lane->open_us = -1;
    return lane;
}

CtlLane *ctl_timeline_lane(CtlTimeline *timeline, const char *name)
{
    CtlLane *lane;
    unsigned i;

    for (i = 0; i < timeline->lanes->len; i++) {
        lane = timeline->lanes->pdata[i];
        if (g_str_equal(lane->name, name)) {
            return lane;
        }
    }
    if (timeline->lanes->len == LANES_MAX) {
        return timeline->lanes->pdata[LANES_MAX - 1];
    }
    lane = lane_new(timeline->lanes->len == LANES_MAX - 1 ? "(others)"
                                                          : name);
    g_ptr_array_add(timeline->lanes, lane);
    return lane;
}

void ctl_lane_span(CtlLane *lane, gint64 from_us, gint64 to_us, CtlTone tone,
                   const char *label)
{
    CtlSpan span = { MIN(from_us, to_us), to_us, tone, g_strdup(label) };

    g_array_append_val(lane->spans, span);
}

void ctl_lane_close(CtlLane *lane, gint64 at_us)
{
    if (lane->open_us >= 0) {
        ctl_lane_span(lane, lane->open_us, at_us, lane->open_tone,
                      lane->open_label);
        lane->open_us = -1;
    }
}

void ctl_lane_open(CtlLane *lane, gint64 at_us, CtlTone tone,
                   const char *label)
{
    ctl_lane_close(lane, at_us);
    lane->open_us = at_us;
    lane->open_tone = tone;
    g_free(lane->open_label);
    lane->open_label = g_strdup(label);
}

void ctl_lane_mark(CtlLane *lane, gint64 at_us, CtlTone tone,
                   const char *label, const char *detail)
{
    CtlMark mark = { at_us, tone, g_strdup(label), g_strdup(detail) };

    g_array_append_val(lane->marks, mark);
}

/* Spans begin before the event that tells of them. */
void ctl_timeline_finish(CtlTimeline *timeline)
{
    unsigned i, j;

    for (i = 0; i < timeline->lanes->len; i++) {
        CtlLane *lane = timeline->lanes->pdata[i];

        ctl_lane_close(lane, MAX(timeline->to_us, lane->open_us));
        for (j = 0; j < lane->spans->len; j++) {
            const CtlSpan *span = &g_array_index(lane->spans, CtlSpan, j);

            timeline->from_us = MIN(timeline->from_us, span->from_us);
            timeline->to_us = MAX(timeline->to_us, span->to_us);
        }
    }
}

CtlTimeline *ctl_timeline_new(void)
{
    CtlTimeline *timeline = g_new0(CtlTimeline, 1);

    timeline->lanes = g_ptr_array_new_with_free_func(lane_free);
    timeline->from_us = G_MAXINT64;
    return timeline;
}

void ctl_timeline_free(CtlTimeline *timeline)
{
    g_ptr_array_free(timeline->lanes, TRUE);
    g_free(timeline);
}
