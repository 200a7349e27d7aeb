/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: migration state. */
#ifndef ANNEX_HOST_MIGRATION_H
#define ANNEX_HOST_MIGRATION_H

#include "common/host/qapi.h"
#include "migration/misc.h"
#include "migration/vmstate.h"
#include "qapi/qapi-commands-migration.h"
#include "qemu/notify.h"

typedef enum AnnexMigrationEvent {
    ANNEX_MIGRATION_BEGINS,     /* nothing has been sent yet */
    ANNEX_MIGRATION_FAILED,     /* or was cancelled: the VM stays here */
    ANNEX_MIGRATION_DONE,
} AnnexMigrationEvent;

/* Of an outgoing migration.  In the main thread, under the BQL. */
typedef void AnnexMigrationFn(AnnexMigrationEvent event);

typedef struct AnnexMigrationObserver {
#if HOST_SERIES < 900
    Notifier notifier;
#else
    NotifierWithReturn notifier;
#endif
    AnnexMigrationFn *fn;
} AnnexMigrationObserver;

#if HOST_SERIES < 900
static inline void annex_host_migration_notify(Notifier *notifier, void *data)
{
    AnnexMigrationObserver *o = container_of(notifier, AnnexMigrationObserver,
                                             notifier);
    MigrationState *s = data;

    if (migration_in_setup(s)) {
        o->fn(ANNEX_MIGRATION_BEGINS);
    } else if (migration_has_failed(s)) {
        o->fn(ANNEX_MIGRATION_FAILED);
    } else if (migration_has_finished(s)) {
        o->fn(ANNEX_MIGRATION_DONE);
    }
}

static inline void annex_host_migration_observe(AnnexMigrationObserver *o)
{
    o->notifier.notify = annex_host_migration_notify;
    add_migration_state_change_notifier(&o->notifier);
}

/* Whether the host takes new devices, as far as migration goes. */
static inline bool annex_host_migration_is_idle(void)
{
    return migration_is_idle();
}
#else
static inline int annex_host_migration_notify(NotifierWithReturn *notifier,
                                              MigrationEvent *e, Error **errp)
{
    AnnexMigrationObserver *o = container_of(notifier, AnnexMigrationObserver,
                                             notifier);

    switch (e->type) {
    case MIG_EVENT_PRECOPY_SETUP:
        /* One that was cancelled before it had a connection is set up, too. */
        if (migration_is_running()) {
            o->fn(ANNEX_MIGRATION_BEGINS);
        }
        break;
    case MIG_EVENT_PRECOPY_FAILED:
        o->fn(ANNEX_MIGRATION_FAILED);
        break;
    case MIG_EVENT_PRECOPY_DONE:
        o->fn(ANNEX_MIGRATION_DONE);
        break;
    default:
        break;
    }
    return 0;
}

static inline void annex_host_migration_observe(AnnexMigrationObserver *o)
{
    migration_add_notifier(&o->notifier, annex_host_migration_notify);
}

static inline bool annex_host_migration_is_idle(void)
{
    return !migration_is_running();
}
#endif

/*
 * Whether somebody has cancelled the migration that is in progress.  By the
 * answer of query-migrate: the structure that it is made from is a large one.
 * Under the BQL.
 */
static inline bool annex_host_migration_is_cancelling(void)
{
    const QmpCommand *query = qmp_find_command(&qmp_commands,
                                               "query-migrate");
    QDict *none = qdict_new();
    QObject *answer = NULL;
    bool is = false;

    query->fn(none, &answer, NULL);
    if (answer) {
        is = !g_strcmp0(qdict_get_try_str(qobject_to(QDict, answer),
                                          "status"), "cancelling");
    }
    qobject_unref(answer);
    qobject_unref(none);
    return is;
}

#endif
