/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user postcopy: its end is told under the BQL. */
#ifndef ANNEX_VHOST_USER_POSTCOPY_H
#define ANNEX_VHOST_USER_POSTCOPY_H

#include "common/host/vhost-user.h"

/*
 * The thread that ends an incoming postcopy migration has no BQL.  In stock
 * QEMU it sends POSTCOPY_END while another thread may be at a request to the
 * same back-end, and each takes the other's reply.  Here it waits for its
 * turn, which the BQL is, since all other requests are made under that.
 *
 * The host goes through the list of its notifiers meanwhile, with the next in
 * hand, and devices may leave that while it waits, and as soon as the BQL is
 * free again.  So two notifiers of ours, which do not go away, are at the head
 * of the list: the first waits, and then has the second be the last of the
 * list; the second tells all devices.  Those between are not looked at.
 */

/* The notifier of a device that is guarded. */
AnnexHostNotifyFn vhost_user_postcopy_notify;

/*
 * The operation of one.  A network card has a vhost device for each pair of
 * queues, and one back-end, which is told of memory, and of postcopy, by the
 * first of them alone.
 */
int vhost_user_postcopy_set_mem_table(struct vhost_dev *dev,
                                      struct vhost_memory *mem);

/* @next: the host's, which is the same for all devices. */
void vhost_user_postcopy_watch(AnnexHostNotifyFn *next);

/* Whether @n, of the host's list, is the first of ours.  Under the BQL. */
bool vhost_user_postcopy_is_first(const NotifierWithReturn *n);

/* Have it so (again).  Under the BQL. */
void vhost_user_postcopy_be_first(void);

#endif
