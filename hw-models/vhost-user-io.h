/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user I/O: what goes over the sockets, bounded in time. */
#ifndef ANNEX_VHOST_USER_IO_H
#define ANNEX_VHOST_USER_IO_H

#include "common/hooks.h"

/*
 * Interpose the write and the read of socket character devices; nothing
 * changes for those that are no channels.  Under the BQL.
 */
bool vhost_user_io_start(AnnexHookSet *set, Error **errp);

#endif
