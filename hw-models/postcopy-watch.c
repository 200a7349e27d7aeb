/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy watch: a thread that works while the main loop does not. */
#include "hw-models/postcopy-watch.h"
#include "common/host/cpus.h"
#include "hw-models/postcopy-live.h"
#include "hw-models/postcopy-report.h"
#include "hw-models/postcopy-vcpus.h"

/* Between looks, in postcopy and before it. */
#define LOOK_MS        10
#define LOOK_BEFORE_MS 100

int64_t postcopy_watchdog_ms;

/* When the main loop was asked for an answer; 0: it has given it. */
static int64_t asked_ms;
static bool reported;

static int64_t now_ms(void)
{
    return qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
}

int64_t postcopy_watch_silent_ms(void)
{
    int64_t since = qatomic_read__nocheck(&asked_ms);

    return since ? now_ms() - since : 0;
}

static void on_answer(void *opaque)
{
    qatomic_set__nocheck(&asked_ms, 0);
}

static void watch_main_loop(void)
{
    int64_t silent_ms = postcopy_watch_silent_ms();

    if (!qatomic_read__nocheck(&asked_ms)) {
        reported = false;
        qatomic_set__nocheck(&asked_ms, now_ms());
        aio_bh_schedule_oneshot(qemu_get_aio_context(), on_answer, NULL);
    } else if (postcopy_watchdog_ms && silent_ms >= postcopy_watchdog_ms &&
               !reported) {
        reported = true;
        postcopy_report_blocked(silent_ms);
    }
}

static bool is_over(MigrationStatus status)
{
    return status == MIGRATION_STATUS_COMPLETED ||
           (postcopy_live_phase_of(status) == POSTCOPY_PHASE_NONE &&
            !runstate_check(RUN_STATE_INMIGRATE));
}

static void *watch(void *opaque)
{
    MigrationStatus last = annex_host_incoming_status(), status = last;

    rcu_register_thread();
    while (!is_over(status)) {
        PostcopyPhase phase = postcopy_live_phase();

        if (phase == POSTCOPY_PHASE_NONE) {
            g_usleep(LOOK_BEFORE_MS * 1000);
        } else {
            postcopy_vcpus_sample(phase == POSTCOPY_PHASE_ACTIVE);
            watch_main_loop();
            g_usleep(LOOK_MS * 1000);
        }
        status = annex_host_incoming_status();
        if (status != last) {
            last = status;
            postcopy_live_wake();
        }
    }
    rcu_unregister_thread();
    return NULL;
}

void postcopy_watch_start(void)
{
    QemuThread thread;

    qemu_thread_create(&thread, "annex-postcopy", watch, NULL,
                       QEMU_THREAD_DETACHED);
}
