/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cancel of unplug requests that real pseries guests are about to answer. */
#include "papr-cases.h"
#include "papr-expect.h"

#include <string.h>

/* What became of the rounds, for the report. */
typedef struct Tally {
    unsigned withdrawn, aborted, undone, deleted, other;
} Tally;

static void count(Tally *t, const char *outcome)
{
    unsigned *n = !strcmp(outcome, "withdrawn") ? &t->withdrawn :
                  !strcmp(outcome, "aborted") ? &t->aborted :
                  !strcmp(outcome, "undone") ? &t->undone :
                  !strcmp(outcome, "deleted") ? &t->deleted : &t->other;

    ++*n;
}

/* Cancel, and wait for the end of the request: its outcome. */
static const char *cancel(PaprDevice *d, bool *present)
{
    QmpClient *qmp = d->g->vm->qmp;
    const QmpReply *r = qmp_execute(qmp, "device-unplug-cancel",
                                    "{'id': %s}", d->id);
    const QmpEvent *done =
        qmp_wait_event(qmp, "DEVICE_UNPLUG_DONE", 0, "{'device': %s,"
                       " 'transport': 'papr', 'attempt': 1}", d->id);
    const char *outcome = json_object_get_string_member(done->data,
                                                        "outcome");

    *present = json_object_get_boolean_member(done->data, "present");
    /* Too late, or it must have had an effect. */
    g_assert_cmpint(r->error_desc != NULL, ==, !*present);
    return outcome;
}

/* Wherever the guest is: gone, or there and in use; and asked for again. */
static void one_round(PaprDevice *d, unsigned delay_ms, Tally *tally)
{
    const char *outcome;
    bool present;

    /* Long, for a guest that needs it. */
    papr_request(d, 30000);
    g_usleep(delay_ms * 1000);
    outcome = cancel(d, &present);
    count(tally, outcome);
    g_assert_cmpint(qmp_has_device(d->g->vm->qmp, d->id), ==, present);
    if (present) {
        papr_use(d);
    } else {
        g_assert_cmpstr(outcome, ==, "deleted");
        papr_plug_again(d);
    }
    expect_idle(d->g);
}

static void many_rounds(PaprDevice *d, unsigned rounds, unsigned max_ms)
{
    Tally t = { 0 };
    unsigned i;

    for (i = 0; i < rounds; i++) {
        one_round(d, g_random_int_range(0, max_ms + 1), &t);
    }
    g_test_message("%u rounds: %u withdrawn, %u aborted, %u undone, "
                   "%u deleted", rounds, t.withdrawn, t.aborted, t.undone,
                   t.deleted);
    g_assert_cmpuint(t.other, ==, 0);
}

/* As if nobody had ever asked for it before. */
static void then_removed(PaprDevice *d)
{
    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(d->g);
}

/*
 * TCG has as many places for cores as there are threads, and needs a new one
 * whenever a core comes: rounds that delete must be few.
 */
static void cores(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    unsigned i;

    if (papr_host_removes_cores()) {
        many_rounds(d, 20, 60);
        then_removed(d);
        return;
    }
    /* One that cannot go: none may, with this host. */
    papr_hold(d, 0);
    for (i = 0; i < 20; i++) {
        Tally t = { 0 };

        one_round(d, 0, &t);
    }
    papr_release(d);
}

static void dimms(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    many_rounds(d, 40, 60);
    then_removed(d);
}

/* The guest cannot let it go, and says nothing: it has agreed. */
static void dimm_held(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    bool present;

    papr_hold(d, 0);
    papr_request(d, 30000);
    guest_ok(g->vm->guest, "usleep 200000");
    g_assert_cmpstr(cancel(d, &present), ==, "aborted");
    papr_use(d);
    expect_idle(g);
    papr_release(d);
    then_removed(d);
}

/* The guest has let go of some: it is given them back. */
static void dimm_partly(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    bool present;

    papr_remove_first_lmb(d);
    g_assert_cmpstr(cancel(d, &present), ==, "undone");
    papr_use(d);
    expect_idle(g);
    then_removed(d);
}

static void disks(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    many_rounds(d, 3, 60);
    many_rounds(d, 3, 3000);
    then_removed(d);
}

/* Before the guest has run again. */
static bool withdraw(PaprDevice *d)
{
    const char *outcome;
    bool present;

    qmp_ok(d->g->vm->qmp, "stop", QMP_ANY);
    papr_request(d, 30000);
    outcome = cancel(d, &present);
    qmp_ok(d->g->vm->qmp, "cont", QMP_ANY);
    g_assert_cmpstr(outcome, ==, "withdrawn");
    return present;
}

/*
 * Linux does not look whether there is an event when it is told that there
 * is one: it handles the last one again.  Here that is a removal.
 */
void papr_cancel_unseen(PaprGuest *g)
{
    PaprDevice *d = papr_take(g), *other = papr_take(g);

    papr_hold(other, 1);
    papr_del(other);
    expect_refused(other, 1);
    papr_release(other);
    g_assert_true(withdraw(d));
    guest_ok(g->vm->guest, "usleep 300000");
    papr_works(d);
    papr_works(other);
    expect_idle(g);
}

/* And if there was none since the boot, it breaks down. */
void papr_cancel_unseen_first(PaprKind kind, const char *options)
{
    PaprGuest *g = papr_guest_new(kind, options, 1);
    PaprDevice *d;

    test_vm_start(g->vm);
    guest_wait_ready(g->vm->guest, 0);
    d = papr_take(g);
    g_assert_true(withdraw(d));
    guest_ok(g->vm->guest, "usleep 300000");
    papr_works(d);
    papr_listen(g);
    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(g);
    papr_guest_stop(g);
}

void papr_cancel_races(PaprGuest *g)
{
    switch (g->kind) {
    case PAPR_CORE:
        cores(g);
        break;
    case PAPR_DIMM:
        dimms(g);
        dimm_held(g);
        dimm_partly(g);
        break;
    default:
        disks(g);
        break;
    }
}
