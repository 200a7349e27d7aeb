/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs virsh, libvirt's client, and reads what it prints. */
#include "virsh.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failure.h"
#include "json-format.h"

struct Virsh {
    char *words;                /* for messages */
    pid_t pid;
    int fd;                     /* -1: it has closed its output */
    GString *text;
    gsize consumed;
};

/* In the child: no virsh outlives the test. */
static void die_with_parent(void *parent_pid)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(parent_pid)) {
        _exit(127);
    }
}

static Virsh *start(const char *uri, va_list ap)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    Virsh *v = g_new0(Virsh, 1);
    const char *word;
    int fds[2];

    g_ptr_array_add(argv, "virsh");
    g_ptr_array_add(argv, "--connect");
    g_ptr_array_add(argv, (void *)uri);
    while ((word = va_arg(ap, const char *))) {
        g_ptr_array_add(argv, (void *)word);
    }
    g_ptr_array_add(argv, NULL);
    v->words = g_strjoinv(" ", (char **)argv->pdata + 3);
    g_assert_no_errno(pipe2(fds, O_CLOEXEC));
    g_spawn_async_with_pipes_and_fds(
        NULL, (const char *const *)argv->pdata, NULL,
        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, die_with_parent,
        GINT_TO_POINTER(getpid()), -1, fds[1], fds[1], NULL, NULL, 0,
        &v->pid, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    close(fds[1]);
    v->fd = fds[0];
    v->text = g_string_new(NULL);
    return v;
}

Virsh *virsh_start(const char *uri, ...)
{
    va_list ap;
    Virsh *v;

    va_start(ap, uri);
    v = start(uri, ap);
    va_end(ap);
    return v;
}

/* Read what comes until @end_us.  False: nothing does, or will any more. */
static bool pump(Virsh *v, gint64 end_us)
{
    struct pollfd pfd = { v->fd, POLLIN, 0 };
    char chunk[4096];
    ssize_t got;

    if (v->fd < 0 || poll(&pfd, 1, test_ms_until(end_us)) <= 0) {
        return v->fd >= 0 && test_ms_until(end_us) > 0;
    }
    got = read(v->fd, chunk, sizeof(chunk));
    if (got > 0) {
        g_string_append_len(v->text, chunk, got);
    } else if (got == 0 || errno != EINTR) {
        close(v->fd);
        v->fd = -1;
    }
    return true;
}

/* Forget a virsh that has ended, or is ended now: its wait status. */
static int finish(Virsh *v, char **out)
{
    int status;

    g_assert_no_errno(waitpid(v->pid, &status, 0));
    if (v->fd >= 0) {
        close(v->fd);
    }
    if (out) {
        *out = g_strdup(v->text->str);
    }
    g_string_free(v->text, TRUE);
    g_free(v->words);
    g_free(v);
    return status;
}

int virsh_end(Virsh *v, char **out)
{
    gint64 end_us = test_deadline_us(0);
    int status;

    while (pump(v, end_us)) {
        /* until it closes its output */
    }
    if (v->fd >= 0) {
        test_fail("virsh %s does not end, after\n%s", v->words, v->text->str);
    }
    status = finish(v, out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void virsh_stop(Virsh *v)
{
    kill(v->pid, SIGKILL);
    finish(v, NULL);
}

static char *run(const char *uri, bool fails, va_list ap)
{
    Virsh *v = start(uri, ap);
    g_autofree char *words = g_strdup(v->words);
    char *out;
    int status = virsh_end(v, &out);

    g_test_message("virsh %s: %.200s", words, g_strstrip(out));
    if ((status != 0) != fails) {
        test_fail("virsh %s ended with %d, and\n%s", words, status, out);
    }
    return out;
}

char *virsh_ok(const char *uri, ...)
{
    char *out;
    va_list ap;

    va_start(ap, uri);
    out = run(uri, false, ap);
    va_end(ap);
    return out;
}

char *virsh_error(const char *uri, ...)
{
    char *out;
    va_list ap;

    va_start(ap, uri);
    out = run(uri, true, ap);
    va_end(ap);
    return out;
}

JsonNode *virsh_qmp(const char *uri, const char *domain, const char *fmt, ...)
{
    g_autofree char *command = NULL, *answer = NULL;
    va_list ap;

    va_start(ap, fmt);
    command = test_json_vformat(fmt, ap);
    va_end(ap);
    answer = virsh_ok(uri, "qemu-monitor-command", domain, command, NULL);
    return test_json_parse(answer);
}

/*
 * The end of the first whole line after @from that @matches; 0: not here yet.
 */
typedef bool LineFunc(const char *line, void *opaque);

static gsize find_line(Virsh *v, gsize from, LineFunc *matches, void *opaque)
{
    const char *begin = v->text->str + from, *end;

    while ((end = strchr(begin, '\n'))) {
        g_autofree char *line = g_strndup(begin, end - begin);

        if (matches(line, opaque)) {
            return end + 1 - v->text->str;
        }
        begin = end + 1;
    }
    return 0;
}

static bool wait_line(Virsh *v, LineFunc *matches, void *opaque,
                      gint64 end_us)
{
    g_autofree char *lines = NULL;
    gsize end;

    while (!(end = find_line(v, v->consumed, matches, opaque))) {
        if (!pump(v, end_us)) {
            return false;
        }
    }
    lines = g_strndup(v->text->str + v->consumed, end - 1 - v->consumed);
    g_test_message("%s", lines);
    v->consumed = end;
    return true;
}

static bool has_pattern(const char *line, void *opaque)
{
    return g_regex_match_simple(opaque, line, 0, 0);
}

bool virsh_has(Virsh *v, const char *pattern, int wait_ms)
{
    return wait_line(v, has_pattern, (void *)pattern,
                     test_deadline_us(wait_ms));
}

void virsh_expect(Virsh *v, const char *pattern)
{
    if (!virsh_has(v, pattern, 0)) {
        test_fail("virsh %s does not print '%s', but\n%s", v->words, pattern,
                  v->text->str);
    }
}

typedef struct Wanted {
    const char *name;
    JsonNode *filter;
} Wanted;

/* "event NAME for domain 'x': {DATA}", with or without data */
static bool is_event(const char *line, void *opaque)
{
    Wanted *w = opaque;
    g_autofree char *prefix = g_strdup_printf("event %s for domain ", w->name);
    const char *data = strchr(line, '{');
    g_autoptr(JsonNode) node = NULL;

    if (!strstr(line, prefix)) {
        return false;
    }
    node = test_json_parse(data ? data : "{}");
    return test_json_contains(node, w->filter);
}

void virsh_expect_event(Virsh *v, const char *name, const char *filter, ...)
{
    g_autofree char *text = NULL;
    Wanted w = { .name = name };
    va_list ap;

    va_start(ap, filter);
    text = test_json_vformat(filter, ap);
    va_end(ap);
    w.filter = test_json_parse(text);
    if (!wait_line(v, is_event, &w, test_deadline_us(0))) {
        test_fail("no event %s %s comes, but\n%s", name, text, v->text->str);
    }
    json_node_unref(w.filter);
}

unsigned virsh_count(Virsh *v, const char *pattern)
{
    unsigned n = 0;
    gsize end = 0;

    while ((end = find_line(v, end, has_pattern, (void *)pattern))) {
        n++;
    }
    return n;
}
