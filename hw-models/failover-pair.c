/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs: the core, tied to devices, clock and main loop. */
#include "hw-models/failover-pair.h"
#include "common/host/migration.h"
#include "common/host/run.h"
#include "hw-models/failover-migration.h"
#include "hw-models/failover-present.h"
#include "hw-models/failover-primary.h"
#include "hw-models/failover-qom.h"
#include "hw-models/failover-report.h"

/* How often to look for the end of what nothing tells of. */
#define POLL_MS 250

FailoverPolicy failover_policy;

static GPtrArray *pairs;        /* of FailoverPair */

int64_t failover_now_ms(void)
{
    return qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
}

const GPtrArray *failover_pairs(void)
{
    return pairs;
}

FailoverPair *failover_pair_find(const char *id)
{
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        FailoverPair *p = pairs->pdata[i];

        if (!strcmp(p->id, id)) {
            return p;
        }
    }
    return NULL;
}

static void on_timer(void *opaque)
{
    failover_pair_run(opaque);
}

FailoverPair *failover_pair_get(const char *id)
{
    FailoverPair *p = failover_pair_find(id);

    if (!p) {
        p = g_new0(FailoverPair, 1);
        p->id = g_strdup(id);
        p->core = failover_core_new(&failover_policy, &failover_reporter, p);
        p->timer = timer_new_ms(QEMU_CLOCK_REALTIME, on_timer, p);
        g_ptr_array_add(pairs, p);
        failover_qom_add(p);
    }
    return p;
}

FailoverPair *failover_pair_of_candidate(const char *id)
{
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        FailoverPair *p = pairs->pdata[i];

        if (failover_core_find(p->core, id) >= 0) {
            return p;
        }
    }
    return NULL;
}

const char *failover_pair_error(const FailoverPair *p)
{
    if (p->unfit) {
        return "the standby is not a virtio-net device without 'failover'";
    }
    return p->standby ? NULL : "there is no device of the standby's id";
}

static void set_timer(FailoverPair *p, bool may_run)
{
    int64_t now_ms = failover_now_ms();
    int64_t due_ms = failover_core_due_ms(p->core);

    if ((runstate_is_running() && !may_run) ||
        failover_core_holds_migration(p->core)) {
        due_ms = due_ms < 0 ? now_ms + POLL_MS
                            : MIN(due_ms, now_ms + POLL_MS);
    }
    if (due_ms < 0) {
        timer_del(p->timer);
    } else {
        timer_mod(p->timer, due_ms);
    }
}

static void act(FailoverPair *p, FailoverAction action)
{
    switch (action) {
    case FAILOVER_DO_NOTHING:
        break;
    case FAILOVER_DO_PLUG:
        failover_primary_plug(p);
        break;
    case FAILOVER_DO_PRESENT:
        failover_primary_present(p);
        break;
    case FAILOVER_DO_RETRACT:
        failover_present_retract(p);
        break;
    case FAILOVER_DO_ASK:
        failover_primary_ask(p);
        break;
    case FAILOVER_DO_WITHDRAW:
        failover_primary_withdraw(p);
        break;
    case FAILOVER_DO_ABORT:
        failover_primary_withdraw(p);
        failover_migration_abort();
        break;
    case FAILOVER_DO_REMOVE:
        failover_primary_remove(p, false);
        break;
    case FAILOVER_DO_REMOVE_AT_RESET:
        failover_primary_remove(p, true);
        break;
    }
}

void failover_pair_run(FailoverPair *p)
{
    /* The host sends pages to a VM that gets no devices meanwhile. */
    bool may_run = runstate_is_running() && !migration_in_incoming_postcopy();
    FailoverAction action;

    failover_core_running(p->core, may_run);
    if (failover_core_holds_migration(p->core) &&
        annex_host_migration_is_cancelling()) {
        failover_core_migration_cancelling(p->core, failover_now_ms());
    }
    do {
        action = failover_core_next(p->core, failover_now_ms());
        act(p, action);
        failover_migration_update();
    } while (action != FAILOVER_DO_NOTHING);
    set_timer(p, may_run);
}

static void on_kick(void *opaque)
{
    FailoverPair *p = opaque;

    p->scheduled = false;
    failover_pair_run(p);
}

void failover_pair_kick(FailoverPair *p)
{
    if (!p->scheduled) {
        p->scheduled = true;
        aio_bh_schedule_oneshot(qemu_get_aio_context(), on_kick, p);
    }
}

void failover_pair_kick_all(void)
{
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        failover_pair_kick(pairs->pdata[i]);
    }
}

static void on_run_state(void *opaque, bool running, RunState state)
{
    static bool told;
    unsigned i;

    failover_pair_kick_all();
    failover_present_run_state(running);
    for (i = 0; running && !told && i < pairs->len; i++) {
        const FailoverPair *p = pairs->pdata[i];

        if (failover_pair_error(p)) {
            warn_report("annex-failover: standby '%s': %s", p->id,
                        failover_pair_error(p));
        }
    }
    told = told || running;
}

static void on_reset(void *opaque)
{
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        FailoverPair *p = pairs->pdata[i];

        failover_core_reset(p->core);
        failover_pair_kick(p);
    }
}

void failover_pair_start(void)
{
    pairs = g_ptr_array_new();
    qemu_add_vm_change_state_handler(on_run_state, NULL);
    /* A snapshot that is being loaded has the guest's drivers in it. */
    qemu_register_reset_nosnapshotload(on_reset, NULL);
}
