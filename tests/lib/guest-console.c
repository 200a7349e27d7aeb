/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Linux guest's console, and commands run by its control port. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "drain.h"
#include "failure.h"
#include "guest-console.h"

/* What the guest's init prints on the control port when it is ready. */
#define READY_MARKER "@@annex ready@@\n"

typedef struct Port {
    GuestConsole *console;
    int fd;
    TestDrain *drain;
    char *log_path;
    FILE *log;

    /* Under the console's lock. */
    GString *text;
    gsize consumed;
    gboolean closed;
} Port;

struct GuestConsole {
    char *name;
    unsigned next_id;
    char *(*explain)(void *opaque);
    void *explain_opaque;
    void (*examine)(void *opaque);
    void *examine_opaque;
    GPtrArray *strings;         /* handed out, freed at the end */

    GMutex lock;
    GCond changed;
    Port kernel;
    Port control;
};

/* Drain thread. */
static void on_data(void *opaque, const char *data, gsize len,
                    gint64 received_us G_GNUC_UNUSED)
{
    Port *port = opaque;
    GuestConsole *g = port->console;
    gsize i;

    g_mutex_lock(&g->lock);
    fwrite(data, 1, len, port->log);
    fflush(port->log);
    for (i = 0; i < len; i++) {
        /* Serial line ends, and NUL, which would end the string. */
        if (data[i] != '\r' && data[i] != '\0') {
            g_string_append_c(port->text, data[i]);
        }
    }
    port->closed = len == 0;
    g_cond_broadcast(&g->changed);
    g_mutex_unlock(&g->lock);
}

static void open_port(GuestConsole *g, Port *port, int fd, const char *dir,
                      const char *title)
{
    g_autofree char *file = g_strdup_printf("%s.log", title);

    port->console = g;
    port->fd = fd;
    port->text = g_string_new(NULL);
    port->log_path = g_build_filename(dir, file, NULL);
    port->log = fopen(port->log_path, "ae");
    g_assert_nonnull(port->log);
    test_failure_log_add(title, port->log_path);
    port->drain = test_drain_new(fd, on_data, port);
}

static void close_port(Port *port)
{
    test_drain_free(port->drain);
    test_failure_log_remove(port->log_path);
    fclose(port->log);
    g_string_free(port->text, TRUE);
    g_free(port->log_path);
}

GuestConsole *guest_console_new(const char *name, const char *dir,
                                int console_fd, int control_fd)
{
    GuestConsole *g = g_new0(GuestConsole, 1);

    g->name = g_strdup(name);
    g->strings = g_ptr_array_new_with_free_func(g_free);
    g_mutex_init(&g->lock);
    g_cond_init(&g->changed);
    open_port(g, &g->kernel, console_fd, dir, "console");
    open_port(g, &g->control, control_fd, dir, "control");
    return g;
}

void guest_console_free(GuestConsole *g)
{
    close_port(&g->kernel);
    close_port(&g->control);
    g_mutex_clear(&g->lock);
    g_cond_clear(&g->changed);
    g_ptr_array_free(g->strings, TRUE);
    g_free(g->name);
    g_free(g);
}

void guest_console_on_loss(GuestConsole *g, char *(*explain)(void *opaque),
                           void *opaque)
{
    g->explain = explain;
    g->explain_opaque = opaque;
}

void guest_console_on_silence(GuestConsole *g,
                              void (*examine)(void *opaque), void *opaque)
{
    g->examine = examine;
    g->examine_opaque = opaque;
}

/*
 * A fifth of a boot's time with TCG would go to the self tests of what the
 * kernel encrypts with.
 */
#define ALL_GUESTS "quiet panic=-1 mitigations=off cryptomgr.notests " \
                   "initcall_blacklist=crypto_kdf108_init "

const char *guest_kernel_options(const char *arch)
{
    if (strcmp(arch, "ppc64") == 0) {
        return ALL_GUESTS;
    }
    /* No probing for a keyboard controller that waits for time-outs. */
    return ALL_GUESTS "i8042.noaux i8042.nokbd ";
}

static const char *keep(GuestConsole *g, char *text)
{
    g_ptr_array_add(g->strings, text);
    return text;
}

static G_NORETURN void fail_lost(GuestConsole *g, const char *doing)
{
    g_autofree char *why = g->explain ? g->explain(g->explain_opaque)
                                      : NULL;

    test_fail("%s: QEMU closed the console while waiting for %s%s%s",
              g->name, doing, why ? ": " : "", why ? why : "");
}

static G_NORETURN void fail_silent(GuestConsole *g, const char *doing)
{
    if (g->examine) {
        g->examine(g->examine_opaque);
    }
    test_fail("%s: time is over waiting for %s", g->name, doing);
}

/* Wait for more text. Lock held, and dropped in between. */
static void wait_more(Port *port, gint64 end_us, const char *doing)
{
    GuestConsole *g = port->console;

    if (port->closed) {
        g_mutex_unlock(&g->lock);
        fail_lost(g, doing);
    }
    if (!g_cond_wait_until(&g->changed, &g->lock, end_us)) {
        g_mutex_unlock(&g->lock);
        fail_silent(g, doing);
    }
}

