/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: vCPUs, their threads, and how a VM is stopped in parts. */
#ifndef ANNEX_HOST_CPUS_H
#define ANNEX_HOST_CPUS_H

#include "common/host/run.h"
#include "qemu/rcu.h"
#include "qapi/qapi-events-run-state.h"

#if HOST_SERIES < 1000
#include "exec/cpu-common.h"
#include "sysemu/cpu-timers.h"
#include "sysemu/cpus.h"
#include "sysemu/runstate-action.h"
#include "sysemu/tcg.h"
#else
#include "exec/cpu-common.h"
#include "system/cpu-timers.h"
#include "system/cpus.h"
#include "system/runstate-action.h"
#include "system/tcg.h"
#endif

#include "block/block.h"

/*
 * The parts of do_vm_stop() (softmmu/cpus.c, 7.2; system/cpus.c, 10.0) that
 * wait for nothing.  Its others are pause_all_vcpus(), which waits for every
 * vCPU, and a drain of all block devices.
 */
static inline void annex_host_vm_begin_stop(void)
{
    runstate_set(RUN_STATE_PAUSED);
    cpu_disable_ticks();
}

/* Undo that. */
static inline void annex_host_vm_undo_stop(void)
{
    cpu_enable_ticks();
    runstate_set(RUN_STATE_RUNNING);
}

/* The second part: devices, and management, are told. */
static inline void annex_host_vm_tell_devices(void)
{
    vm_state_notify(0, RUN_STATE_PAUSED);
}

static inline void annex_host_vm_say_stop(void)
{
    qapi_event_send_stop();
}

static inline void annex_host_vm_say_resume(void)
{
    qapi_event_send_resume();
}

/* The third: these wait. */
static inline void annex_host_vm_end_stop(void)
{
    pause_all_vcpus();
    bdrv_drain_all();
    bdrv_flush_all();
}

/* Whether the VM's accelerator is TCG, by which no device asks vCPUs. */
static inline bool annex_host_is_tcg(void)
{
    return tcg_enabled();
}

/* Whether QEMU is about to end, rather than to stop the VM. */
static inline bool annex_host_shutdown_ends(void)
{
    return shutdown_action == SHUTDOWN_ACTION_POWEROFF;
}

/* Ask @cpu to stop, and do not wait for it.  Any thread. */
static inline void annex_host_cpu_ask_to_stop(CPUState *cpu)
{
    cpu->stop = true;
    qemu_cpu_kick(cpu);
}

#endif
