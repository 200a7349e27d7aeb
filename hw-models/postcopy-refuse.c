/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy refusals: commands that would wait for memory of the guest. */
#include "hw-models/postcopy-refuse.h"
#include "common/hooks.h"
#include "common/host/monitor.h"

/*
 * With a connection that is frozen nobody can tell whether a page will come,
 * so these are refused as long as one may be missing, not only while the
 * migration is paused.  What a target does not have is left out.
 */
static const char *const qmp_names[] = {
    "dump-guest-memory", "inject-nmi", "memsave", "pmemsave", "screendump",
    "snapshot-load", "snapshot-save", "system_reset", "system_wakeup",
    "x-query-virtio-queue-element", NULL
};

static const char *const hmp_names[] = {
    "dump-guest-memory", "gdbserver", "gva2gpa", "loadvm", "mce", "memsave",
    "nmi", "pmemsave", "print", "savevm", "screendump", "sum",
    "system_reset", "system_wakeup", "x", "xp", NULL
};

static const char *const hmp_info_names[] = {
    "lapic", "mem", "registers", "tlb", "virtio-queue-element", NULL
};

static AnnexHookSet *hooks;

static void explain(Error **errp)
{
    error_setg(errp, "annex-postcopy: the guest's memory is not all here yet: "
               "this command could block QEMU until the postcopy migration "
               "is recovered");
}

static void refuse_qmp(QDict *args, QObject **ret, Error **errp)
{
    explain(errp);
}

static void refuse_hmp(Monitor *mon, const QDict *args)
{
    Error *err = NULL;

    explain(&err);
    hmp_handle_error(mon, err);
}

static void add_hmp(bool info, const char *const *names)
{
    for (; *names; names++) {
        HMPCommand *cmd = annex_host_hmp_find(info, *names);

        if (cmd) {
            annex_hooks_add_slot(hooks, &cmd->cmd, refuse_hmp, *names,
                                 info ? "info" : "hmp");
        }
    }
}

static void add_qmp(const char *const *names)
{
    for (; *names; names++) {
        /* The host offers no other way to replace a command's function. */
        QmpCommand *cmd = (QmpCommand *)qmp_find_command(&qmp_commands,
                                                         *names);

        if (cmd) {
            annex_hooks_add_slot(hooks, &cmd->fn, refuse_qmp, *names, "fn");
        }
    }
}

void postcopy_refuse_update(bool refuse)
{
    if (refuse == !!hooks) {
        return;
    }
    if (!refuse) {
        annex_hooks_restore(hooks);
        hooks = NULL;
        return;
    }
    hooks = annex_hooks_new("postcopy");
    add_qmp(qmp_names);
    add_qmp(annex_host_stats_commands(false));
    add_hmp(false, hmp_names);
    add_hmp(true, hmp_info_names);
    add_hmp(true, annex_host_stats_commands(true));
}
