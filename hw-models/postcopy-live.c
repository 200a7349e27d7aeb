/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy live: the core, tied to the VM and its migration. */
#include "hw-models/postcopy-live.h"
#include "hw-models/postcopy-mend.h"
#include "hw-models/postcopy-refuse.h"
#include "hw-models/postcopy-report.h"
#include "hw-models/postcopy-vcpus.h"

/* Between looks at vCPUs that do not stand still; at first, and later. */
#define LOOK_MS        1
#define LOOK_LATER_MS  10
#define LOOKS_AT_FIRST 50

int postcopy_policy, postcopy_quiet;

static PostcopyCore core;
static QEMUTimer *timer;
static unsigned looks;

static int64_t now_ms(void)
{
    return qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
}

const PostcopyCore *postcopy_live_core(void)
{
    return &core;
}

PostcopyPhase postcopy_live_phase_of(MigrationStatus status)
{
    if (status == MIGRATION_STATUS_POSTCOPY_ACTIVE) {
        return POSTCOPY_PHASE_ACTIVE;
    }
    if (status == MIGRATION_STATUS_POSTCOPY_PAUSED) {
        return POSTCOPY_PHASE_PAUSED;
    }
    return annex_host_status_is_recover(status) ? POSTCOPY_PHASE_RECOVER
                                                : POSTCOPY_PHASE_NONE;
}

PostcopyPhase postcopy_live_phase(void)
{
    MigrationStatus status;
    bool under_way;

    /* What is under way is to be that of this status, not of the next. */
    do {
        status = annex_host_incoming_status();
        under_way = postcopy_mend_is_under_way(status);
    } while (annex_host_incoming_status() != status);
    return under_way ? POSTCOPY_PHASE_RECOVER : postcopy_live_phase_of(status);
}

static PostcopyLink link_now(void)
{
    switch (postcopy_live_phase()) {
    case POSTCOPY_PHASE_ACTIVE:
        return POSTCOPY_LINK_UP;
    case POSTCOPY_PHASE_PAUSED:
    case POSTCOPY_PHASE_RECOVER:
        return POSTCOPY_LINK_DOWN;
    default:
        return POSTCOPY_LINK_NONE;
    }
}

static PostcopyVm vm_now(void)
{
    if (runstate_check(RUN_STATE_INMIGRATE)) {
        return POSTCOPY_VM_ARRIVING;
    }
    return runstate_is_running() ? POSTCOPY_VM_RUNNING : POSTCOPY_VM_PAUSED;
}

/*
 * Whether devices may ask something of each vCPU when the VM stops, as
 * kvmclock does (run_on_cpu()), and would wait for one that waits for memory.
 */
static bool is_quiet(void)
{
    return postcopy_quiet || !annex_host_is_tcg();
}

static void look(void)
{
    bool all_stopped;

    if (postcopy_vcpus_still(&all_stopped)) {
        postcopy_core_still(&core, !all_stopped && is_quiet());
        return;
    }
    postcopy_vcpus_ask();
    looks++;
    timer_mod(timer, now_ms() + (looks < LOOKS_AT_FIRST ? LOOK_MS
                                                        : LOOK_LATER_MS));
}

static void do_action(PostcopyAction action)
{
    switch (action) {
    case POSTCOPY_DO_NOTHING:
        break;
    case POSTCOPY_DO_STOP:
        annex_host_vm_begin_stop();
        postcopy_vcpus_ask();
        looks = 0;
        break;
    case POSTCOPY_DO_LOOK:
        look();
        break;
    case POSTCOPY_DO_TELL:
        annex_host_vm_tell_devices();
        break;
    case POSTCOPY_DO_SAY:
        annex_host_vm_say_stop();
        break;
    case POSTCOPY_DO_UNDO:
        annex_host_vm_undo_stop();
        postcopy_vcpus_resume();
        break;
    case POSTCOPY_DO_GO_ON:
        annex_host_vm_say_resume();
        annex_host_vm_undo_stop();
        postcopy_vcpus_resume();
        break;
    case POSTCOPY_DO_START:
        postcopy_vcpus_forget();
        vm_start();
        break;
    case POSTCOPY_DO_SETTLE:
        postcopy_vcpus_forget();
        annex_host_vm_end_stop();
        break;
    }
}

static void run_once(void)
{
    PostcopyAction action;

    timer_del(timer);
    postcopy_core_link(&core, link_now());
    do {
        postcopy_core_vm(&core, vm_now());
        action = postcopy_core_next(&core, now_ms());
        do_action(action);
    } while (action != POSTCOPY_DO_NOTHING && !timer_pending(timer));
    /* Asked by a thread that has seen what is over already. */
    if (core.hold == POSTCOPY_FREE && postcopy_vcpus_asked() &&
        runstate_is_running()) {
        postcopy_vcpus_resume();
    }
    postcopy_refuse_update(core.link != POSTCOPY_LINK_NONE);
}

/*
 * Main thread, under the BQL.  What devices do when they are told of a VM that
 * stops or starts can call this, by polling for something: that waits until
 * all of them are told.
 */
static void run(void)
{
    static bool busy, again;

    again = busy;
    if (busy) {
        return;
    }
    busy = true;
    do {
        again = false;
        run_once();
    } while (again);
    busy = false;
}

static void on_bh(void *opaque)
{
    run();
}

static void on_timer(void *opaque)
{
    run();
}

void postcopy_live_wake(void)
{
    if (qatomic_read(&postcopy_policy) == POSTCOPY_POLICY_PAUSE &&
        link_now() == POSTCOPY_LINK_DOWN && runstate_is_running()) {
        postcopy_vcpus_ask();
    }
    aio_bh_schedule_oneshot(qemu_get_aio_context(), on_bh, NULL);
}

/* In the midst of vm_start(), vm_stop() and the like: later. */
static void on_run_state(void *opaque, bool running, RunState state)
{
    postcopy_live_wake();
}

void postcopy_live_set_policy(PostcopyPolicy policy)
{
    qatomic_set(&postcopy_policy, policy);
    postcopy_core_policy(&core, policy);
    run();
}

bool postcopy_live_user_stop(void)
{
    bool ours;

    run();
    ours = postcopy_core_user_stop(&core);
    run();
    return ours;
}

PostcopyCont postcopy_live_user_cont(void)
{
    PostcopyCont cont;

    run();
    cont = postcopy_core_user_cont(&core);
    run();
    return cont;
}

/*
 * QEMU is about to end, and stops the VM for that, unless it is paused.  Its
 * clients know already, by event SHUTDOWN.
 */
static void on_shutdown(Notifier *notifier, void *data)
{
    if (link_now() != POSTCOPY_LINK_NONE && annex_host_shutdown_ends() &&
        runstate_is_running()) {
        annex_host_vm_begin_stop();
        postcopy_vcpus_ask();
    }
}

static Notifier shutdown_notifier = { .notify = on_shutdown };

void postcopy_live_start(void)
{
    core.reporter = &postcopy_reporter;
    postcopy_core_policy(&core, postcopy_policy);
    timer = timer_new_ms(QEMU_CLOCK_REALTIME, on_timer, NULL);
    postcopy_vcpus_start();
    qemu_add_vm_change_state_handler(on_run_state, NULL);
    qemu_register_shutdown_notifier(&shutdown_notifier);
}