/* Consume up to and with @marker: what was before it. g_free() it. */
static char *read_until(Port *port, const char *marker, gint64 end_us,
                        const char *doing)
{
    GuestConsole *g = port->console;
    char *found;
    char *before;

    g_mutex_lock(&g->lock);
    while (!(found = strstr(port->text->str + port->consumed, marker))) {
        wait_more(port, end_us, doing);
    }
    before = g_strndup(port->text->str + port->consumed,
                       found - port->text->str - port->consumed);
    port->consumed = found + strlen(marker) - port->text->str;
    g_mutex_unlock(&g->lock);
    return before;
}

void guest_wait_ready(GuestConsole *g, int deadline_ms)
{
    g_free(read_until(&g->control, READY_MARKER,
                      test_deadline_us(deadline_ms), "the guest's boot"));
}

static int run(GuestConsole *g, const char **out, int deadline_ms,
               const char *command)
{
    gint64 end_us = test_deadline_us(deadline_ms);
    g_autofree char *id = g_strdup_printf("%08x-%u", g_random_int(),
                                          ++g->next_id);
    g_autofree char *line = g_strdup_printf("%s %s\n", id, command);
    g_autofree char *begin = g_strdup_printf("@@begin %s@@\n", id);
    g_autofree char *end = g_strdup_printf("\n@@end %s ", id);
    g_autofree char *status = NULL;
    char *output;

    g_assert_null(strchr(command, '\n'));
    if (!test_drain_write(g->control.fd, line, strlen(line), end_us)) {
        fail_lost(g, command);
    }
    g_free(read_until(&g->control, begin, end_us, command));
    output = read_until(&g->control, end, end_us, command);
    status = read_until(&g->control, "@@\n", end_us, command);
    keep(g, g_strchomp(output));
    if (out) {
        *out = output;
    }
    return atoi(status);
}

int guest_run(GuestConsole *g, const char **out, int deadline_ms,
              const char *fmt, ...)
{
    g_autofree char *command = NULL;
    va_list ap;

    va_start(ap, fmt);
    command = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return run(g, out, deadline_ms, command);
}

const char *guest_ok(GuestConsole *g, const char *fmt, ...)
{
    g_autofree char *command = NULL;
    const char *output;
    int status;
    va_list ap;

    va_start(ap, fmt);
    command = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    status = run(g, &output, 0, command);
    if (status != 0) {
        test_fail("%s: '%s' exited with %d: %s", g->name, command, status,
                  output);
    }
    return output;
}

void guest_start(GuestConsole *g, const char *fmt, ...)
{
    g_autofree char *command = NULL;
    va_list ap;

    va_start(ap, fmt);
    command = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    guest_ok(g, "( %s ) </dev/null >/dev/null 2>&1 &", command);
}

void guest_poke(GuestConsole *g)
{
    if (!test_drain_write(g->control.fd, "\n", 1, test_deadline_us(0))) {
        fail_lost(g, "a poke");
    }
}

void guest_wait_until(GuestConsole *g, int deadline_ms, const char *fmt, ...)
{
    g_autofree char *condition = NULL;
    g_autofree char *command = NULL;
    va_list ap;

    va_start(ap, fmt);
    condition = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    command = g_strdup_printf("until %s; do usleep 50000; done", condition);
    run(g, NULL, deadline_ms, command);
}

void guest_wait_disk(GuestConsole *g, const char *path)
{
    guest_wait_until(g, 0, "disk=%s; [ -b \"$disk\" ] && "
                     "{ true < \"$disk\"; } 2> /dev/null", path);
}

const char *guest_expect(GuestConsole *g, const char *pattern,
                         int deadline_ms)
{
    gint64 end_us = test_deadline_us(deadline_ms);
    g_autoptr(GError) error = NULL;
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0,
                                          &error);
    g_autoptr(GMatchInfo) match = NULL;
    Port *port = &g->kernel;
    int end;

    g_assert_no_error(error);
    g_mutex_lock(&g->lock);
    while (!g_regex_match(regex, port->text->str + port->consumed, 0,
                          &match)) {
        g_clear_pointer(&match, g_match_info_free);
        wait_more(port, end_us, pattern);
    }
    g_match_info_fetch_pos(match, 0, NULL, &end);
    port->consumed += end;
    g_mutex_unlock(&g->lock);
    return keep(g, g_match_info_fetch(match, 0));
}

void guest_skip_log(GuestConsole *g)
{
    g_mutex_lock(&g->lock);
    g->kernel.consumed = g->kernel.text->len;
    g_mutex_unlock(&g->lock);
}

const char *guest_log(GuestConsole *g)
{
    char *text;

    g_mutex_lock(&g->lock);
    text = g_strdup(g->kernel.text->str);
    g_mutex_unlock(&g->lock);
    return keep(g, text);
}
