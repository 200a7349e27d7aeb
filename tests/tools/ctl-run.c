/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs annexctl, and reads what it prints. */
#include "ctl-run.h"
#include "failure.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_MAX 6

struct CtlProcess {
    pid_t pid;
    int fds[2];                 /* of stdout and stderr; -1: has ended */
    GString *texts[2];
};

static const char *program;

void ctl_init(const char *path)
{
    program = path;
    g_unsetenv("ANNEXCTL_SOCKET");
    g_setenv("LC_ALL", "C.UTF-8", true);
}

/* Nothing but lines of text may get out, whatever QEMU has said. */
static bool is_clean(const char *text)
{
    const char *p;

    if (!g_utf8_validate(text, -1, NULL)) {
        return false;
    }
    for (p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c != '\n' && (g_unichar_iscntrl(c) ||
                          g_unichar_type(c) == G_UNICODE_FORMAT)) {
            return false;
        }
    }
    return true;
}

static CtlProcess *start(const char *socket, va_list ap)
{
    CtlProcess *process = g_new0(CtlProcess, 1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    const char *word;

    g_ptr_array_add(argv, (void *)program);
    while ((word = va_arg(ap, const char *))) {
        g_ptr_array_add(argv, (void *)word);
    }
    if (socket) {
        g_ptr_array_add(argv, "--socket");
        g_ptr_array_add(argv, (void *)socket);
    }
    g_ptr_array_add(argv, NULL);
    g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL,
                             G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                             &process->pid, NULL, &process->fds[0],
                             &process->fds[1], &error);
    g_assert_no_error(error);
    process->texts[0] = g_string_new(NULL);
    process->texts[1] = g_string_new(NULL);
    return process;
}

CtlProcess *ctl_start(const char *socket, ...)
{
    CtlProcess *process;
    va_list ap;

    va_start(ap, socket);
    process = start(socket, ap);
    va_end(ap);
    return process;
}

static void read_from(CtlProcess *process, int i)
{
    char chunk[4096];
    ssize_t got = read(process->fds[i], chunk, sizeof(chunk));

    if (got > 0) {
        g_string_append_len(process->texts[i], chunk, got);
    } else if (got == 0 || errno != EINTR) {
        close(process->fds[i]);
        process->fds[i] = -1;
    }
}

/* Read what there is, or wait for it. */
static void pump(CtlProcess *process, gint64 end_us)
{
    struct pollfd fds[2] = { { process->fds[0], POLLIN, 0 },
                             { process->fds[1], POLLIN, 0 } };
    int i;

    if (!poll(fds, 2, test_ms_until(end_us)) && !test_ms_until(end_us)) {
        kill(process->pid, SIGKILL);
        test_fail("annexctl does not go on after\n%s%s",
                  process->texts[0]->str, process->texts[1]->str);
    }
    for (i = 0; i < 2; i++) {
        if (fds[i].revents) {
            read_from(process, i);
        }
    }
}

/* Whether it has printed @text.  If it has ended without, that is a failure. */
static bool has_printed(CtlProcess *process, const char *text)
{
    if (strstr(process->texts[0]->str, text)) {
        return true;
    }
    if (process->fds[0] < 0) {
        while (process->fds[1] >= 0) {
            read_from(process, 1);
        }
        test_fail("annexctl has ended without '%s', after\n%s%s", text,
                  process->texts[0]->str, process->texts[1]->str);
    }
    return false;
}

void ctl_wait_for(CtlProcess *process, const char *text)
{
    gint64 end_us = test_deadline_us(0);

    while (!has_printed(process, text)) {
        pump(process, end_us);
    }
}

bool ctl_has_printed(CtlProcess *process, const char *text, int wait_ms)
{
    gint64 end_us = test_deadline_us(wait_ms);
    struct pollfd pfd = { process->fds[0], POLLIN, 0 };

    while (!has_printed(process, text)) {
        if (poll(&pfd, 1, test_ms_until(end_us)) <= 0) {
            return false;
        }
        read_from(process, 0);
    }
    return true;
}

CtlRun *ctl_finish(CtlProcess *process)
{
    gint64 end_us = test_deadline_us(0);
    CtlRun *run = g_new0(CtlRun, 1);
    int status;

    while (process->fds[0] >= 0 || process->fds[1] >= 0) {
        pump(process, end_us);
    }
    g_assert_no_errno(waitpid(process->pid, &status, 0));
    run->out = g_string_free(process->texts[0], FALSE);
    run->err = g_string_free(process->texts[1], FALSE);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (run->status < 0 || run->status > STATUS_MAX ||
        (run->status && !*run->err) || !is_clean(run->out) ||
        !is_clean(run->err)) {
        test_fail("annexctl ended with 0x%x, and\n%s%s", status, run->out,
                  run->err);
    }
    g_free(process);
    return run;
}

CtlRun *ctl_run(const char *socket, ...)
{
    CtlProcess *process;
    va_list ap;

    va_start(ap, socket);
    process = start(socket, ap);
    va_end(ap);
    return ctl_finish(process);
}

void ctl_run_free(CtlRun *run)
{
    g_free(run->out);
    g_free(run->err);
    g_free(run);
}

void ctl_expect(int status, const char *text, const char *socket, ...)
{
    g_autoptr(CtlRun) run = NULL;
    va_list ap;

    va_start(ap, socket);
    run = ctl_finish(start(socket, ap));
    va_end(ap);
    if (run->status != status ||
        (text && !strstr(run->out, text) && !strstr(run->err, text))) {
        test_fail("annexctl ended with %d, not %d, or did not say '%s', "
                  "but\n%s%s", run->status, status, text ? text : "",
                  run->out, run->err);
    }
}
