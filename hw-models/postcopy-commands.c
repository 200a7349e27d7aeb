/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy commands: our own, and stop and cont. */
#include "hw-models/postcopy-commands.h"
#include "annex-postcopy-qapi-commands.h"
#include "annex-postcopy-qapi-init-commands.h"
#include "annex-postcopy-qapi-introspect.h"
#include "common/host/monitor.h"
#include "common/qmp.h"
#include "hw-models/postcopy-live.h"
#include "hw-models/postcopy-vcpus.h"
#include "hw-models/postcopy-watch.h"

/* Of the migration that there is; a destination can become a source. */
static PostcopyPhase phase(void)
{
    return annex_host_incoming_status() == MIGRATION_STATUS_NONE ||
           annex_host_incoming_status() == MIGRATION_STATUS_COMPLETED
           ? postcopy_live_phase_of(annex_host_outgoing_status())
           : postcopy_live_phase();
}

/* Out of band: in a thread of the monitor's, without the BQL. */
PostcopyInfo *qmp_query_postcopy(Error **errp)
{
    const PostcopyCore *c = postcopy_live_core();
    PostcopyInfo *info = g_new0(PostcopyInfo, 1);

    info->state = phase();
    info->policy = qatomic_read(&postcopy_policy);
    info->held = qatomic_read(&c->held);
    if (info->held) {
        info->has_held_ms = true;
        info->held_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME) -
                        qatomic_read__nocheck(&c->since_ms);
    }
    info->user_stopped = qatomic_read(&c->user_stopped);
    info->vcpus = postcopy_vcpus_list();
    info->main_loop = g_new0(PostcopyMainLoop, 1);
    info->main_loop->blocked_ms = postcopy_watch_silent_ms();
    return info;
}

void qmp_postcopy_set_policy(PostcopyPolicy policy, Error **errp)
{
    postcopy_live_set_policy(policy);
}

/* Out of band, as well. */
void qmp_postcopy_unwedge(Error **errp)
{
    MigrationStatus status = annex_host_outgoing_status();

    if (!annex_host_status_is_recover(status)) {
        error_setg(errp, "there is no outgoing migration in state "
                   "postcopy-recover, but in state %s",
                   MigrationStatus_str(status));
        return;
    }
    annex_host_unwedge(errp);
}

static void explain_cont(Error **errp)
{
    const PostcopyCore *core = postcopy_live_core();

    error_setg(errp, "annex-postcopy: the guest is held until the postcopy "
               "migration is recovered (policy 'pause'), and %s",
               core->user_stopped || core->foreign
               ? "then stays stopped until 'cont'" : "then goes on by itself");
}

static QmpCommand *stop_command, *cont_command;
static HMPCommand *hmp_stop_command, *hmp_cont_command;

static void on_stop(QDict *args, QObject **ret, Error **errp)
{
    QmpCommandFunc *next = annex_hooks_next(&stop_command->fn, on_stop);

    if (postcopy_live_user_stop()) {
        *ret = QOBJECT(qdict_new());
    } else {
        next(args, ret, errp);
    }
}

static void on_cont(QDict *args, QObject **ret, Error **errp)
{
    QmpCommandFunc *next = annex_hooks_next(&cont_command->fn, on_cont);

    switch (postcopy_live_user_cont()) {
    case POSTCOPY_CONT_STOCK:
        next(args, ret, errp);
        break;
    case POSTCOPY_CONT_DONE:
        *ret = QOBJECT(qdict_new());
        break;
    case POSTCOPY_CONT_REFUSED:
        explain_cont(errp);
        break;
    }
}

static void on_hmp_stop(Monitor *mon, const QDict *args)
{
    AnnexHostHmpFn *next = annex_hooks_next(&hmp_stop_command->cmd,
                                            on_hmp_stop);

    if (!postcopy_live_user_stop()) {
        next(mon, args);
    }
}

static void on_hmp_cont(Monitor *mon, const QDict *args)
{
    AnnexHostHmpFn *next = annex_hooks_next(&hmp_cont_command->cmd,
                                            on_hmp_cont);
    Error *err = NULL;

    switch (postcopy_live_user_cont()) {
    case POSTCOPY_CONT_STOCK:
        next(mon, args);
        break;
    case POSTCOPY_CONT_DONE:
        break;
    case POSTCOPY_CONT_REFUSED:
        explain_cont(&err);
        hmp_handle_error(mon, err);
        break;
    }
}

static bool find_commands(Error **errp)
{
    stop_command = (QmpCommand *)qmp_find_command(&qmp_commands, "stop");
    cont_command = (QmpCommand *)qmp_find_command(&qmp_commands, "cont");
    hmp_stop_command = annex_host_hmp_find(false, "stop");
    hmp_cont_command = annex_host_hmp_find(false, "cont");
    if (!stop_command || !cont_command || !hmp_stop_command ||
        !hmp_cont_command) {
        error_setg(errp, "this QEMU has no commands 'stop' and 'cont'");
        return false;
    }
    return true;
}

bool postcopy_commands_start(AnnexHookSet *set, Error **errp)
{
    if (!find_commands(errp) ||
        !annex_qmp_add(set, annex_postcopy_qmp_init_marshal,
                       &annex_postcopy_qmp_schema_qlit, errp)) {
        return false;
    }
    annex_hooks_add_slot(set, &stop_command->fn, on_stop, "stop", "fn");
    annex_hooks_add_slot(set, &cont_command->fn, on_cont, "cont", "fn");
    annex_hooks_add_slot(set, &hmp_stop_command->cmd, on_hmp_stop, "stop",
                         "hmp");
    annex_hooks_add_slot(set, &hmp_cont_command->cmd, on_hmp_cont, "cont",
                         "hmp");
    return true;
}
