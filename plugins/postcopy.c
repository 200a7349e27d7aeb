/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-postcopy: a guest whose postcopy migration pauses, all or none. */
#include "common/host/run.h"
#include "common/module.h"
#include "hw-models/postcopy-commands.h"
#include "hw-models/postcopy-live.h"
#include "hw-models/postcopy-mend.h"
#include "hw-models/postcopy-tap.h"
#include "hw-models/postcopy-watch.h"

/* In the order of PostcopyPolicy. */
static const char *const policies[] = { "pause", "run", NULL };

/* For tests: what is done with accelerators other than TCG, or always. */
static const char *const quiet[] = { "auto", "on", NULL };

static const AnnexOption options[] = {
    { .name = "policy", .type = ANNEX_OPTION_CHOICE, .def = "pause",
      .choices = policies, .value = &postcopy_policy },
    { .name = "watchdog", .type = ANNEX_OPTION_NUMBER, .def = "1000",
      .max = 3600000, .value = &postcopy_watchdog_ms },
    { .name = "x-quiet", .type = ANNEX_OPTION_CHOICE, .def = "auto",
      .choices = quiet, .value = &postcopy_quiet },
    {}
};

/* A VM that is no destination needs neither. */
static void on_machine_done(Notifier *notifier, void *data)
{
    if (runstate_check(RUN_STATE_INMIGRATE)) {
        postcopy_tap_start(&error_fatal);
        postcopy_watch_start();
    }
}

static Notifier machine_done = { .notify = on_machine_done };

static bool start(Error **errp)
{
    AnnexHookSet *set = annex_hooks_new("postcopy");

    if (!postcopy_mend_start(set, errp) ||
        !postcopy_commands_start(set, errp)) {
        annex_hooks_restore(set);
        return false;
    }
    postcopy_tap_register();
    postcopy_live_start();
    qemu_add_machine_init_done_notifier(&machine_done);
    return true;
}

ANNEX_MODULE(.name = "postcopy", .options = options, .start = start)
