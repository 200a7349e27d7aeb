/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration's two sides: requests, and all that each has to say. */
#include <string.h>
#include "demo.h"

/* The longest that anything here takes, with a lot to spare. */
#define DEADLINE_MS 30000
#define POLL_US 2000

static DemoSide *side_of(Demo *d, unsigned i)
{
    return i ? &d->annex : &d->stock;
}

static void begin(DemoSide *side)
{
    qmp_forget_events(side->vm->qmp);
    side->told = 0;
    side->log_told = strlen(guest_log(side->vm->guest));
}

void demo_begin(Demo *d, const char *title, const char *text)
{
    demo_print_step(title, text);
    begin(&d->stock);
    begin(&d->annex);
}

void demo_both(Demo *d, const char *command)
{
    guest_ok(d->stock.vm->guest, "%s", command);
    guest_ok(d->annex.vm->guest, "%s", command);
}

static void tell_reply(DemoSide *side, const QmpReply *reply)
{
    if (reply->error_class) {
        demo_print(side->who, "error %s: %s", reply->error_class,
                   reply->error_desc);
    } else if (!JSON_NODE_HOLDS_OBJECT(reply->ret) ||
               json_object_get_size(json_node_get_object(reply->ret))) {
        demo_print_json(side->who, "return", reply->ret);
    }
}

const QmpReply *demo_ask(Demo *d, const char *command, const char *id)
{
    const char *fmt = id ? "{'id': %s}" : QMP_ANY;
    const QmpReply *reply = NULL;
    gint64 sent[2];
    unsigned i;

    if (id) {
        demo_print(DEMO_ASKED, "{\"execute\": \"%s\", \"arguments\": "
                   "{\"id\": \"%s\"}}", command, id);
    } else {
        demo_print(DEMO_ASKED, "{\"execute\": \"%s\"}", command);
    }
    for (i = 0; i < 2; i++) {
        sent[i] = qmp_send(side_of(d, i)->vm->qmp, command, fmt, id);
    }
    for (i = 0; i < 2; i++) {
        DemoSide *side = side_of(d, i);

        reply = qmp_reply(side->vm->qmp, sent[i], 0);
        side->asked_us = side->spoke_us = reply->sent_us;
        tell_reply(side, reply);
    }
    return reply;
}

void demo_listen(Demo *d, int ms)
{
    gint64 end_us = MAX(d->stock.asked_us, d->annex.asked_us) +
                    ms * G_TIME_SPAN_MILLISECOND;

    while (g_get_monotonic_time() < end_us) {
        g_usleep(POLL_US);
    }
}

const QmpEvent *demo_find(DemoSide *side, const char *name, const char *id)
{
    const char *filter = id ? "{'device': %s}" : QMP_ANY;

    return qmp_find_event(side->vm->qmp, name, filter, id);
}

const QmpEvent *demo_wait(DemoSide *side, const char *name, const char *id)
{
    gint64 end_us = g_get_monotonic_time() +
                    DEADLINE_MS * G_TIME_SPAN_MILLISECOND;
    const QmpEvent *e;

    while (!(e = demo_find(side, name, id)) &&
           g_get_monotonic_time() < end_us) {
        g_usleep(POLL_US);
    }
    return e;
}

unsigned demo_count(DemoSide *side, const char *name)
{
    return qmp_count_events(side->vm->qmp, name, QMP_ANY);
}

double demo_ms(const DemoSide *side, const QmpEvent *e)
{
    return e ? (e->received_us - side->asked_us) / 1000.0 : -1;
}

void demo_tell_guest(Demo *d, const char *pattern)
{
    DemoSide *side = &d->annex;
    const char *log = guest_log(side->vm->guest);
    g_auto(GStrv) lines = g_strsplit(log + side->log_told, "\n", -1);
    unsigned i;

    for (i = 0; lines[i]; i++) {
        const char *text = strstr(lines[i], "] ");

        if (text && g_regex_match_simple(pattern, text, 0, 0)) {
            demo_print(DEMO_GUEST, "\"%s\"", text + 2);
        }
    }
    side->log_told = strlen(log);
}

static void tell_event(DemoSide *side, const QmpEvent *e)
{
    g_autofree char *lead = g_strdup_printf("%6.0f ms %s",
                                            demo_ms(side, e), e->name);
    g_autoptr(JsonNode) node = json_node_alloc();

    json_node_init_object(node, e->data);
    demo_print_json(side->who, lead, node);
    side->spoke_us = e->received_us;
}

void demo_tell(DemoSide *side)
{
    while (side->told < demo_count(side, NULL)) {
        tell_event(side, qmp_wait_event_any(side->vm->qmp, 0, NULL));
        side->told++;
    }
}

void demo_tell_silence(DemoSide *side, const char *then)
{
    double quiet = (g_get_monotonic_time() - side->spoke_us) / 1e6;

    demo_print(side->who, "%snothing for %.1f s%s%s",
               side->spoke_us != side->asked_us ? "then " : "", quiet,
               *then ? "; " : "", then);
}

static bool failed;

void demo_claim(bool is_so, const char *what)
{
    if (!is_so) {
        demo_print_failure(what);
        failed = true;
    }
}

bool demo_has_failed(void)
{
    return failed;
}
