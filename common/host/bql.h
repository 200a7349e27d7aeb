/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: the lock of the main loop. */
#ifndef ANNEX_HOST_BQL_H
#define ANNEX_HOST_BQL_H

#include "qemu/osdep.h"

#include "qemu/main-loop.h"
#include "qemu/thread.h"

/* What the thread at hand holds, and takes. */
#if HOST_SERIES < 900
static inline bool annex_host_bql_locked(void)
{
    return qemu_mutex_iothread_locked();
}

static inline void annex_host_bql_lock(void)
{
    qemu_mutex_lock_iothread();
}

static inline void annex_host_bql_unlock(void)
{
    qemu_mutex_unlock_iothread();
}
#else
static inline bool annex_host_bql_locked(void)
{
    return bql_locked();
}

static inline void annex_host_bql_lock(void)
{
    bql_lock();
}

static inline void annex_host_bql_unlock(void)
{
    bql_unlock();
}
#endif

/*
 * Where the function is that every thread takes it with: QEMU's profiler puts
 * its own there (util/qsp.c).
 */
static inline QemuMutexLockFunc *annex_host_bql_lock_func(void)
{
#if HOST_SERIES < 900
    return &qemu_bql_mutex_lock_func;
#else
    return &bql_mutex_lock_func;
#endif
}

#endif
