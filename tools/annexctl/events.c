/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl events: QMP events as they come, as lines or as a log. */
#include "ctl.h"
#include "event.h"

static gboolean follow;
static char **only;

/* Whether one of the globs of --only, or no such option, is for it. */
static bool is_wanted(JsonNode *event)
{
    const char *name = ctl_event_name(event);
    char **glob;

    for (glob = only; name && glob && *glob; glob++) {
        if (g_pattern_match_simple(*glob, name)) {
            return true;
        }
    }
    return name && !only;
}

static bool print_event(Ctl *ctl, JsonNode *event, GError **errp)
{
    g_autofree char *line = NULL, *text = NULL;

    if (ctl->json) {
        return ctl_print_json(event, false, errp);
    }
    line = ctl_event_line(&ctl->style, event);
    text = g_strconcat(line, "\n", NULL);
    return ctl_print(text, errp);
}

/* Print those that have come; *@printed counts them. */
static bool print_events(Ctl *ctl, unsigned *printed, GError **errp)
{
    JsonNode *event;
    bool ok = true;

    while (ok && (follow || !*printed) &&
           (event = ctl_client_event(ctl->client))) {
        if (is_wanted(event)) {
            ok = print_event(ctl, event, errp);
            ++*printed;
        }
        json_node_unref(event);
    }
    return ok;
}

static bool run(Ctl *ctl, char **words, GError **errp)
{
    unsigned printed = 0;
    GError *error = NULL;
    bool ok;

    if (!ctl_connect(ctl, errp)) {
        return false;
    }
    do {
        ok = print_events(ctl, &printed, errp);
        if (!ok || (!follow && printed)) {
            return ok;
        }
    } while (ctl_wait(ctl, &error));

    ok = print_events(ctl, &printed, errp);
    /* Who has waited for one event is to know that it never came. */
    if (ok && (printed || follow) && ctl_client_has_ended(ctl->client)) {
        g_clear_error(&error);
    } else if (ok) {
        g_propagate_error(errp, g_steal_pointer(&error));
    }
    ok = ok && !error && (!errp || !*errp);
    g_clear_error(&error);
    return ok;
}

static const GOptionEntry options[] = {
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &follow,
      "Go on until QEMU ends (default: one event)", NULL },
    { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only,
      "Only events whose name matches, such as 'DEVICE_*'", "GLOB" },
    {}
};

const CtlCommand ctl_events = {
    .name = "events",
    .summary = "Print the next event, or all as they come",
    .options = options,
    .run = run,
};
