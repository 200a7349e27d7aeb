/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl --watch at a terminal: what is drawn, and what is left behind. */
#include <glib.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include "ctl-run.h"
#include "failure.h"
#include "fake-qmp.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static const char *program;

/* annexctl, and the terminal that it has. */
typedef struct Terminal {
    pid_t pid;
    int fd;                     /* what a person would see, and type */
    int line;                   /* the process's end, for its settings */
    GString *seen;
    struct termios before;
} Terminal;

static const char unplugs[] =
    "[{\"device\": \"dimm0\\u001b[31m\\u009b\", \"transport\": \"papr\","
    " \"state\": \"seen\", \"listening\": true, \"attempt\": 1,"
    " \"elapsed-ms\": 1200, \"timeout-ms\": 15000, \"remaining-ms\": 7500,"
    " \"done\": 3, \"total\": 4}]";

static void child(int line, const char *socket, const char *term, char **words)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    login_tty(line);
    setenv("TERM", term, true);
    g_ptr_array_add(argv, (void *)program);
    g_ptr_array_add(argv, "-s");
    g_ptr_array_add(argv, (void *)socket);
    for (; *words; words++) {
        g_ptr_array_add(argv, *words);
    }
    g_ptr_array_add(argv, NULL);
    execv(program, (char **)argv->pdata);
    _exit(127);
}

static Terminal start(FakeQmp *fake, const char *term, const char *words)
{
    struct winsize size = { .ws_row = 20, .ws_col = 120 };
    Terminal t = { .seen = g_string_new(NULL) };
    g_auto(GStrv) split = g_strsplit(words, " ", -1);

    g_assert_no_errno(openpty(&t.fd, &t.line, NULL, NULL, &size));
    g_assert_no_errno(tcgetattr(t.line, &t.before));
    t.pid = fork();
    g_assert_no_errno(t.pid);
    if (!t.pid) {
        close(t.fd);
        child(t.line, fake_qmp_path(fake), term, split);
    }
    return t;
}

static void wait_for(Terminal *t, const char *text)
{
    gint64 end_us = test_deadline_us(0);
    struct pollfd pfd = { t->fd, POLLIN, 0 };
    char chunk[4096];
    ssize_t got;

    while (!strstr(t->seen->str, text)) {
        got = poll(&pfd, 1, test_ms_until(end_us)) > 0
              ? read(t->fd, chunk, sizeof(chunk)) : 0;
        if (got <= 0) {
            g_autofree char *seen = g_strescape(t->seen->str, NULL);

            test_fail("no '%s' to be seen, but %s", text, seen);
        }
        g_string_append_len(t->seen, chunk, got);
    }
}

static void type(Terminal *t, const char *keys)
{
    g_assert_cmpint(write(t->fd, keys, strlen(keys)), ==, strlen(keys));
}

/* What is seen from now on. */
static void forget(Terminal *t)
{
    g_string_truncate(t->seen, 0);
}

/* The wait status; the terminal has to be as it was. */
static int end(Terminal *t)
{
    struct termios after;
    int status;

    wait_for(t, LEAVE);
    g_assert_no_errno(waitpid(t->pid, &status, 0));
    g_assert_no_errno(tcgetattr(t->line, &after));
    g_assert_cmpmem(&after.c_lflag, sizeof(after.c_lflag),
                    &t->before.c_lflag, sizeof(after.c_lflag));
    g_assert_cmpmem(after.c_cc, sizeof(after.c_cc), t->before.c_cc,
                    sizeof(after.c_cc));
    close(t->fd);
    close(t->line);
    g_string_free(t->seen, TRUE);
    return status;
}

static FakeQmp *serve_unplugs(void)
{
    FakeQmp *fake = fake_qmp_new();

    fake_qmp_answer(fake, "query-unplug-requests", unplugs);
    fake_qmp_start(fake);
    return fake;
}

