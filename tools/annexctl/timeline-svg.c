/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timeline as SVG. */
#include "timeline.h"

#include "event.h"
#include "text.h"

#define MARGIN 12
#define NAME_WIDTH 170
#define AXIS_Y 64
#define BAR_HEIGHT 16
#define ROW_HEIGHT 14
#define LANE_GAP 12
/* Labels of one lane that crowd are told by their tooltips alone. */
#define ROWS_MAX 8
/* Of the font, on average; a label that is wider touches its neighbour. */
#define LETTER_WIDTH 6.6

typedef struct Picture {
    const CtlTimeline *timeline;
    GString *out;
    int width;
    int y;                      /* the top of the next lane */
} Picture;

static const char style_sheet[] =
    "text{font:11px sans-serif;fill:#222}\n"
    ".title{font-size:15px;font-weight:bold}\n"
    ".name{font-weight:bold}\n"
    ".inside{fill:#fff}\n"
    ".grid{stroke:#ddd}\n"
    ".leader{stroke:#999;stroke-width:.5}\n"
    ".plain{fill:#7d8590}\n"
    ".busy{fill:#3b76c4}\n"
    ".good{fill:#2c8a4b}\n"
    ".warn{fill:#c77f0a}\n"
    ".bad{fill:#c0392b}\n";

static const char *tone_name(CtlTone tone)
{
    switch (tone) {
    case CTL_TONE_PLAIN:
        return "plain";
    case CTL_TONE_BUSY:
        return "busy";
    case CTL_TONE_GOOD:
        return "good";
    case CTL_TONE_WARN:
        return "warn";
    case CTL_TONE_BAD:
        return "bad";
    }
    g_assert_not_reached();
}

/* XML has no way to write a control character: harmless text has none. */
static char *xml_text(const char *text)
{
    static const CtlStyle style = {};
    g_autofree char *harmless = ctl_text(&style, text);

    return g_markup_escape_text(harmless, -1);
}

/* Without the locale's decimal comma. */
static void number(char *buffer, double value)
{
    g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.1f", value);
}

static double x_of(const Picture *p, gint64 at_us)
{
    double whole = MAX(p->timeline->to_us - p->timeline->from_us, 1000);

    return NAME_WIDTH + (at_us - p->timeline->from_us) / whole *
           (p->width - NAME_WIDTH - MARGIN);
}

static void draw_text(Picture *p, double x, double y, const char *class,
                      const char *text)
{
    g_autofree char *escaped = xml_text(text);
    char x_text[G_ASCII_DTOSTR_BUF_SIZE], y_text[G_ASCII_DTOSTR_BUF_SIZE];

    number(x_text, x);
    number(y_text, y);
    g_string_append_printf(p->out, "<text class=\"%s\" x=\"%s\" y=\"%s\">"
                           "%s</text>\n", class, x_text, y_text, escaped);
}

static void draw_line(Picture *p, const char *class, double x, int y1, int y2)
{
    char x_text[G_ASCII_DTOSTR_BUF_SIZE];

    number(x_text, x);
    g_string_append_printf(p->out, "<line class=\"%s\" x1=\"%s\" x2=\"%s\" "
                           "y1=\"%d\" y2=\"%d\"/>\n", class, x_text, x_text,
                           y1, y2);
}

static double text_width(const char *text)
{
    static const CtlStyle style = {};
    g_autofree char *harmless = ctl_text(&style, text);

    return ctl_text_width(harmless) * LETTER_WIDTH;
}

static void draw_span(Picture *p, const CtlSpan *span)
{
    double x = x_of(p, span->from_us), end = x_of(p, span->to_us);
    double width = MAX(end - x, 1.5);
    g_autofree char *label = xml_text(span->label);
    g_autofree char *time = ctl_text_ms((span->to_us - span->from_us) / 1000);
    char x_text[G_ASCII_DTOSTR_BUF_SIZE], width_text[G_ASCII_DTOSTR_BUF_SIZE];

    number(x_text, x);
    number(width_text, width);
    g_string_append_printf(p->out, "<rect class=\"%s\" x=\"%s\" y=\"%d\" "
                           "width=\"%s\" height=\"%d\" rx=\"2\">"
                           "<title>%s: %s</title></rect>\n",
                           tone_name(span->tone), x_text, p->y, width_text,
                           BAR_HEIGHT, label, time);
    /* To the right of the mark of its beginning. */
    if (text_width(span->label) + 10 < width) {
        draw_text(p, x + 7, p->y + 12, "inside", span->label);
    }
}

/* The first row in which a label from @x on does not touch another, or -1. */
static int find_row(double *ends, double x)
{
    int row;

    for (row = 0; row < ROWS_MAX; row++) {
        if (ends[row] <= x) {
            return row;
        }
    }
    return -1;
}

