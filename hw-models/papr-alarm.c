/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR alarms: requests that have to be looked at again after a while. */
#include "hw-models/papr-alarm.h"
#include "common/host/run.h"
#include "hw-models/papr-transport.h"

static QEMUTimer *timer;
static void (*on_alarm)(UnplugRecord *r);

static bool has_alarm(const UnplugRecord *r)
{
    return r->transport == &papr_transport && r->t.alarm_ms && !r->leaving;
}

static void set_timer(void)
{
    int64_t next = INT64_MAX;
    const GList *l;

    for (l = unplug_records(); l; l = l->next) {
        const UnplugRecord *r = l->data;

        if (has_alarm(r)) {
            next = MIN(next, r->t.alarm_ms);
        }
    }
    if (next != INT64_MAX) {
        timer_mod(timer, next);
    }
}

/* The alarm of one record does not end another. */
static void on_timer(void *opaque)
{
    g_autoptr(GList) all = g_list_copy((GList *)unplug_records());
    int64_t now = unplug_now_ms();
    GList *l;

    for (l = all; l; l = l->next) {
        UnplugRecord *r = l->data;

        if (has_alarm(r) && r->t.alarm_ms <= now) {
            r->t.alarm_ms = 0;
            on_alarm(r);
        }
    }
    set_timer();
}

void papr_alarm_start(void (*fn)(UnplugRecord *r))
{
    on_alarm = fn;
    timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, on_timer, NULL);
}

void papr_alarm_set(UnplugRecord *r, int64_t delay_ms)
{
    r->t.alarm_ms = unplug_now_ms() + delay_ms;
    set_timer();
}

void papr_alarm_clear(UnplugRecord *r)
{
    r->t.alarm_ms = 0;
}
