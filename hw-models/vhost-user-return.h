/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user return: what devices make of the end of a connection. */
#ifndef ANNEX_VHOST_USER_RETURN_H
#define ANNEX_VHOST_USER_RETURN_H

#include "common/hooks.h"

/*
 * In 7.2 a vhost-user-blk device whose connection ends while no driver uses it,
 * while it is being stopped, or in a handshake, does not notice: it looks at
 * that later, when it has no virtio device (any more), and takes that for a
 * sign that somebody else has noticed.  The next connection then has no
 * handshake, and its back-end knows of no features and no memory.
 *
 * A netdev that was deleted is looked for by its name when the connection ends
 * after that, and the host follows a pointer that nobody has set: in 10.0 as
 * soon as the stop that deleting it takes is not answered, in 7.2 a moment
 * later.  It is told nothing more.
 *
 * Interpose the events of socket character devices.  Under the BQL.
 */
bool vhost_user_return_start(AnnexHookSet *set, Error **errp);

#endif
