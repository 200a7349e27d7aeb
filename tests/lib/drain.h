/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread that reads a socket all the time, so that QEMU never blocks. */
#ifndef ANNEX_TEST_DRAIN_H
#define ANNEX_TEST_DRAIN_H

#include <glib.h>

typedef struct TestDrain TestDrain;

/*
 * Called in the drain's thread for every chunk read, with the monotonic
 * time of the read; @len 0: the other end has closed, the last call.
 */
typedef void TestDrainFunc(void *opaque, const char *data, gsize len,
                           gint64 received_us);

/*
 * Read @fd until it closes. @fd stays the caller's to write to, and is
 * closed by test_drain_free().
 */
TestDrain *test_drain_new(int fd, TestDrainFunc *func, void *opaque);

/* Shut the socket down, wait for the thread to end, close. */
void test_drain_free(TestDrain *drain);

/*
 * Write all of @data to the socket @fd, by @end_us. Any thread. False when
 * the other end has closed or does not read.
 */
gboolean test_drain_write(int fd, const char *data, gsize len,
                          gint64 end_us);

#endif
