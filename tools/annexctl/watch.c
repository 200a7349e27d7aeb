/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --watch: one connection that asks again and again, and hears events. */
#include "view.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "event.h"
#include "socket.h"
#include "terminal.h"

/* An answer that takes longer than this is worth a word. */
#define SLOW_MS 1500
/* The screen of a VM whose main loop is blocked moves on nevertheless. */
#define REDRAW_MS 500
#define EVENTS_SHOWN 6

typedef struct Watch {
    Ctl *ctl;
    const CtlView *view;
    CtlTerminal *terminal;      /* NULL: lines as they change */
    JsonNode *answer;           /* the last one */
    GPtrArray *lines;           /* its summary */
    GQueue events;              /* the last lines of them */
    gint64 asked_us;
    gint64 next_us;
    bool asked_key;             /* the command sent is the key's */
    bool want_key;
    bool over;
    char *message;              /* what came of the key */
} Watch;

static char *status_line(Watch *w)
{
    gint64 waited_ms = (g_get_monotonic_time() - w->asked_us) / 1000;
    g_autofree char *waited = ctl_text_ms(waited_ms);
    const CtlKey *key = &w->view->key;
    g_autofree char *help = key->key
        ? g_strdup_printf(", %c: %s", key->key, key->help) : g_strdup("");

    if (ctl_client_is_waiting(w->ctl->client) && waited_ms > SLOW_MS) {
        return g_strdup_printf("no answer for %s: QEMU's main loop is "
                               "blocked, or very busy", waited);
    }
    return w->message ? g_strdup_printf("q: quit%s; %s", help, w->message)
                      : g_strdup_printf("q: quit%s", help);
}

/* No more than the terminal has, or lines would be drawn over. */
static int live_width(Watch *w)
{
    int columns = ctl_terminal_width();

    return w->ctl->width > 0 ? MIN(w->ctl->width, columns) : columns;
}

static bool draw(Watch *w)
{
    g_autofree char *socket = ctl_text(&w->ctl->style, w->ctl->socket);
    g_autofree char *clock = ctl_event_clock(g_get_real_time());
    g_autofree char *status = status_line(w), *fit = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    GList *event;

    w->ctl->style.width = live_width(w);
    /* Without the fractions of a second. */
    g_string_printf(out, "%s, %.8s, %s\n%s\n\n", w->view->title, clock,
                    socket, status);
    if (w->answer) {
        w->view->render(&w->ctl->style, w->answer, out);
    }
    g_string_append_c(out, '\n');
    for (event = w->events.head; event; event = event->next) {
        g_string_append_printf(out, "%s\n", (char *)event->data);
    }
    fit = ctl_text_fit_lines(&w->ctl->style, out->str);
    return ctl_terminal_draw(w->terminal, fit);
}

static bool take_event(Watch *w, JsonNode *event, GError **errp)
{
    g_autofree char *line = ctl_event_line(&w->ctl->style, event);

    /* What has happened is worth a look. */
    w->next_us = 0;
    if (w->ctl->json) {
        return true;
    }
    if (!w->terminal) {
        g_autofree char *text = g_strconcat(line, "\n", NULL);

        return ctl_print(text, errp);
    }
    g_queue_push_tail(&w->events, g_steal_pointer(&line));
    if (g_queue_get_length(&w->events) > EVENTS_SHOWN) {
        g_free(g_queue_pop_head(&w->events));
    }
    return true;
}

/* What was not so in the answer before. */
static bool print_changes(Watch *w, GPtrArray *lines, GError **errp)
{
    g_autofree char *clock = ctl_event_clock(g_get_real_time());
    g_autoptr(GString) out = g_string_new(NULL);
    bool changed = !w->lines || w->lines->len != lines->len;
    unsigned i;

    for (i = 0; i < lines->len; i++) {
        if (!w->lines || !g_ptr_array_find_with_equal_func(
                w->lines, lines->pdata[i], g_str_equal, NULL)) {
            g_autofree char *text = ctl_text(&w->ctl->style,
                                             lines->pdata[i]);

            g_string_append_printf(out, "%s %s\n", clock, text);
            changed = true;
        }
    }
    if (w->ctl->json) {
        return !changed || ctl_print_json(w->answer, false, errp);
    }
    if (!lines->len && changed) {
        g_string_append_printf(out, "%s nothing\n", clock);
    }
    return ctl_print(out->str, errp);
}

static bool take_answer(Watch *w, JsonNode *answer, GError **errp)
{
    GPtrArray *lines;
    bool ok = true;

    g_clear_pointer(&w->answer, json_node_unref);
    w->answer = answer;
    if (!w->terminal) {
        lines = g_ptr_array_new_with_free_func(g_free);
        w->view->summarize(answer, lines);
        ok = print_changes(w, lines, errp);
        g_clear_pointer(&w->lines, g_ptr_array_unref);
        w->lines = lines;
    }
    if (ctl_view_until_idle && w->view->is_idle(answer)) {
        w->over = true;
    }
    return ok;
}

