/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link between two processes that can be cut, frozen and slowed down. */
#ifndef ANNEX_TEST_LINK_H
#define ANNEX_TEST_LINK_H

#include <glib.h>
#include <stdbool.h>

/*
 * A thread forwards connections to one unix socket to another.  All
 * functions: main thread.
 */
typedef struct TestLink TestLink;

/* A link that is to be connected to at the socket @path, which it makes. */
TestLink *test_link_new(const char *path);
void test_link_free(TestLink *link);

/*
 * Where those who connect from now on get to.  While there is nobody at
 * @path, or with NULL, they wait.
 */
void test_link_to(TestLink *link, const char *path);

/* Bytes each second towards there; 0: as fast as it goes. */
void test_link_rate(TestLink *link, guint64 bytes);

/*
 * Break all connections, at once: what is under way is lost, and both ends
 * find their connection closed, or reset where they had sent more.
 */
void test_link_cut(TestLink *link);

/* Forward nothing, and tell nobody; connect, though. */
void test_link_freeze(TestLink *link, bool frozen);

#endif
