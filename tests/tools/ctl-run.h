/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs annexctl, and reads what it prints. */
#ifndef ANNEX_TEST_CTL_RUN_H
#define ANNEX_TEST_CTL_RUN_H

#include <glib.h>
#include <stdbool.h>

/* Which annexctl; in the environment it starts from nothing of it. */
void ctl_init(const char *program);

/* The exit status, what was printed to stdout and to stderr. */
typedef struct CtlRun {
    int status;
    char *out;
    char *err;
} CtlRun;

/*
 * Run it on @socket (NULL: without) with the words given, the last of which
 * is NULL.  That it ends of a signal, with a status that is not documented,
 * with an error but not a word on stderr, or with something that a terminal
 * would obey, fails the test; so does one that does not end.
 */
CtlRun *ctl_run(const char *socket, ...) G_GNUC_NULL_TERMINATED;
void ctl_run_free(CtlRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlRun, ctl_run_free)

/* Start it only, with stdout in a pipe; ctl_finish() waits. */
typedef struct CtlProcess CtlProcess;
CtlProcess *ctl_start(const char *socket, ...) G_GNUC_NULL_TERMINATED;
CtlRun *ctl_finish(CtlProcess *process);

/* Wait until it has printed @text.  That it ends before fails the test. */
void ctl_wait_for(CtlProcess *process, const char *text);

/* Whether it has, or does within @wait_ms; the same of its end. */
bool ctl_has_printed(CtlProcess *process, const char *text, int wait_ms);

/* Run it; @status must be that, and @text in what it prints, or NULL. */
void ctl_expect(int status, const char *text, const char *socket, ...)
    G_GNUC_NULL_TERMINATED;

#endif
