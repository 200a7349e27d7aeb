/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl cancel, annexctl retry: what to do about an unplug request. */
#include "ctl.h"
#include "event.h"

/* A device is given by its id, or by its QOM path. */
static const char *kind_of(const char *device)
{
    return *device == '/' ? "path" : "id";
}

/* -------------------------------------------------------------- --wait */

static gboolean wait_for_end;

/* The events name a device by id and path. */
static bool is_end_of(JsonNode *event, const char *device)
{
    JsonObject *data = ctl_event_data(event);

    return g_strcmp0(ctl_event_name(event), "DEVICE_UNPLUG_DONE") == 0 &&
           g_strcmp0(ctl_json_str(data, *device == '/' ? "path" : "device"),
                     device) == 0;
}

/* The end among the events that have come, or NULL. */
static JsonNode *find_end(Ctl *ctl, const char *device)
{
    JsonNode *event;

    while ((event = ctl_client_event(ctl->client)) &&
           !is_end_of(event, device)) {
        json_node_unref(event);
    }
    return event;
}

/* Sets *@in_flight; false where that cannot be known. */
static bool query(Ctl *ctl, const char *device, bool *in_flight,
                  GError **errp)
{
    g_autoptr(JsonNode) ret = ctl_execute(ctl, "unplug",
                                          "query-unplug-requests", NULL,
                                          false, errp);
    JsonArray *requests = ctl_json_as_array(ret);
    unsigned i;

    *in_flight = false;
    for (i = 0; i < ctl_json_length(requests); i++) {
        JsonObject *request = ctl_json_element(requests, i);

        *in_flight |= g_strcmp0(ctl_json_str(request, *device == '/'
                                             ? "path" : "device"),
                                device) == 0;
    }
    return ret;
}

/*
 * The DEVICE_UNPLUG_DONE, however long it takes.  What QEMU removes by itself
 * is no request, and has none: NULL without an error.
 */
static JsonNode *wait_end(Ctl *ctl, const char *device, GError **errp)
{
    JsonNode *event;
    bool in_flight;

    if (!query(ctl, device, &in_flight, errp)) {
        return NULL;
    }
    while (!(event = find_end(ctl, device)) && in_flight) {
        if (!ctl_wait(ctl, errp)) {
            return NULL;
        }
    }
    return event;
}

/* @wanted: whether the device should be there after that. */
static bool tell_end(Ctl *ctl, const char *device, bool wanted,
                     GError **errp)
{
    GError *error = NULL;
    g_autoptr(JsonNode) event = wait_end(ctl, device, &error);
    JsonObject *data;
    bool ok;

    if (error) {
        g_propagate_error(errp, error);
        return false;
    }
    if (!event) {
        return true;
    }
    data = ctl_event_data(event);
    if (ctl->json) {
        ok = ctl_print_json(event, false, errp);
    } else {
        g_autofree char *line = ctl_event_line(&ctl->style, event);
        g_autofree char *text = g_strconcat(line, "\n", NULL);

        ok = ctl_print(text, errp);
    }
    if (ok && ctl_json_bool(data, "present") != wanted) {
        const char *outcome = ctl_json_str(data, "outcome");

        g_set_error(errp, CTL_ERROR, CTL_ERROR_REFUSED,
                    "%s is %s: the request ended as '%s'", device,
                    wanted ? "gone" : "still there", outcome ? outcome : "?");
        ok = false;
    }
    return ok;
}

/* -------------------------------------------------------------- cancel */

static bool tell_cancel(Ctl *ctl, const char *device, JsonNode *ret,
                        GError **errp)
{
    JsonObject *result = ctl_json_as_object(ret);
    g_autofree char *name = ctl_text(&ctl->style, device);
    g_autofree char *outcome = ctl_text(&ctl->style,
                                        ctl_json_str(result, "outcome"));
    g_autofree char *text = NULL;

    if (ctl->json) {
        return ctl_print_json(ret, !wait_for_end, errp);
    }
    text = g_strdup_printf("%s: %s%s\n", name, outcome,
                           ctl_json_bool(result, "pending")
                           ? ", when the guest has done its part" : "");
    return ctl_print(text, errp);
}

static bool run_cancel(Ctl *ctl, char **words, GError **errp)
{
    const char *device = words[0];
    g_autoptr(JsonNode) ret = ctl_execute(
        ctl, "unplug", "device-unplug-cancel",
        ctl_arguments(kind_of(device), device), false, errp);

    return ret && tell_cancel(ctl, device, ret, errp) &&
           (!wait_for_end || tell_end(ctl, device, true, errp));
}

static const GOptionEntry cancel_options[] = {
    { "wait", 0, 0, G_OPTION_ARG_NONE, &wait_for_end,
      "Wait until the request has ended; fail if the device is gone", NULL },
    {}
};

const CtlCommand ctl_cancel = {
    .name = "cancel",
    .usage = "DEVICE",
    .summary = "Take an unplug request back",
    .options = cancel_options,
    .words_min = 1,
    .words_max = 1,
    .run = run_cancel,
};

/* --------------------------------------------------------------- retry */

static double deadline_s = -1;

/* With a deadline it is ours, without it is the one of all modules. */
static JsonNode *ask_again(Ctl *ctl, const char *device, GError **errp)
{
    JsonObject *arguments;

    if (deadline_s < 0) {
        return ctl_execute(ctl, "unplug", "device_del",
                           ctl_arguments("id", device), false, errp);
    }
    arguments = ctl_arguments(kind_of(device), device);
    json_object_set_double_member(arguments, "timeout", deadline_s);
    return ctl_execute(ctl, "unplug", "device-unplug", arguments, false,
                       errp);
}

static bool tell_retry(Ctl *ctl, const char *device, JsonNode *ret,
                       GError **errp)
{
    g_autofree char *name = ctl_text(&ctl->style, device);
    g_autofree char *text = g_strdup_printf("%s: the guest is asked\n", name);

    return ctl->json ? ctl_print_json(ret, !wait_for_end, errp)
                     : ctl_print(text, errp);
}

static bool run_retry(Ctl *ctl, char **words, GError **errp)
{
    const char *device = words[0];
    g_autoptr(JsonNode) ret = NULL;
    bool in_flight;

    if (!(deadline_s == -1 || (deadline_s >= 0 && deadline_s <= 86400))) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                    "--deadline is to be from 0 to 86400");
        return false;
    }
    /* Without the module there is no end to wait for: say so first. */
    if (wait_for_end && !query(ctl, device, &in_flight, errp)) {
        return false;
    }
    ret = ask_again(ctl, device, errp);
    return ret && tell_retry(ctl, device, ret, errp) &&
           (!wait_for_end || tell_end(ctl, device, false, errp));
}

static const GOptionEntry retry_options[] = {
    { "deadline", 0, 0, G_OPTION_ARG_DOUBLE, &deadline_s,
      "When DEVICE_NOT_DELETED is due; 0: never (default: the module's)",
      "SECONDS" },
    { "wait", 0, 0, G_OPTION_ARG_NONE, &wait_for_end,
      "Wait until the request has ended; fail if the device is still there",
      NULL },
    {}
};

const CtlCommand ctl_retry = {
    .name = "retry",
    .usage = "DEVICE",
    .summary = "Ask the guest for a device, or ask again",
    .options = retry_options,
    .words_min = 1,
    .words_max = 1,
    .run = run_retry,
};