static void draw_mark(Picture *p, const CtlMark *mark, double *ends,
                      int *rows)
{
    double x = x_of(p, mark->at_us), width = text_width(mark->label) + 8;
    double left = MAX(MIN(x, p->width - MARGIN - width), NAME_WIDTH);
    int row = find_row(ends, left);
    g_autofree char *detail = xml_text(mark->detail);
    char x_text[G_ASCII_DTOSTR_BUF_SIZE];
    int y;

    number(x_text, x);
    g_string_append_printf(p->out, "<circle class=\"%s\" cx=\"%s\" cy=\"%d\" "
                           "r=\"4\" stroke=\"#fff\"><title>%s</title>"
                           "</circle>\n", tone_name(mark->tone), x_text,
                           p->y + BAR_HEIGHT / 2, detail);
    if (row < 0) {
        return;
    }
    y = p->y + BAR_HEIGHT + (row + 1) * ROW_HEIGHT;
    ends[row] = left + width;
    *rows = MAX(*rows, row + 1);
    draw_line(p, "leader", x, p->y + BAR_HEIGHT, y - 9);
    draw_text(p, left, y, tone_name(mark->tone), mark->label);
}

static void draw_lane(Picture *p, const CtlLane *lane)
{
    static const CtlStyle style = {};
    g_autofree char *harmless = ctl_text(&style, lane->name);
    g_autofree char *name = ctl_text_fit(&style, harmless,
                                         (NAME_WIDTH - 2 * MARGIN) / 7);
    double ends[ROWS_MAX] = {};
    int rows = 0;
    unsigned i;

    draw_text(p, MARGIN, p->y + 12, "name", name);
    for (i = 0; i < lane->spans->len; i++) {
        draw_span(p, &g_array_index(lane->spans, CtlSpan, i));
    }
    for (i = 0; i < lane->marks->len; i++) {
        draw_mark(p, &g_array_index(lane->marks, CtlMark, i), ends, &rows);
    }
    p->y += BAR_HEIGHT + rows * ROW_HEIGHT + LANE_GAP;
}

/* 1, 2 or 5 times a power of ten, so that there are about ten of them. */
static gint64 tick_us(gint64 whole_us)
{
    static const int factors[] = { 1, 2, 5 };
    gint64 power;
    unsigned i;

    for (power = 100; power < G_MAXINT64 / 100; power *= 10) {
        for (i = 0; i < G_N_ELEMENTS(factors); i++) {
            if (whole_us / (power * factors[i]) <= 10) {
                return power * factors[i];
            }
        }
    }
    return power;
}

static void draw_axis(Picture *p, int bottom)
{
    gint64 whole_us = MAX(p->timeline->to_us - p->timeline->from_us, 1000);
    gint64 step_us = tick_us(whole_us), at_us;

    for (at_us = 0; at_us <= whole_us; at_us += step_us) {
        double x = x_of(p, p->timeline->from_us + at_us);
        g_autofree char *label = step_us < 1000
            ? g_strdup_printf("%d.%d ms", (int)(at_us / 1000),
                              (int)(at_us / 100 % 10))
            : ctl_text_ms(at_us / 1000);

        draw_line(p, "grid", x, AXIS_Y, bottom);
        draw_text(p, MIN(x, p->width - MARGIN - text_width(label)),
                  AXIS_Y - 4, "tick", label);
    }
}

static void draw_head(Picture *p, const char *title)
{
    g_autoptr(GDateTime) start =
        g_date_time_new_from_unix_utc(p->timeline->from_us / 1000000);
    g_autofree char *time = start ? g_date_time_format_iso8601(start)
                                  : g_strdup("an unknown time");
    g_autofree char *text = g_strdup_printf("%u events from %s on",
                                            p->timeline->events, time);

    draw_text(p, MARGIN, 22, "title", title);
    draw_text(p, MARGIN, 40, "from", text);
}

char *ctl_timeline_svg(const CtlTimeline *timeline, const char *title,
                       int width)
{
    Picture lanes = { timeline, g_string_new(NULL), width, AXIS_Y + 10 };
    Picture all = { timeline, g_string_new(NULL), width, 0 };
    unsigned i;

    /* How high it is, is known once the lanes are drawn. */
    for (i = 0; i < timeline->lanes->len; i++) {
        draw_lane(&lanes, timeline->lanes->pdata[i]);
    }
    g_string_append_printf(all.out, "<?xml version=\"1.0\" "
                           "encoding=\"UTF-8\"?>\n"
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                           "width=\"%d\" height=\"%d\">\n<style>%s</style>\n"
                           "<rect width=\"100%%\" height=\"100%%\" "
                           "fill=\"#fff\"/>\n", width, lanes.y + MARGIN,
                           style_sheet);
    draw_head(&all, title);
    draw_axis(&all, lanes.y);
    g_string_append_len(all.out, lanes.out->str, lanes.out->len);
    g_string_append(all.out, "</svg>\n");
    g_string_free(lanes.out, TRUE);
    return g_string_free(all.out, FALSE);
}
