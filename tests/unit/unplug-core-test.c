/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug core: every way a request can go, and what is reported of it. */
#include "hw-models/unplug-core.h"

/* Reports as text, in the order in which they came. */
static GString *story;

static const char *const outcomes[] = {
    [UNPLUG_OUTCOME_DELETED] = "deleted",
    [UNPLUG_OUTCOME_LATE] = "late",
    [UNPLUG_OUTCOME_REFUSED] = "refused",
    [UNPLUG_OUTCOME_WITHDRAWN] = "withdrawn",
    [UNPLUG_OUTCOME_ABORTED] = "aborted",
    [UNPLUG_OUTCOME_UNDONE] = "undone",
    [UNPLUG_OUTCOME_RESET] = "reset",
    [UNPLUG_OUTCOME_UNSOLICITED] = "unsolicited",
};

static void on_error(const UnplugRecord *r, UnplugErrorReason reason,
                     int code, const char *message, int64_t elapsed_ms)
{
    g_string_append_printf(story, "error(%s,%s,%d,%s,%u,%d) ", r->id,
                           reason == UNPLUG_ERROR_REASON_GUEST_REFUSED
                           ? "guest" : "host", code, message, r->attempt,
                           (int)elapsed_ms);
}

static void on_not_deleted(const UnplugRecord *r, int64_t elapsed_ms)
{
    g_string_append_printf(story, "not-deleted(%s,%s,%u,%d) ", r->id,
                           r->seen ? "seen" : "unseen", r->attempt,
                           (int)elapsed_ms);
}

static void on_done(const UnplugRecord *r, UnplugOutcome outcome,
                    bool present, int64_t elapsed_ms)
{
    g_string_append_printf(story, "done(%s,%s,%s,%u,%d) ", r->id,
                           outcomes[outcome], present ? "there" : "gone",
                           r->attempt, (int)elapsed_ms);
}

static const UnplugReporter reporter = { on_error, on_not_deleted, on_done };

static char devices[64];

typedef struct Fixture {
    UnplugCore *core;
    UnplugRecord *r;
} Fixture;

/* Device "d0", asked for at 1000 with a deadline of 500. */
static void set_up(Fixture *f, gconstpointer data)
{
    story = g_string_new(NULL);
    f->core = unplug_core_new(&reporter);
    f->r = unplug_core_open(f->core, &devices[0], "d0", "/d0", "type");
    unplug_core_asked(f->core, f->r, 500, 1000);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    unplug_core_free(f->core);
    g_string_free(story, true);
}

#define expect(text) g_assert_cmpstr(story->str, ==, (text))

static void test_deleted(Fixture *f, gconstpointer data)
{
    unplug_core_seen(f->r, 1010);
    unplug_core_leaving(f->r, false);
    expect("");
    unplug_core_gone(f->core, f->r, 1100);
    expect("done(d0,deleted,gone,1,100) ");
    g_assert_null(unplug_core_find(f->core, &devices[0]));
    g_assert_cmpint(unplug_core_next_deadline(f->core), ==, -1);
}

static void test_late(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(unplug_core_next_deadline(f->core), ==, 1500);
    unplug_core_expire(f->core, 1499);
    expect("");
    unplug_core_expire(f->core, 1500);
    expect("not-deleted(d0,unseen,1,500) ");
    g_assert_cmpint(unplug_core_state(f->r), ==, UNPLUG_STATE_TIMED_OUT);
    unplug_core_expire(f->core, 99999);
    expect("not-deleted(d0,unseen,1,500) ");
    unplug_core_leaving(f->r, false);
    unplug_core_gone(f->core, f->r, 1700);
    expect("not-deleted(d0,unseen,1,500) done(d0,late,gone,1,700) ");
}

static void test_refused(Fixture *f, gconstpointer data)
{
    unplug_core_seen(f->r, 1001);
    g_assert_cmpint(unplug_core_state(f->r), ==, UNPLUG_STATE_SEEN);
    unplug_core_refused(f->core, f->r, UNPLUG_ERROR_REASON_GUEST_REFUSED,
                        0x82, "busy", 1060);
    expect("error(d0,guest,130,busy,1,60) done(d0,refused,there,1,60) ");
    g_assert_null(unplug_core_find(f->core, &devices[0]));
}