/* Only our own escapes are in it. */
static void expect_clean(const char *seen)
{
    static const char *const own[] = { ENTER, LEAVE, "\033[H", "\033[K",
                                       "\033[J", "\r", "\n" };
    g_autoptr(GString) rest = g_string_new(seen);
    unsigned i;
    const char *p;

    for (i = 0; i < G_N_ELEMENTS(own); i++) {
        g_string_replace(rest, own[i], "", 0);
    }
    g_assert_true(g_utf8_validate(rest->str, -1, NULL));
    for (p = rest->str; *p; p = g_utf8_next_char(p)) {
        g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
    }
}

static void quit(void)
{
    g_autoptr(FakeQmp) fake = serve_unplugs();
    Terminal t = start(fake, "xterm", "--ascii unplugs --watch");
    int status;

    wait_for(&t, "\033[J");
    g_assert_true(g_str_has_prefix(t.seen->str, ENTER));
    wait_for(&t, "dimm0\\x1b[31m\\u009b");
    wait_for(&t, "####.... 7.5 s");
    wait_for(&t, "######.. 3/4 75%");
    wait_for(&t, "\033[J");
    expect_clean(t.seen->str);
    type(&t, "xq");
    status = end(&t);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void by_signal(gconstpointer data)
{
    int number = GPOINTER_TO_INT(data), status;
    g_autoptr(FakeQmp) fake = serve_unplugs();
    Terminal t = start(fake, "xterm", "unplugs --watch");

    wait_for(&t, "dimm0");
    if (number == SIGINT) {
        type(&t, "\003");
    } else {
        kill(t.pid, number);
    }
    status = end(&t);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == number);
}

