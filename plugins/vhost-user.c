/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-vhost-user: requests to vhost-user back-ends, in turn and in time. */
#include "common/module.h"
#include "hw-models/vhost-user-commands.h"
#include "hw-models/vhost-user-guard.h"
#include "hw-models/vhost-user-io.h"
#include "hw-models/vhost-user-return.h"

static const AnnexOption options[] = {
    { .name = "timeout", .type = ANNEX_OPTION_NUMBER, .def = "5000",
      .max = 3600000, .value = &vhost_user_policy.timeout_ms },
    { .name = "serialize", .type = ANNEX_OPTION_BOOL, .def = "on",
      .value = &vhost_user_policy.serialize },
    { .name = "linkdown", .type = ANNEX_OPTION_BOOL, .def = "on",
      .value = &vhost_user_policy.link_down },
    {}
};

static bool start(Error **errp)
{
    AnnexHookSet *set = annex_hooks_new("vhost-user");

    if (!vhost_user_commands_start(set, errp) ||
        !vhost_user_io_start(set, errp) ||
        !vhost_user_return_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    vhost_user_guard_start(set);
    return true;
}

ANNEX_MODULE(.name = "vhost-user", .options = options, .start = start)