/* After a refusal the next request is a new one. */
static void test_refused_then_deleted(Fixture *f, gconstpointer data)
{
    UnplugRecord *r;

    unplug_core_refused(f->core, f->r, UNPLUG_ERROR_REASON_HOST_REFUSED,
                        UNPLUG_NO_CODE, "no", 1060);
    r = unplug_core_open(f->core, &devices[0], "d0", "/d0", "type");
    unplug_core_asked(f->core, r, 500, 2000);
    unplug_core_leaving(r, false);
    unplug_core_gone(f->core, r, 2001);
    expect("error(d0,host,-1,no,1,60) done(d0,refused,there,1,60) "
           "done(d0,deleted,gone,1,1) ");
}

/* A repeat is the same request, with a deadline of its own. */
static void test_repeat(Fixture *f, gconstpointer data)
{
    unplug_core_seen(f->r, 1100);
    unplug_core_expire(f->core, 1500);
    unplug_core_asked(f->core, f->r, 300, 1600);
    g_assert_false(f->r->seen);
    g_assert_cmpint(unplug_core_state(f->r), ==, UNPLUG_STATE_REQUESTED);
    g_assert_cmpint(unplug_core_remaining(f->r, 1700), ==, 200);
    unplug_core_expire(f->core, 1900);
    unplug_core_asked(f->core, f->r, 300, 2000);
    unplug_core_leaving(f->r, false);
    unplug_core_gone(f->core, f->r, 2100);
    expect("not-deleted(d0,seen,1,500) not-deleted(d0,unseen,2,900) "
           "done(d0,deleted,gone,3,1100) ");
}

static void test_reset(Fixture *f, gconstpointer data)
{
    UnplugRecord *r = unplug_core_open(f->core, &devices[1], "d1", "/d1",
                                       "type");

    unplug_core_asked(f->core, r, 0, 1000);
    unplug_core_leaving(f->r, true);
    unplug_core_gone(f->core, f->r, 1200);
    unplug_core_finish(f->core, r, UNPLUG_OUTCOME_RESET, true, 1200);
    expect("done(d0,reset,gone,1,200) done(d1,reset,there,1,200) ");
}

static void test_unsolicited(Fixture *f, gconstpointer data)
{
    UnplugRecord *r = unplug_core_open(f->core, &devices[1], "d1", "/d1",
                                       "type");

    unplug_core_leaving(r, false);
    unplug_core_gone(f->core, r, 5000);
    expect("done(d1,unsolicited,gone,0,0) ");
}

/* Nobody waits for a device that is to stay. */
static void test_cancelling(Fixture *f, gconstpointer data)
{
    unplug_core_cancelling(f->core, f->r, UNPLUG_CANCEL_ABORTING);
    g_assert_cmpint(unplug_core_next_deadline(f->core), ==, -1);
    g_assert_cmpint(unplug_core_remaining(f->r, 1001), ==, -1);
    unplug_core_expire(f->core, 99999);
    unplug_core_finish(f->core, f->r, UNPLUG_OUTCOME_ABORTED, true, 2000);
    expect("done(d0,aborted,there,1,1000) ");
}

/* A refusal can come too late: the device is on its way out. */
static void test_refusal_while_leaving(Fixture *f, gconstpointer data)
{
    unplug_core_leaving(f->r, false);
    unplug_core_refused(f->core, f->r, UNPLUG_ERROR_REASON_GUEST_REFUSED, 1,
                        "no", 1060);
    expect("");
    unplug_core_gone(f->core, f->r, 1061);
    expect("done(d0,deleted,gone,1,61) ");
}

/* An object that somebody holds on to is not deleted. */
static void test_held_object(Fixture *f, gconstpointer data)
{
    unplug_core_leaving(f->r, false);
    unplug_core_expire(f->core, 1500);
    expect("not-deleted(d0,unseen,1,500) ");
}

static void test_no_deadline(Fixture *f, gconstpointer data)
{
    unplug_core_asked(f->core, f->r, 0, 1000);
    g_assert_cmpint(unplug_core_next_deadline(f->core), ==, -1);
    unplug_core_expire(f->core, G_MAXINT64);
    expect("");
}