static void resize(void)
{
    struct winsize size = { .ws_row = 5, .ws_col = 31 };
    g_autoptr(FakeQmp) fake = serve_unplugs();
    Terminal t = start(fake, "xterm", "--ascii unplugs --watch");
    g_auto(GStrv) lines = NULL;
    g_autofree char *text = NULL;
    char *frame, **line;

    wait_for(&t, "3/4");
    g_assert_no_errno(ioctl(t.fd, TIOCSWINSZ, &size));
    forget(&t);
    /* The one that was being drawn, the next, and the beginning of another. */
    wait_for(&t, "\033[J");
    forget(&t);
    wait_for(&t, "\033[J");
    forget(&t);
    wait_for(&t, "\033[J");
    frame = strstr(t.seen->str, "\033[H");
    g_assert_nonnull(frame);
    frame += strlen("\033[H");
    text = g_strndup(frame, strstr(frame, "\033[J") - frame);
    lines = g_strsplit(text, "\033[K\r\r\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 5);
    for (line = lines; *line; line++) {
        g_assert_cmpuint(strcspn(*line, "\033"), <=, 31);
    }
    type(&t, "q");
    g_assert_cmpint(end(&t), ==, 0);
}

static void stop_and_continue(void)
{
    g_autoptr(FakeQmp) fake = serve_unplugs();
    Terminal t = start(fake, "xterm", "unplugs --watch");
    struct termios stopped;
    int status;

    wait_for(&t, "dimm0");
    type(&t, "\032");
    wait_for(&t, LEAVE);
    g_assert_no_errno(waitpid(t.pid, &status, WUNTRACED));
    g_assert_true(WIFSTOPPED(status));
    g_assert_no_errno(tcgetattr(t.line, &stopped));
    g_assert_cmpuint(stopped.c_lflag, ==, t.before.c_lflag);
    forget(&t);
    kill(t.pid, SIGCONT);
    wait_for(&t, ENTER);
    wait_for(&t, "dimm0");
    type(&t, "q");
    g_assert_cmpint(end(&t), ==, 0);
}

/* The other end of the terminal is gone: so are we. */
static void hang_up(void)
{
    g_autoptr(FakeQmp) fake = serve_unplugs();
    Terminal t = start(fake, "xterm", "unplugs --watch");
    int status;

    wait_for(&t, "dimm0");
    close(t.line);
    close(t.fd);
    g_assert_no_errno(waitpid(t.pid, &status, 0));
    g_assert_true((WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP) ||
                  (WIFEXITED(status) && WEXITSTATUS(status) == 6));
    g_string_free(t.seen, TRUE);
}

static void connection_lost(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    Terminal t;
    int status;

    fake_qmp_answer(fake, "query-unplug-requests", unplugs);
    fake_qmp_answer(fake, "query-unplug-requests", unplugs);
    fake_qmp_close_after(fake, "query-unplug-requests");
    fake_qmp_start(fake);
    t = start(fake, "xterm", "unplugs --watch");
    wait_for(&t, LEAVE);
    wait_for(&t, "QEMU has closed the connection");
    status = end(&t);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
}

static void no_answer(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    Terminal t;

    fake_qmp_block(fake);
    fake_qmp_start(fake);
    t = start(fake, "xterm", "unplugs --watch");
    wait_for(&t, "no answer for ");
    type(&t, "q");
    g_assert_cmpint(end(&t), ==, 0);
}

/* What has to work with the main loop blocked does, and by a key, too. */
static void out_of_band(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    Terminal t;

    fake_qmp_answer(fake, "query-postcopy", "{\"state\": \"recover\"}");
    fake_qmp_error(fake, "postcopy-unwedge", "GenericError", "not now");
    fake_qmp_answer(fake, "postcopy-unwedge", "{}");
    fake_qmp_block(fake);
    fake_qmp_start(fake);
    t = start(fake, "xterm", "postcopy --watch");
    wait_for(&t, "recover");
    type(&t, "u");
    wait_for(&t, "not now");
    type(&t, "u");
    wait_for(&t, "unwedge the source done");
    type(&t, "q");
    g_assert_cmpint(end(&t), ==, 0);
}

static void events(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    Terminal t;

    fake_qmp_answer(fake, "query-failover", "[]");
    fake_qmp_after(fake, "query-failover",
                   "{\"event\": \"FAILOVER_PRIMARY_CHANGED\", \"data\":"
                   " {\"standby\": \"net1\", \"state\": \"plugged\"}}\r\n");
    fake_qmp_start(fake);
    t = start(fake, "xterm", "failover --watch --interval 0.05");
    wait_for(&t, "FAILOVER_PRIMARY_CHANGED net1 state=plugged");
    type(&t, "q");
    g_assert_cmpint(end(&t), ==, 0);
}

/* A terminal that knows no escapes has lines, as a file. */
static void dumb(void)
{
    g_autoptr(FakeQmp) fake = serve_unplugs();
    Terminal t = start(fake, "dumb", "unplugs --watch");
    int status;

    wait_for(&t, "papr, seen, listening, attempt 1, 3 of 4 let go\r\n");
    g_assert_null(strchr(t.seen->str, '\033'));
    type(&t, "\003");
    g_assert_no_errno(waitpid(t.pid, &status, 0));
    g_assert_true(WIFSIGNALED(status));
    close(t.fd);
    close(t.line);
    g_string_free(t.seen, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ctl_init(argv[1]);
    program = argv[1];
    g_test_add_func("/ctl-terminal/quit", quit);
    g_test_add_data_func("/ctl-terminal/interrupt", GINT_TO_POINTER(SIGINT),
                         by_signal);
    g_test_add_data_func("/ctl-terminal/terminate", GINT_TO_POINTER(SIGTERM),
                         by_signal);
    g_test_add_func("/ctl-terminal/resize", resize);
    g_test_add_func("/ctl-terminal/stop-and-continue", stop_and_continue);
    g_test_add_func("/ctl-terminal/hang-up", hang_up);
    g_test_add_func("/ctl-terminal/connection-lost", connection_lost);
    g_test_add_func("/ctl-terminal/no-answer", no_answer);
    g_test_add_func("/ctl-terminal/out-of-band", out_of_band);
    g_test_add_func("/ctl-terminal/events", events);
    g_test_add_func("/ctl-terminal/dumb", dumb);
    return g_test_run();
}
