/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One QMP event: what it is about, when it was, and as a line. */
#ifndef ANNEXCTL_EVENT_H
#define ANNEXCTL_EVENT_H

#include "json.h"
#include "text.h"

/* Its name, or NULL if @event is none. */
const char *ctl_event_name(JsonNode *event);

/* Its data, or NULL. */
JsonObject *ctl_event_data(JsonNode *event);

/* Microseconds since 1970, never negative; 0 where it does not say. */
gint64 ctl_event_time_us(JsonNode *event);

/* What it is about: the id of a device, pair or chardev, or NULL. */
const char *ctl_event_subject(JsonNode *event);

/* "12:03:04.123 DEVICE_UNPLUG_DONE dimm0 outcome=refused ..."; g_free(). */
char *ctl_event_line(const CtlStyle *style, JsonNode *event);

/* "12:03:04.123" in local time; g_free(). */
char *ctl_event_clock(gint64 time_us);

#endif
