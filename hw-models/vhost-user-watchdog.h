/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user watchdog: ends what waits for its back-end for too long. */
#ifndef ANNEX_VHOST_USER_WATCHDOG_H
#define ANNEX_VHOST_USER_WATCHDOG_H

#include "hw-models/vhost-user-channel.h"

/*
 * A thread, for the main loop may be what waits.  A wait costs two atomic
 * operations and no system call, unless nobody has waited for a while.  When
 * the request's time is over, the watchdog yanks the character device as the
 * command of that name does (qmp_yank(), util/yank.c): the socket is shut
 * down, and whatever waits for it returns.
 */

/* Have it run, if the module's options set a time.  Any number of times. */
void vhost_user_watchdog_start(void);

/*
 * This thread is about to wait for @c's back-end, with the request at hand; in
 * a turn, or under the BQL.
 */
void vhost_user_watchdog_begin(VhostUserChannel *c);

/* The wait is over.  Returns whether the watchdog has ended it. */
bool vhost_user_watchdog_end(VhostUserChannel *c);

#endif