static void test_dropped(Fixture *f, gconstpointer data)
{
    unplug_core_drop(f->core, f->r);
    unplug_core_expire(f->core, 99999);
    expect("");
    g_assert_null(unplug_core_list(f->core));
}

/* The address of a device that is gone may belong to another at once. */
static void test_address_reused(Fixture *f, gconstpointer data)
{
    UnplugRecord *r;

    unplug_core_leaving(f->r, false);
    unplug_core_detach(f->core, f->r);
    r = unplug_core_open(f->core, &devices[0], "d1", "/d1", "type");
    unplug_core_asked(f->core, r, 500, 1100);
    unplug_core_gone(f->core, f->r, 1200);
    g_assert_true(unplug_core_find(f->core, &devices[0]) == r);
    expect("done(d0,deleted,gone,1,200) ");
}

static void test_resumed(Fixture *f, gconstpointer data)
{
    unplug_core_resume(f->core, f->r, 3, 800, 200, false, 5000);
    g_assert_cmpint(unplug_core_remaining(f->r, 5000), ==, 300);
    unplug_core_expire(f->core, 5300);
    expect("not-deleted(d0,unseen,3,1100) ");
    unplug_core_resume(f->core, f->r, 3, 800, 200, true, 6000);
    g_assert_cmpint(unplug_core_next_deadline(f->core), ==, -1);
}

/*
 * A model that is nothing but a list of deadlines, against the core, over
 * random operations: each request is reported on exactly as it should.
 */
static void test_random(Fixture *f, gconstpointer data)
{
    GRand *rand = g_rand_new_with_seed(20260101);
    int64_t due[G_N_ELEMENTS(devices)];
    int64_t now = 2000;
    unsigned i, op, late, done = 0, ended = 0;

    unplug_core_drop(f->core, f->r);
    memset(due, -1, sizeof(due));
    for (op = 0; op < 200000; op++) {
        unsigned d = g_rand_int_range(rand, 0, G_N_ELEMENTS(devices));
        UnplugRecord *r = unplug_core_find(f->core, &devices[d]);
        int64_t timeout = g_rand_int_range(rand, 0, 100);

        now += g_rand_int_range(rand, 0, 3);
        if (!r) {
            r = unplug_core_open(f->core, &devices[d], "d", "/d", "type");
        } else if (g_rand_int_range(rand, 0, 3) == 0) {
            unplug_core_finish(f->core, r, UNPLUG_OUTCOME_ABORTED, true, now);
            due[d] = -1;
            ended++;
            continue;
        }
        unplug_core_asked(f->core, r, timeout, now);
        due[d] = timeout ? now + timeout : -1;
        for (i = 0, late = 0; i < G_N_ELEMENTS(devices); i++) {
            if (due[i] >= 0 && due[i] <= now) {
                due[i] = -1;
                late++;
            }
        }
        g_string_truncate(story, 0);
        unplug_core_expire(f->core, now);
        for (i = 0; story->str[i]; i++) {
            late -= story->str[i] == ' ';
        }
        g_assert_cmpuint(late, ==, 0);
    }
    for (i = 0; i < G_N_ELEMENTS(devices); i++) {
        done += unplug_core_find(f->core, &devices[i]) != NULL;
    }
    g_assert_cmpuint(g_list_length((GList *)unplug_core_list(f->core)), ==,
                     done);
    g_assert_cmpuint(ended, >, 10000);
    g_rand_free(rand);
}

#define add(name, function)                                             \
    g_test_add("/unplug-core/" name, Fixture, NULL, set_up, (function), \
               tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("deleted", test_deleted);
    add("late", test_late);
    add("refused", test_refused);
    add("refused-then-deleted", test_refused_then_deleted);
    add("repeat", test_repeat);
    add("reset", test_reset);
    add("unsolicited", test_unsolicited);
    add("cancelling", test_cancelling);
    add("refusal-while-leaving", test_refusal_while_leaving);
    add("held-object", test_held_object);
    add("no-deadline", test_no_deadline);
    add("dropped", test_dropped);
    add("address-reused", test_address_reused);
    add("resumed", test_resumed);
    add("random", test_random);
    return g_test_run();
}
