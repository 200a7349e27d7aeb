/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A query, and how its answer is shown: once, as JSON, or as it changes. */
#ifndef ANNEXCTL_VIEW_H
#define ANNEXCTL_VIEW_H

#include "ctl.h"

/* What a key does in a live view: a command without arguments. */
typedef struct CtlKey {
    char key;
    const char *command;
    const char *help;
} CtlKey;

/*
 * @answer is what QEMU has returned, whatever that is: a member that is
 * absent or of another type than the schema says is shown as nothing.
 */
typedef struct CtlView {
    const char *title;
    const char *command;
    const char *module;         /* "unplug" */
    bool oob;                   /* the command can be executed out of band */
    CtlKey key;                 /* .key 0: none */

    /* Append the answer as text, in lines. */
    void (*render)(const CtlStyle *style, JsonNode *answer, GString *out);

    /*
     * Add to @lines one line for each thing in the answer, without what
     * changes by the mere passing of time.
     */
    void (*summarize)(JsonNode *answer, GPtrArray *lines);

    /* Whether nothing is going on; NULL where that cannot be said. */
    bool (*is_idle)(JsonNode *answer);
} CtlView;

/*
 * The options of all commands with a view: --watch, --interval, --until-idle.
 * An initializer of members of a GOptionEntry array.
 */
#define CTL_VIEW_OPTIONS                                                \
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &ctl_view_watch,              \
      "Show it live, until QEMU ends or q is pressed", NULL },          \
    { "interval", 'i', 0, G_OPTION_ARG_DOUBLE, &ctl_view_interval,      \
      "With --watch: ask this often (default: 0.5)", "SECONDS" },       \
    { "until-idle", 0, 0, G_OPTION_ARG_NONE, &ctl_view_until_idle,      \
      "With --watch: end when nothing is going on", NULL }

extern gboolean ctl_view_watch, ctl_view_until_idle;
extern double ctl_view_interval;

/* Show it as the command line wants it. */
bool ctl_view_show(Ctl *ctl, const CtlView *view, GError **errp);

/* What --watch does; ctl->client is connected. */
bool ctl_watch(Ctl *ctl, const CtlView *view, GError **errp);

#endif
