/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user log: a back-end that cannot log ends a migration, not the VM. */
#ifndef ANNEX_VHOST_USER_LOG_H
#define ANNEX_VHOST_USER_LOG_H

#include "common/host/vhost-user.h"

/*
 * The operations by which the log of dirty memory is switched on and off,
 * of a device that is guarded.
 */
int vhost_user_log_set_features(struct vhost_dev *dev, uint64_t features);
int vhost_user_log_set_vring_addr(struct vhost_dev *dev,
                                  struct vhost_vring_addr *addr);

#endif
