/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a terminal: made harmless, measured in columns, cut, numbers. */
#include "text.h"

#include <string.h>

/* More than any label needs; what is longer is cut on the way. */
#define TEXT_MAX 4096

/* Letters, marks, numbers, signs; no controls, no direction overrides. */
static bool is_harmless(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return false;
    default:
        return true;
    }
}

static void append_escape(GString *out, gunichar c)
{
    switch (c) {
    case '\n':
        g_string_append(out, "\\n");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    default:
        g_string_append_printf(out, c < 0x80 ? "\\x%02x" : c < 0x10000
                               ? "\\u%04x" : "\\U%08x", c);
        break;
    }
}

char *ctl_text(const CtlStyle *style, const char *text)
{
    GString *out;
    const char *p = text;

    if (!text) {
        return g_strdup("-");
    }
    out = g_string_new(NULL);
    while (*p && out->len < TEXT_MAX) {
        gunichar c = g_utf8_get_char_validated(p, -1);

        if ((gint32)c < 0) {
            g_string_append_printf(out, "\\x%02x", (guchar)*p++);
            continue;
        }
        if (is_harmless(c) && (c < 0x80 || !style->ascii)) {
            g_string_append_unichar(out, c);
        } else {
            append_escape(out, c);
        }
        p = g_utf8_next_char(p);
    }
    return g_string_free(out, FALSE);
}

static int char_width(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

int ctl_text_width(const char *text)
{
    int width = 0;

    for (; *text; text = g_utf8_next_char(text)) {
        width += char_width(g_utf8_get_char(text));
    }
    return width;
}

char *ctl_text_fit(const CtlStyle *style, const char *text, int width)
{
    const char *p = text;
    int used = 0;

    if (ctl_text_width(text) <= width) {
        return g_strdup(text);
    }
    if (width <= 0) {
        return g_strdup("");
    }
    while (used + char_width(g_utf8_get_char(p)) <= width - 1) {
        used += char_width(g_utf8_get_char(p));
        p = g_utf8_next_char(p);
    }
    return g_strdup_printf("%.*s%s", (int)(p - text), text,
                           style->ascii ? "~" : "\xe2\x80\xa6");
}

char *ctl_text_ms(gint64 ms)
{
    gint64 s = ms / 1000;

    if (ms < 1000) {
        return g_strdup_printf("%" G_GINT64_FORMAT " ms", ms);
    }
    if (s < 120) {
        return g_strdup_printf("%d.%d s", (int)s, (int)(ms % 1000 / 100));
    }
    if (s < 7200) {
        return g_strdup_printf("%d min %d s", (int)(s / 60), (int)(s % 60));
    }
    return g_strdup_printf("%" G_GINT64_FORMAT " h %d min", s / 3600,
                           (int)(s % 3600 / 60));
}

char *ctl_text_ns(gint64 ns)
{
    if (ns < 1000) {
        return g_strdup_printf("%" G_GINT64_FORMAT " ns", ns);
    }
    if (ns < 1000000) {
        return g_strdup_printf("%d us", (int)(ns / 1000));
    }
    return ctl_text_ms(ns / 1000000);
}

char *ctl_text_bar(const CtlStyle *style, gint64 part, gint64 whole,
                   int width)
{
    double share = whole > 0 ? (double)part / whole : 0;
    int filled = (int)(CLAMP(share, 0, 1) * width + 0.5);
    GString *out = g_string_new(NULL);
    int i;

    for (i = 0; i < width; i++) {
        g_string_append(out, style->ascii ? (i < filled ? "#" : ".")
                        : i < filled ? "\xe2\x96\x88" : "\xe2\x96\x91");
    }
    return g_string_free(out, FALSE);
}

char *ctl_text_fit_lines(const CtlStyle *style, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    char **line;

    for (line = lines; style->width && *line; line++) {
        char *fit = ctl_text_fit(style, *line, style->width);

        g_free(*line);
        *line = fit;
    }
    return g_strjoinv("\n", lines);
}
