/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole of a terminal, for a live view, and given back as it was. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define OTHER_SCREEN "\033[?1049h\033[?25l"
#define OWN_SCREEN "\033[?25h\033[?1049l"

struct CtlTerminal {
    struct termios saved;
    bool has_keys;
    int ended_by;               /* the signal, or 0 */
};

static const int signals[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH,
};

/* The handlers' end of a pipe is the only thing they touch. */
static int signal_pipe[2] = { -1, -1 };
static struct sigaction saved_actions[G_N_ELEMENTS(signals)];

static void on_signal(int number)
{
    int saved_errno = errno;
    unsigned char byte = number;

    if (write(signal_pipe[1], &byte, 1) < 0) {
        /* The pipe is full of others. */
    }
    errno = saved_errno;
}

static struct winsize get_size(void)
{
    struct winsize size = {};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col) {
        size.ws_col = 80;
    }
    size.ws_row = size.ws_row ? size.ws_row : 24;
    return size;
}

int ctl_terminal_width(void)
{
    return isatty(STDOUT_FILENO) ? get_size().ws_col : 0;
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal,
                                .sa_flags = SA_RESTART };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(signals); i++) {
        sigaction(signals[i], &action, &saved_actions[i]);
        /* What the one who started us ignores (nohup), so do we. */
        if (saved_actions[i].sa_handler == SIG_IGN) {
            sigaction(signals[i], &saved_actions[i], NULL);
        }
    }
}

static void release_signals(void)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(signals); i++) {
        sigaction(signals[i], &saved_actions[i], NULL);
    }
}

static void enter(CtlTerminal *t)
{
    struct termios keys;

    t->has_keys = isatty(STDIN_FILENO) &&
                  tcgetattr(STDIN_FILENO, &t->saved) == 0;
    if (t->has_keys) {
        keys = t->saved;
        keys.c_lflag &= ~(ICANON | ECHO);
        keys.c_cc[VMIN] = 0;
        keys.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
    }
    fputs(OTHER_SCREEN, stdout);
    fflush(stdout);
}

static void leave(CtlTerminal *t)
{
    fputs(OWN_SCREEN, stdout);
    fflush(stdout);
    if (t->has_keys) {
        tcsetattr(STDIN_FILENO, TCSADRAIN, &t->saved);
    }
}

CtlTerminal *ctl_terminal_open(void)
{
    CtlTerminal *t;

    if (!isatty(STDOUT_FILENO) || !g_getenv("TERM") ||
        g_str_equal(g_getenv("TERM"), "dumb") ||
        pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
        return NULL;
    }
    t = g_new0(CtlTerminal, 1);
    catch_signals();
    enter(t);
    return t;
}

void ctl_terminal_close(CtlTerminal *t)
{
    int ended_by = t->ended_by;

    leave(t);
    release_signals();
    close(signal_pipe[0]);
    close(signal_pipe[1]);
    g_free(t);
    if (ended_by) {
        raise(ended_by);
    }
}

int ctl_terminal_signal_fd(const CtlTerminal *t)
{
    return signal_pipe[0];
}

int ctl_terminal_key_fd(const CtlTerminal *t)
{
    return t->has_keys ? STDIN_FILENO : -1;
}

/* As without us: stopped until somebody lets us go on. */
static void stop(CtlTerminal *t)
{
    leave(t);
    raise(SIGSTOP);
    enter(t);
}

bool ctl_terminal_signal(CtlTerminal *t)
{
    unsigned char number;

    while (!t->ended_by && read(signal_pipe[0], &number, 1) == 1) {
        if (number == SIGTSTP) {
            stop(t);
        } else if (number != SIGWINCH) {
            t->ended_by = number;
        }
    }
    return !t->ended_by;
}

char ctl_terminal_key(CtlTerminal *t)
{
    char key = 0;

    /* Nothing to read although there was: it has hung up. */
    if (read(STDIN_FILENO, &key, 1) <= 0) {
        t->has_keys = false;
    }
    return key;
}

bool ctl_terminal_draw(CtlTerminal *t, const char *lines)
{
    unsigned row, rows = get_size().ws_row;
    g_auto(GStrv) all = g_strsplit(lines, "\n", -1);
    g_autoptr(GString) out = g_string_new("\033[H");

    for (row = 0; row < rows && all[row]; row++) {
        g_string_append_printf(out, "%s%s\033[K", row ? "\r\n" : "",
                               all[row]);
    }
    g_string_append(out, "\033[J");
    fputs(out->str, stdout);
    return fflush(stdout) == 0;
}
