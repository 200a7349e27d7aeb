/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl with whatever a QMP server, or a log of events, may say. */
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "annexctl/ctl.h"
#include "annexctl/timeline.h"

#define TIMEOUT_MS 10000

static const CtlCommand *const commands[] = {
    &ctl_unplugs, &ctl_cancel, &ctl_retry, &ctl_failover, &ctl_vhost_user,
    &ctl_slots, &ctl_postcopy, &ctl_events, &ctl_modules, &ctl_connectors,
};

/*
 * What the server is going to say: up to the next empty line, whenever it is
 * waited for.  Then it closes.
 */
static const char *answer;
static size_t answer_len;
static int server = -1;

/* The linker puts these in the place of those without the prefix. */
int __wrap_ctl_socket_connect(const char *path, int timeout_ms,
                              GError **errp);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
bool __wrap_ctl_print(const char *text, GError **errp);

static void say_more(void)
{
    const char *end = memmem(answer, answer_len, "\n\n", 2);
    size_t len = end ? end - answer + 1 : answer_len;

    if (server >= 0 && len) {
        g_assert_cmpint(write(server, answer, len), ==, len);
        answer += MIN(len + 1, answer_len);
        answer_len -= MIN(len + 1, answer_len);
    } else if (server >= 0) {
        close(server);
        server = -1;
    }
}

int __wrap_ctl_socket_connect(const char *path, int timeout_ms,
                              GError **errp)
{
    int ends[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
                    ==, 0);
    server = ends[1];
    return ends[0];
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    say_more();
    return __real_poll(fds, n, timeout_ms);
}

/* What is printed is lines of text, and nothing that a terminal obeys. */
bool __wrap_ctl_print(const char *text, GError **errp)
{
    const char *p;

    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (p = text; *p; p = g_utf8_next_char(p)) {
        g_assert_true(*p == '\n' || g_unichar_isprint(g_utf8_get_char(p)));
    }
    return true;
}

/* Those options that are switches: as in @words, and not as left behind. */
static void set_switches(const GOptionEntry *option, char **words)
{
    for (; option && option->long_name; option++) {
        g_autofree char *word = g_strconcat("--", option->long_name, NULL);

        /* A live view wants a terminal. */
        if (option->arg == G_OPTION_ARG_NONE &&
            !g_str_equal(option->long_name, "watch")) {
            *(gboolean *)option->arg_data =
                g_strv_contains((const char *const *)words, word);
        }
    }
}

/* "COMMAND [--SWITCH...]": its words are as many as it takes at least. */
static void run_command(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 8);
    char *ids[] = { (char *)"disk0", NULL };
    const CtlCommand *command = commands[g_str_hash(line) %
                                         G_N_ELEMENTS(commands)];
    Ctl ctl = { .timeout_ms = TIMEOUT_MS, .socket = (char *)"qmp.sock" };
    g_autofree char *complaint = NULL;
    g_autoptr(GError) error = NULL;
    unsigned i;
    bool ok;

    for (i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(words[0] ? words[0] : "", commands[i]->name)) {
            command = commands[i];
        }
    }
    set_switches(command->options, words);
    ctl.json = g_strv_contains((const char *const *)words, "--json");
    ctl.style.ascii = g_strv_contains((const char *const *)words, "--ascii");
    ctl.style.width = strlen(line) % 90;
    ok = command->run(&ctl, command->words_min ? ids : ids + 1, &error);
    g_assert_cmpint(ok, ==, !error);
    if (error) {
        complaint = ctl_text(&ctl.style, error->message);
        __wrap_ctl_print(complaint, NULL);
    }
    g_clear_pointer(&ctl.client, ctl_client_free);
    if (server >= 0) {
        close(server);
        server = -1;
    }
}

static void draw_timeline(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CtlTimeline) timeline = ctl_timeline_read(answer, answer_len,
                                                        NULL, &error);
    g_autofree char *svg = NULL;

    g_assert_cmpint(!timeline, ==, !!error);
    if (timeline) {
        svg = ctl_timeline_svg(timeline, "a log", 1000);
        __wrap_ctl_print(svg, NULL);
    }
}

/* JSON as it is printed, or NULL. */
static char *print(const char *text, size_t len, bool pretty)
{
    g_autoptr(JsonNode) node = ctl_json_parse(text, len);
    char *printed = node ? ctl_json_print(node, pretty) : NULL;

    if (printed) {
        g_assert_true(g_str_is_ascii(printed));
        __wrap_ctl_print(printed, NULL);
    }
    return printed;
}

/* What is printed is read as what it was, but for "-0.0", which is a 0. */
static void print_json(bool pretty)
{
    g_autofree char *once = print(answer, answer_len, pretty);
    g_autofree char *twice = once ? print(once, strlen(once), pretty) : NULL;
    g_autofree char *again = twice ? print(twice, strlen(twice), pretty)
                                   : NULL;

    g_assert_cmpint(!once, ==, !twice);
    g_assert_cmpstr(again, ==, twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is what annexctl shall do, the rest what it is told. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *end = size ? memchr(data, '\n', size) : NULL;
    g_autofree char *line = NULL;

    if (!end) {
        return 0;
    }
    line = g_strndup((const char *)data, end - (const char *)data);
    answer = end + 1;
    answer_len = size - (answer - (const char *)data);
    if (g_str_equal(line, "timeline")) {
        draw_timeline();
    } else if (g_str_has_prefix(line, "print")) {
        print_json(g_str_has_suffix(line, "--pretty"));
    } else {
        run_command(line);
    }
    return 0;
}
