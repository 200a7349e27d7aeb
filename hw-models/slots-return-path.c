/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: return-path, on for the length of a migration. */
#include "hw-models/slots-return-path.h"
#include "common/host/migration.h"
#include "common/host/monitor.h"
#include "hw-models/slots-pools.h"

static QmpCommand *migrate;
static HMPCommand *hmp_migrate_command;
static bool ours;               /* we have switched it on */

static bool is_on(void)
{
    MigrationCapabilityStatusList *list =
        qmp_query_migrate_capabilities(NULL), *l;
    bool on = false;

    for (l = list; l; l = l->next) {
        if (l->value->capability == MIGRATION_CAPABILITY_RETURN_PATH) {
            on = l->value->state;
        }
    }
    qapi_free_MigrationCapabilityStatusList(list);
    return on;
}

static bool set(bool on)
{
    MigrationCapabilityStatus status = {
        .capability = MIGRATION_CAPABILITY_RETURN_PATH, .state = on,
    };
    MigrationCapabilityStatusList list = { .value = &status };
    Error *err = NULL;

    qmp_migrate_set_capabilities(&list, &err);
    if (err) {
        error_free(err);        /* a migration is in progress: refused, too */
        return false;
    }
    return true;
}

void slots_return_path_restore(void)
{
    if (ours && set(false)) {
        ours = false;
    }
}

static bool is_socket_uri(const char *uri)
{
    return g_str_has_prefix(uri, "tcp:") || g_str_has_prefix(uri, "unix:") ||
           g_str_has_prefix(uri, "vsock:");
}

/* Since 8.2 there is a structure in the place of the URI. */
static bool is_socket_channel(const QDict *args)
{
    QList *channels = qobject_to(QList, qdict_get(args, "channels"));
    QDict *first = channels && !qlist_empty(channels)
                   ? qobject_to(QDict, qlist_peek(channels)) : NULL;
    QDict *addr = first ? qdict_get_qdict(first, "addr") : NULL;

    return addr &&
           !g_strcmp0(qdict_get_try_str(addr, "transport"), "socket") &&
           g_strcmp0(qdict_get_try_str(addr, "type"), "fd");
}

static void begin(const QDict *args)
{
    const char *uri = qdict_get_try_str(args, "uri");

    if (slots_options.migrate != SLOTS_MIGRATE_OFF && !is_on() &&
        (uri ? is_socket_uri(uri) : is_socket_channel(args))) {
        ours = set(true);
    }
}

/* A command that was refused has no end that could be seen. */
static void begun(void)
{
    if (ours && annex_host_migration_is_idle()) {
        slots_return_path_restore();
    }
}

static void on_migrate(QDict *args, QObject **ret, Error **errp)
{
    QmpCommandFunc *next = annex_hooks_next(&migrate->fn, on_migrate);

    begin(args);
    next(args, ret, errp);
    begun();
}

static void on_hmp_migrate(Monitor *mon, const QDict *args)
{
    AnnexHostHmpFn *next = annex_hooks_next(&hmp_migrate_command->cmd,
                                            on_hmp_migrate);

    begin(args);
    next(mon, args);
    begun();
}

bool slots_return_path_start(AnnexHookSet *set, Error **errp)
{
    migrate = (QmpCommand *)qmp_find_command(&qmp_commands, "migrate");
    hmp_migrate_command = annex_host_hmp_find(false, "migrate");
    if (!migrate || !hmp_migrate_command) {
        error_setg(errp, "this QEMU has no command 'migrate'");
        return false;
    }
    annex_hooks_add_slot(set, &migrate->fn, on_migrate, "migrate", "fn");
    annex_hooks_add_slot(set, &hmp_migrate_command->cmd, on_hmp_migrate,
                         "migrate", "hmp");
    return true;
}
