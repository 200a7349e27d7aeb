/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pseries tests expect to hear, on stock and with the module. */
#ifndef ANNEX_TEST_PAPR_EXPECT_H
#define ANNEX_TEST_PAPR_EXPECT_H

#include "papr-guest.h"

/*
 * Each goes for both: on a stock QEMU it expects what stock says, and with
 * the module what that says, and stock's part of it.
 */

/* device_del must succeed; where there is a module, with this deadline. */
void papr_del(PaprDevice *d);
void papr_request(PaprDevice *d, unsigned timeout_ms);

/* The device goes.  With the module: this outcome, and number of attempts. */
void expect_removed(PaprDevice *d, const char *outcome, int attempt);

/*
 * The guest says no, and the device works.  Stock has an event, for DIMMs
 * two of them.
 */
void expect_refused(PaprDevice *d, int attempt);

/*
 * The guest says nothing, and the device is still there.  Stock is silent as
 * well; the module has DEVICE_NOT_DELETED, once.
 */
void expect_ignored(PaprDevice *d, int attempt);

/*
 * device_del while a request is pending: stock refuses it.  The module takes
 * it, which is another attempt.
 */
void papr_del_again(PaprDevice *d);

/* A request is pending, of so many attempts; nothing for a stock QEMU. */
void expect_pending(PaprDevice *d, const char *state, int attempt);

/* Nothing is pending, and no event is left over. */
void expect_idle(PaprGuest *g);

/* A member of the device's request; -1: there is none. */
int64_t papr_request_int(PaprDevice *d, const char *member);

#endif
