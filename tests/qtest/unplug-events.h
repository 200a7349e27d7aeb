/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the unplug tests expect to hear, in one line each. */
#ifndef ANNEX_TEST_UNPLUG_EVENTS_H
#define ANNEX_TEST_UNPLUG_EVENTS_H

#include "fake-guest.h"

/* All about dev0.  The first four wait for the event and consume it. */
void expect_not_deleted(FakeGuest *g, bool listening, bool seen,
                        int attempt);
void expect_error(FakeGuest *g, const char *reason, int code, int attempt);
void expect_done(FakeGuest *g, const char *outcome, bool present,
                 int attempt);

/* DEVICE_DELETED, where the transport's devices send it. */
void expect_deleted(FakeGuest *g);

/* query-unplug-requests has dev0 alone, in this state. */
void expect_request(FakeGuest *g, const char *state, bool listening,
                    int attempt);
void expect_no_requests(FakeGuest *g);

/* No event of ours, and no stock guest error, is left over. */
void expect_quiet(FakeGuest *g);

#endif
