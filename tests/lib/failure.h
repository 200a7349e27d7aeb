/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a test fails: a message, the logs of everything it ran, an abort. */
#ifndef ANNEX_TEST_FAILURE_H
#define ANNEX_TEST_FAILURE_H

#include <glib.h>

/*
 * Fail the running test now. Like a failed g_assert(): the message, then
 * the end of every registered log on stderr, then abort().
 */
#define test_fail(...) \
    test_fail_at(__FILE__, __LINE__, G_STRFUNC, __VA_ARGS__)

G_NORETURN void test_fail_at(const char *file, int line, const char *func,
                             const char *fmt, ...) G_GNUC_PRINTF(4, 5);

/*
 * Have the end of the file @path printed, under @title, when this process
 * dies of an assertion, a crash, or the test runner's time-out (SIGTERM).
 * Strings are copied. Main thread only, as everything in the harness
 * unless its header says otherwise.
 */
void test_failure_log_add(const char *title, const char *path);

/* Forget @path again. Unknown paths are ignored. */
void test_failure_log_remove(const char *path);

/*
 * The default time to wait for anything, see test_deadline_us().  On a busy
 * host some guests need a minute for what takes them seconds at rest: one with
 * eight processors on one thread, one whose drmgr tries 256 slots.
 */
#define TEST_DEADLINE_MS 180000

/*
 * The monotonic time (us) at which a wait of @deadline_ms that starts now
 * is over. 0 stands for TEST_DEADLINE_MS. All deadlines are multiplied by
 * $ANNEX_TEST_SLOWDOWN (an integer, for valgrind and slow machines).
 */
gint64 test_deadline_us(int deadline_ms);

/* Milliseconds left until @end_us, as poll() wants them: 0 when over. */
int test_ms_until(gint64 end_us);

#endif
