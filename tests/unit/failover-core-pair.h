/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failover pair's core, driven by a test. */
#ifndef ANNEX_TEST_FAILOVER_CORE_PAIR_H
#define ANNEX_TEST_FAILOVER_CORE_PAIR_H

#include "hw-models/failover-core.h"

/* What the core reports is in @log, as words: "state/reason". */
typedef struct TestPair {
    FailoverCore *c;
    FailoverPolicy policy;
    GString *log;
    char *message;              /* of the last change, or NULL */
    int64_t now_ms;
    FailoverUnplugReason blame;
    unsigned freed;             /* candidates */
    bool shown;                 /* the slot looks occupied */
} TestPair;

/* Candidates are called "c0", "c1" and so on. */
TestPair *test_pair_new(unsigned candidates);
void test_pair_free(TestPair *p);

/* The same, with the first of them plugged. */
TestPair *test_pair_plugged(unsigned candidates);

/* What is to be done now. */
FailoverAction test_pair_next(TestPair *p);
#define test_pair_expect(p, action) \
    g_assert_cmpint(test_pair_next(p), ==, (action))

/* That is to plug, and there is nothing to do after it. */
void test_pair_plug(TestPair *p);

/* All that was reported since the last call. */
void test_pair_expect_log(TestPair *p, const char *log);

/* Cases of other files. */
void test_add_migration(void);
void test_add_power(void);
void test_add_unplug(void);
void test_add_random(void);

#endif
