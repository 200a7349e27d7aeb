/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user report: what has failed, as QMP events. */
#ifndef ANNEX_VHOST_USER_REPORT_H
#define ANNEX_VHOST_USER_REPORT_H

#include "hw-models/vhost-user-channel.h"

/*
 * VHOST_USER_REQUEST_FAILED about the request at hand of @c, made for @dev,
 * or for a device not known (NULL).  Any thread; without the BQL only the
 * channel is named.  Of those that have not @disconnected, ten a second
 * are sent, of one channel.
 */
void vhost_user_report_request(const VhostUserChannel *c,
                               struct vhost_dev *dev, VhostUserReason reason,
                               bool disconnected);

/*
 * VHOST_USER_START_FAILED: @dev could not tell its back-end of queue @vq of
 * its own, by @error (negative).  As often as the other.  Under the BQL.
 */
void vhost_user_report_start(const VhostUserChannel *c, struct vhost_dev *dev,
                             unsigned vq, int error, VhostUserAction action);

/*
 * The device that @dev belongs to, as the user knows it, which may have no
 * @id; the @path is to be freed with g_free().  Both NULL if it does not run.
 * Under the BQL.
 */
void vhost_user_report_find(const struct vhost_dev *dev, const char **id,
                            char **path);

#endif