static bool take_reply(Watch *w, GError **errp)
{
    JsonNode *ret;
    GError *error = NULL;
    bool was_waiting = ctl_client_is_waiting(w->ctl->client);

    ctl_client_reply(w->ctl->client, &ret, &error);
    if (w->asked_key && was_waiting && !ctl_client_is_waiting(w->ctl->client)) {
        g_clear_pointer(&w->message, g_free);
        w->message = error ? ctl_text(&w->ctl->style, error->message)
                           : g_strdup_printf("%s done", w->view->key.help);
        w->asked_key = false;
        g_clear_error(&error);
        g_clear_pointer(&ret, json_node_unref);
        return true;
    }
    if (error) {
        if (g_error_matches(error, CTL_ERROR, CTL_ERROR_MISSING)) {
            ctl_explain_missing(w->ctl, w->view->module, w->view->command,
                                &error);
        }
        g_propagate_error(errp, error);
        return false;
    }
    return !ret || take_answer(w, ret, errp);
}

static bool ask(Watch *w, GError **errp)
{
    gint64 now_us = g_get_monotonic_time();

    if (ctl_client_is_waiting(w->ctl->client) ||
        (now_us < w->next_us && !w->want_key)) {
        return true;
    }
    w->asked_us = now_us;
    w->asked_key = w->want_key;
    w->want_key = false;
    if (!w->asked_key) {
        w->next_us = now_us + (gint64)(ctl_view_interval * 1e6);
    }
    return ctl_client_send(w->ctl->client, w->asked_key
                           ? w->view->key.command : w->view->command, NULL,
                           w->view->oob, errp);
}

static void take_key(Watch *w, char key)
{
    if (key == 'q' || key == 'Q') {
        w->over = true;
    } else if (key && key == w->view->key.key) {
        w->want_key = true;
    }
}

/* Sleep until something happens, and take it. */
static bool wait_and_read(Watch *w, GError **errp)
{
    struct pollfd fds[4] = {
        { STDOUT_FILENO, 0, 0 },
        { ctl_client_fd(w->ctl->client), POLLIN, 0 },
        { w->terminal ? ctl_terminal_signal_fd(w->terminal) : -1, POLLIN, 0 },
        { w->terminal ? ctl_terminal_key_fd(w->terminal) : -1, POLLIN, 0 },
    };
    int wait_ms = ctl_client_is_waiting(w->ctl->client)
                  ? REDRAW_MS : ctl_socket_ms_until(MAX(w->next_us, 1));

    poll(fds, G_N_ELEMENTS(fds), MIN(wait_ms, REDRAW_MS));
    if (!ctl_check_stdout(fds[0].revents, errp)) {
        return false;
    }
    if (fds[2].revents && !ctl_terminal_signal(w->terminal)) {
        w->over = true;
    }
    if (fds[3].revents) {
        take_key(w, ctl_terminal_key(w->terminal));
    }
    return !fds[1].revents || ctl_client_read(w->ctl->client, errp);
}

static bool take_events(Watch *w, GError **errp)
{
    JsonNode *event;

    while ((event = ctl_client_event(w->ctl->client))) {
        bool ok = take_event(w, event, errp);

        json_node_unref(event);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool step(Watch *w, GError **errp)
{
    bool ok = ask(w, errp) && wait_and_read(w, errp);

    /* What came before the end is told, whatever the end was. */
    if (!take_events(w, ok ? errp : NULL) || !ok) {
        return false;
    }
    if (!take_reply(w, errp)) {
        return false;
    }
    return !w->terminal || w->over || draw(w) ||
           ctl_check_stdout(POLLHUP, errp);
}

bool ctl_watch(Ctl *ctl, const CtlView *view, GError **errp)
{
    Watch w = { .ctl = ctl, .view = view };
    bool ok = true;

    g_queue_init(&w.events);
    w.terminal = ctl->json ? NULL : ctl_terminal_open();
    ctl->style.live = w.terminal;
    while (ok && !w.over) {
        ok = step(&w, errp);
    }
    if (w.terminal) {
        ctl_terminal_close(w.terminal);
    }
    g_clear_pointer(&w.answer, json_node_unref);
    g_clear_pointer(&w.lines, g_ptr_array_unref);
    g_queue_clear_full(&w.events, g_free);
    g_free(w.message);
    if (!ok && ctl_client_has_ended(ctl->client)) {
        g_clear_error(errp);
        ok = true;
    }
    return ok;
}
