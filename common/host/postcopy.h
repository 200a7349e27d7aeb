/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: a migration in postcopy, seen from inside. */
#ifndef ANNEX_HOST_POSTCOPY_H
#define ANNEX_HOST_POSTCOPY_H

#include "common/host/qapi.h"
#include "io/channel-socket.h"
#include "migration/migration.h"
#include "migration/qemu-file.h"
#include "qapi/qapi-commands-migration.h"
#include "qemu/thread.h"

/* Of the incoming migration.  Any thread. */
static inline MigrationStatus annex_host_incoming_status(void)
{
    return qatomic_read(&migration_incoming_get_current()->state);
}

/* Of the outgoing one.  Any thread. */
static inline MigrationStatus annex_host_outgoing_status(void)
{
    return qatomic_read(&migrate_get_current()->state);
}

/* Whether @status is that of a recovery in progress. */
static inline bool annex_host_status_is_recover(MigrationStatus status)
{
#if HOST_SERIES >= 900
    if (status == MIGRATION_STATUS_POSTCOPY_RECOVER_SETUP) {
        return true;
    }
#endif
    return status == MIGRATION_STATUS_POSTCOPY_RECOVER;
}

/*
 * Whether a destination that loses the connection during a recovery crashes
 * for that: postcopy_pause_incoming() (migration/savevm.c, 7.2) leaves state
 * postcopy-active alone, and its caller then reads a file that is closed.
 */
#define ANNEX_HOST_CRASHES_IN_RECOVER (HOST_SERIES < 900)

/*
 * Whether this is the thread that reads the incoming migration in postcopy:
 * in it connections are closed by postcopy_pause_incoming() alone, first that
 * from the source, then the way back.
 */
static inline bool annex_host_in_listen_thread(void)
{
    MigrationIncomingState *mis = migration_incoming_get_current();

    return mis->have_listen_thread &&
           qemu_thread_is_self(&mis->listen_thread);
}

/* Whether there is a connection from the source.  Any thread. */
static inline bool annex_host_is_connected(void)
{
    return qatomic_read(&migration_incoming_get_current()->from_src_file);
}

/*
 * In that thread, in state postcopy-recover: have postcopy_pause_incoming()
 * find the only state that it knows.  No event is sent.
 */
static inline void annex_host_mend_recover(void)
{
    qatomic_cmpxchg(&migration_incoming_get_current()->state,
                    MIGRATION_STATUS_POSTCOPY_RECOVER,
                    MIGRATION_STATUS_POSTCOPY_ACTIVE);
}

/* How long the migration thread is given to give up, and between looks. */
#define ANNEX_HOST_UNWEDGE_MS      2000
#define ANNEX_HOST_UNWEDGE_LOOK_US 1000

/*
 * Have a source give up its recovery.  In 7.2 its migration thread waits for
 * messages that cannot come, counted by a semaphore (migration/ram.c,
 * ram_dirty_bitmap_sync_all(); migration/migration.c,
 * postcopy_resume_handshake()): end the connection, and say that they have
 * come, until the thread has dropped it.  What it has not used is taken back,
 * or the next recovery would take it for its own messages.  Any thread; waits
 * for that thread.
 */
static inline bool annex_host_unwedge(Error **errp)
{
#if HOST_SERIES < 900
    MigrationState *s = migrate_get_current();
    int64_t end_us = g_get_monotonic_time() + ANNEX_HOST_UNWEDGE_MS * 1000;
    bool done;

    /* Without an event: it sends one itself when it has given up. */
    qatomic_cmpxchg(&s->state, MIGRATION_STATUS_POSTCOPY_RECOVER,
                    MIGRATION_STATUS_POSTCOPY_PAUSED);
    /* It may write to a connection that takes nothing. */
    qemu_mutex_lock(&s->qemu_file_lock);
    if (s->to_dst_file) {
        qemu_file_shutdown(s->to_dst_file);
    }
    qemu_mutex_unlock(&s->qemu_file_lock);
    while (!(done = !qatomic_read(&s->to_dst_file)) &&
           g_get_monotonic_time() < end_us) {
        qemu_sem_post(&s->rp_state.rp_sem);
        g_usleep(ANNEX_HOST_UNWEDGE_LOOK_US);
    }
    while (!qemu_sem_timedwait(&s->rp_state.rp_sem, 0)) {
        continue;
    }
    if (!done) {
        error_setg(errp, "the migration thread does not answer");
    }
    return done;
#else
    Error *err = NULL;

    qmp_migrate_pause(&err);
    error_propagate(errp, err);
    return !err;
#endif
}

#endif
