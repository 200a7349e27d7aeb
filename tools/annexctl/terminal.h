/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole of a terminal, for a live view, and given back as it was. */
#ifndef ANNEXCTL_TERMINAL_H
#define ANNEXCTL_TERMINAL_H

#include <glib.h>
#include <stdbool.h>

typedef struct CtlTerminal CtlTerminal;

/* Columns of stdout if it is a terminal, otherwise 0. */
int ctl_terminal_width(void);

/*
 * Take the terminal over: its other screen, no cursor, keys at once.  From
 * here on a signal that would end or stop the process is taken by
 * ctl_terminal_signal().  NULL if stdout is no terminal, or a dumb one.  One
 * at a time.
 */
CtlTerminal *ctl_terminal_open(void);

/*
 * Give it back.  Ends the process if a signal has told it to, by that very
 * signal.
 */
void ctl_terminal_close(CtlTerminal *t);

/* To poll() for input: signals, and keys (-1 where stdin has none). */
int ctl_terminal_signal_fd(const CtlTerminal *t);
int ctl_terminal_key_fd(const CtlTerminal *t);

/*
 * After input on the first: false if the process shall end.  A stop (^Z) and
 * what follows are done in there.  The screen is to be drawn anew.
 */
bool ctl_terminal_signal(CtlTerminal *t);

/* After input on the second: a key, or 0. */
char ctl_terminal_key(CtlTerminal *t);

/* Draw these lines, harmless text, and nothing else; false: it is gone. */
bool ctl_terminal_draw(CtlTerminal *t, const char *lines);

#endif
