/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user log: a back-end that cannot log ends a migration, not the VM. */
#include "hw-models/vhost-user-log.h"

#include "hw-models/vhost-user-guard.h"
#include "standard-headers/linux/vhost_types.h"

/*
 * Whether a refusal to switch the log to @enable would be forgotten.  A log is
 * not a migration's alone, and one that begins when it is on already would miss
 * what the back-end writes.  The next connection begins with the log, or fails.
 */
static bool must_not_refuse(const struct vhost_dev *dev, bool enable)
{
    return ANNEX_HOST_VHOST_LOG_ABORTS && enable && dev->started &&
           !dev->log_enabled && !annex_host_migration_can_fail();
}

/*
 * What the host makes of an error while it switches the log to @enable: in a
 * device that runs (which is what is switched, and not started) an abort().
 * A log that is not kept is a migration that fails, and nothing else.
 */
static int survive(struct vhost_dev *dev, bool enable, int error)
{
    if (!ANNEX_HOST_VHOST_LOG_ABORTS || error >= 0 || !dev->started ||
        enable == dev->log_enabled) {
        return error;
    }
    if (enable) {
        annex_host_migration_fail("annex-vhost-user: a back-end does not log "
                                  "what it writes to the guest's memory");
    }
    return 0;
}

int vhost_user_log_set_features(struct vhost_dev *dev, uint64_t features)
{
    bool enable = features & (1ULL << VHOST_F_LOG_ALL);
    VhostUserTurn turn;
    int result;

    vhost_user_turn_begin(&turn, vhost_user_guard_of(dev)->channel, dev);
    turn.fatal = must_not_refuse(dev, enable);
    result = vhost_user_turn_end(&turn,
                                 user_ops.vhost_set_features(dev, features));
    return survive(dev, enable, result);
}

int vhost_user_log_set_vring_addr(struct vhost_dev *dev,
                                  struct vhost_vring_addr *addr)
{
    bool enable = addr->flags & (1 << VHOST_VRING_F_LOG);
    VhostUserTurn turn;
    int result;

    vhost_user_turn_begin(&turn, vhost_user_guard_of(dev)->channel, dev);
    turn.fatal = must_not_refuse(dev, enable);
    result = vhost_user_turn_end(&turn,
                                 user_ops.vhost_set_vring_addr(dev, addr));
    return survive(dev, enable, result);
}
