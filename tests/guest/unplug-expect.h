/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the unplug tests on real guests expect to hear, a line each. */
#ifndef ANNEX_TEST_UNPLUG_EXPECT_H
#define ANNEX_TEST_UNPLUG_EXPECT_H

#include "unplug-guest.h"

/* These wait for the event and consume it. */
void expect_not_deleted(UnplugDevice *d, bool listening, bool seen,
                        int attempt);
void expect_error(UnplugDevice *d, int code, int attempt);
void expect_done(UnplugDevice *d, const char *outcome, bool present,
                 int attempt);

/* Wait for DONE, whatever its outcome: that.  @present is checked. */
const char *expect_done_any(UnplugDevice *d, int attempt);

/*
 * DEVICE_DELETED, the one of the device: that.  For a CPU, which sends none
 * under TCG: its local APIC's.
 */
const QmpEvent *expect_deleted(UnplugDevice *d);

/*
 * query-unplug-requests has the device, in this state.  While it handles an
 * event, a guest has the interrupt disabled, and does not listen: just after
 * it has taken a request, only the state is certain.
 */
void expect_state(UnplugDevice *d, const char *state, int attempt);
void expect_request(UnplugDevice *d, const char *state, bool listening,
                    int attempt);
void expect_no_requests(UnplugGuest *g);

/* Wait until the guest has taken the request. */
void wait_seen(UnplugDevice *d);

/* Wait until the request is that old by the guest's clock, or (false) ends. */
bool wait_elapsed(UnplugDevice *d, int64_t ms);

/* A member of the device's request; -1: there is none. */
int64_t request_int(UnplugDevice *d, const char *member);

/* No event of ours, and no stock guest error, is left over. */
void expect_quiet(UnplugGuest *g);

/* device_del, by QMP and by HMP, is refused with this in the error. */
void expect_del_refused(UnplugDevice *d, const char *text);

/* device_del, again until it is not refused any more. */
void wait_accepted(UnplugDevice *d);

/* The whole of a request that nothing hinders: for a device kept so far. */
void expect_removable(UnplugDevice *d);

/*
 * The device works, and, where that does not take seconds each time, can be
 * removed.
 */
void expect_good(UnplugDevice *d);

/* Cancel must succeed, with this reply. */
void cancel(UnplugDevice *d, const char *outcome, bool pending);

#endif
