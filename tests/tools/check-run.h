/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs annex-check, and reads what it says. */
#ifndef ANNEX_TEST_CHECK_RUN_H
#define ANNEX_TEST_CHECK_RUN_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* Which annex-check: the program's first argument. After g_test_init(). */
void check_init(int argc, char **argv);

/* The exit status, what was printed to stdout and to stderr. */
typedef struct CheckRun {
    int status;
    char *out;
    char *err;
} CheckRun;

/*
 * Run it with the arguments given, of which the last is NULL. That it ends
 * of a signal, takes more than 20 s of processor time, or exits with another
 * status than 0 to 2 fails the test; so does a status of 2 without a word on
 * stderr.
 */
CheckRun *check_run(const char *first, ...) G_GNUC_NULL_TERMINATED;
void check_run_free(CheckRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckRun, check_run_free)

/* The verdict on one module in one binary; json_object_unref() it. */
JsonObject *check_verdict(const char *host, const char *module);

/* @host must load @module, or refuse it for @reason. */
void check_expect_loads(const char *host, const char *module,
                        const char *note);
void check_expect_refused(const char *host, const char *module,
                          const char *reason);

/* A new folder; check_folder_remove() also removes the files in it. */
char *check_folder_new(void);
void check_folder_remove(char *folder);

#endif
