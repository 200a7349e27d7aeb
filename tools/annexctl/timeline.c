/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl timeline: a picture of a recorded event log. */
#include "timeline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "ctl.h"
#include "event.h"

#define LOG_MAX_BYTES (64 << 20)
#define EVENTS_MAX 20000
#define WIDTH_DEFAULT 1000

static char *output, *subject, *title;
static int pixels = WIDTH_DEFAULT;

/*
 * What is about nothing, like STOP, is part of every picture.  A channel has
 * a name of its own beside its device's.
 */
static bool is_about(JsonNode *event, const char *wanted)
{
    JsonObject *data = ctl_event_data(event);
    const char *about = ctl_json_str(ctl_json_object(data, "info"), "device");

    about = about ? about : ctl_event_subject(event);
    return !wanted || !about || g_str_equal(about, wanted) ||
           g_strcmp0(ctl_json_str(data, "chardev"), wanted) == 0;
}

static void read_line(CtlTimeline *timeline, const char *line, gsize len,
                      const char *wanted)
{
    g_autoptr(JsonNode) event = ctl_json_parse(line, len);

    if (!event || !ctl_event_name(event) ||
        timeline->events == EVENTS_MAX) {
        timeline->skipped++;
    } else if (is_about(event, wanted)) {
        ctl_timeline_event(timeline, event);
    }
}

CtlTimeline *ctl_timeline_read(const char *text, gsize len,
                               const char *wanted, GError **errp)
{
    CtlTimeline *timeline = ctl_timeline_new();
    const char *end = text + len;

    while (text < end) {
        const char *newline = memchr(text, '\n', end - text);
        const char *stop = newline ? newline : end;

        if (stop > text) {
            read_line(timeline, text, stop - text, wanted);
        }
        text = stop + 1;
    }
    if (!timeline->events) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE,
                    "there is no event in the log%s%s",
                    wanted ? " about " : "", wanted ? wanted : "");
        g_clear_pointer(&timeline, ctl_timeline_free);
        return NULL;
    }
    ctl_timeline_finish(timeline);
    return timeline;
}

static bool read_all(FILE *file, GString *text)
{
    char chunk[65536];
    size_t got;

    while (text->len <= LOG_MAX_BYTES &&
           (got = fread(chunk, 1, sizeof(chunk), file))) {
        g_string_append_len(text, chunk, got);
    }
    if (text->len > LOG_MAX_BYTES) {
        errno = EFBIG;
    }
    return text->len <= LOG_MAX_BYTES && !ferror(file);
}

static bool load(const char *path, GString *text, GError **errp)
{
    FILE *file = path ? fopen(path, "re") : stdin;
    bool ok = file && read_all(file, text);

    if (!ok) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE, "%s: %s",
                    path ? path : "stdin", g_strerror(errno));
    }
    if (file && path) {
        fclose(file);
    }
    return ok;
}

static bool save(const char *svg, GError **errp)
{
    return !output || g_str_equal(output, "-")
           ? ctl_print(svg, errp) : ctl_save(output, svg, errp);
}

static bool run(Ctl *ctl, char **words, GError **errp)
{
    const char *path = words[0] && !g_str_equal(words[0], "-") ? words[0]
                                                               : NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(CtlTimeline) timeline = NULL;
    g_autofree char *name = path ? g_path_get_basename(path)
                                 : g_strdup("timeline");
    g_autofree char *svg = NULL;

    if (pixels < 400 || pixels > 20000) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                    "--pixels is to be from 400 to 20000");
        return false;
    }
    if (!load(path, text, errp)) {
        return false;
    }
    timeline = ctl_timeline_read(text->str, text->len, subject, errp);
    if (!timeline) {
        return false;
    }
    if (timeline->skipped) {
        fprintf(stderr, "annexctl: %u lines are no events, or too many, and "
                "were passed over\n", timeline->skipped);
    }
    svg = ctl_timeline_svg(timeline, title ? title : name, pixels);
    return save(svg, errp);
}

static const GOptionEntry options[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      "Where to write the SVG (default: stdout)", "FILE" },
    { "about", 0, 0, G_OPTION_ARG_STRING, &subject,
      "Without what is about other devices, pairs or channels", "ID" },
    { "title", 0, 0, G_OPTION_ARG_STRING, &title,
      "What stands above it (default: the log's name)", "TEXT" },
    { "pixels", 0, 0, G_OPTION_ARG_INT, &pixels,
      "How wide it is (default: 1000)", "N" },
    {}
};

const CtlCommand ctl_timeline = {
    .name = "timeline",
    .usage = "[LOG]",
    .summary = "Draw a log of 'events --follow --json' as SVG",
    .options = options,
    .words_max = 1,
    .run = run,
};
