/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the logs of a failing test from the signal that ends it. */
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "failure.h"

#define MAX_LOGS 64
#define TAIL_BYTES 8000

/*
 * Read by a signal handler: plain memory, changed in the main thread only.
 * An empty path marks a free entry, and is written last.
 */
static struct {
    char title[80];
    char path[512];
} logs[MAX_LOGS];

static const int fatal_signals[] = {
    SIGABRT, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM,
};

static void put(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, text, len);

        if (n <= 0) {
            return;
        }
        text += n;
        len -= n;
    }
}

static void dump_log(const char *title, const char *path)
{
    char buf[4096];
    ssize_t n;
    off_t size;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return;
    }
    put("# ---- ", 7);
    put(title, strlen(title));
    put(": ", 2);
    put(path, strlen(path));
    put("\n", 1);
    size = lseek(fd, 0, SEEK_END);
    lseek(fd, size > TAIL_BYTES ? size - TAIL_BYTES : 0, SEEK_SET);
    while ((n = read(fd, buf, sizeof(buf))) > 0) {
        put(buf, n);
    }
    put("\n", 1);
    close(fd);
}

/* Only async-signal-safe calls here: the heap may be what is broken. */
static void on_fatal_signal(int sig)
{
    void *frames[64];
    int i;

    for (i = 0; i < MAX_LOGS; i++) {
        if (logs[i].path[0]) {
            dump_log(logs[i].title, logs[i].path);
        }
    }
    put("# ---- backtrace (addr2line -fe PROGRAM +OFFSET)\n", 49);
    backtrace_symbols_fd(frames, backtrace(frames, G_N_ELEMENTS(frames)),
                         STDERR_FILENO);
    /* SA_RESETHAND: the default action, delivered on return. */
    raise(sig);
}

static void install_handlers(void)
{
    struct sigaction action = {
        .sa_handler = on_fatal_signal,
        .sa_flags = SA_RESETHAND,
    };
    void *frame;
    size_t i;

    /* The first call loads libgcc, which a signal handler must not. */
    backtrace(&frame, 1);
    for (i = 0; i < G_N_ELEMENTS(fatal_signals); i++) {
        sigaction(fatal_signals[i], &action, NULL);
    }
}

void test_fail_at(const char *file, int line, const char *func,
                  const char *fmt, ...)
{
    g_autofree char *message = NULL;
    va_list ap;

    va_start(ap, fmt);
    message = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    g_assertion_message("annex-test", file, line, func, message);
    /* Only with g_test_set_nonfatal_assertions(). */
    abort();
}

void test_failure_log_add(const char *title, const char *path)
{
    static gsize installed;
    int i;

    if (g_once_init_enter(&installed)) {
        install_handlers();
        g_once_init_leave(&installed, 1);
    }
    for (i = 0; i < MAX_LOGS; i++) {
        if (!logs[i].path[0]) {
            g_strlcpy(logs[i].title, title, sizeof(logs[i].title));
            g_strlcpy(logs[i].path, path, sizeof(logs[i].path));
            return;
        }
    }
}

void test_failure_log_remove(const char *path)
{
    int i;

    for (i = 0; i < MAX_LOGS; i++) {
        if (strcmp(logs[i].path, path) == 0) {
            logs[i].path[0] = '\0';
        }
    }
}

gint64 test_deadline_us(int deadline_ms)
{
    const char *env = g_getenv("ANNEX_TEST_SLOWDOWN");
    gint64 factor = env ? MAX(1, g_ascii_strtoll(env, NULL, 10)) : 1;
    gint64 wait_ms = deadline_ms ? deadline_ms : TEST_DEADLINE_MS;

    return g_get_monotonic_time() + wait_ms * factor * 1000;
}

int test_ms_until(gint64 end_us)
{
    gint64 left_us = end_us - g_get_monotonic_time();

    return left_us > 0 ? (int)MIN((left_us + 999) / 1000, G_MAXINT) : 0;
}
