/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: time, run states and resets of the machine. */
#ifndef ANNEX_HOST_RUN_H
#define ANNEX_HOST_RUN_H

#include "common/host/qdev.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"

#if HOST_SERIES < 1000
#include "sysemu/reset.h"
#include "sysemu/runstate.h"
#else
#include "system/reset.h"
#include "system/runstate.h"
#endif

/*
 * What MachineClass.reset() is told: the cause up to 7.2, the kind of reset
 * since 9.0 (hw/boards.h).
 */
#if HOST_SERIES < 900
typedef ShutdownCause AnnexResetArg;
#else
typedef ResetType AnnexResetArg;
#endif

/*
 * Reset @machine as qemu_system_reset() (softmmu/runstate.c, 7.2) would:
 * by @next, the machine's own method, or all devices when it has none.
 */
static inline void annex_host_reset(void (*next)(MachineState *, AnnexResetArg),
                                    MachineState *machine, AnnexResetArg arg)
{
    if (next) {
        next(machine, arg);
    } else {
        qemu_devices_reset(arg);
    }
}

/*
 * Whether a reset prepares the machine for the state of a snapshot
 * (migration/savevm.c, load_snapshot()).
 */
static inline bool annex_host_reset_loads_state(AnnexResetArg arg)
{
#if HOST_SERIES < 900
    return arg == SHUTDOWN_CAUSE_SNAPSHOT_LOAD;
#else
    return arg == RESET_TYPE_SNAPSHOT_LOAD;
#endif
}

#endif
