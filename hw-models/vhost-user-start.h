/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user start: a device whose back-end cannot see its rings fails. */
#ifndef ANNEX_VHOST_USER_START_H
#define ANNEX_VHOST_USER_START_H

#include "common/host/vhost-user.h"

/* Operations of a device that is guarded. */
int vhost_user_start_device(struct vhost_dev *dev, bool started);
int vhost_user_start_update_iotlb(struct vhost_dev *dev,
                                  struct vhost_iotlb_msg *msg);

#endif
