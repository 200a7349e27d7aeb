/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests that are held by annex-postcopy, by policy and by a user. */
#include "postcopy-cases.h"

/* How long the guest is held, for its clock to show if it does not stand. */
#define OUTAGE_MS 1000

/* The guest tells time in hundredths of a second. */
#define CLOCK_MS 50

static void stop_and_cont(PostcopyPair *p)
{
    qmp_ok(p->to->qmp, "stop", QMP_ANY);
    postcopy_expect_status(p, "paused");
    qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
    qmp_ok(p->to->qmp, "cont", QMP_ANY);
    postcopy_expect_status(p, "running");
    qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
    g_assert_cmpstr(qmp_hmp(p->to->qmp, "stop"), ==, "");
    postcopy_expect_status(p, "paused");
    qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
    g_assert_cmpstr(qmp_hmp(p->to->qmp, "cont"), ==, "");
    postcopy_expect_status(p, "running");
    qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
}

/* Commands while the guest is held in state @state. */
static void while_held(PostcopyPair *p, const char *state)
{
    JsonObject *info = postcopy_query(p);

    g_assert_cmpstr(json_object_get_string_member(info, "state"), ==, state);
    g_assert_true(json_object_get_boolean_member(info, "held"));
    g_assert_cmpstr(json_object_get_string_member(info, "policy"), ==,
                    "pause");
    postcopy_expect_status(p, "paused");
    postcopy_expect_cont_refused(p);
    postcopy_expect_refusals(p);
}

/* Every command in every state, twice, in one migration. */
void postcopy_commands(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    int i;

    postcopy_pair_begin(p);
    for (i = 0; i < 2; i++) {
        stop_and_cont(p);
        postcopy_expect_refusals(p);
        postcopy_pair_cut(p);
        postcopy_expect_held(p);
        qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
        while_held(p, "paused");
        qmp_error(p->from->qmp, "postcopy-unwedge", QMP_ANY);
        postcopy_enter_recover(p);
        while_held(p, "recover");
        postcopy_leave_recover(p);
        while_held(p, "paused");
        postcopy_pair_recover(p);
        postcopy_expect_released(p, "recovered", false);
        qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
        postcopy_expect_status(p, "running");
    }
    /* One of each for each outage, however many attempts it took. */
    g_assert_cmpuint(qmp_count_events(p->to->qmp, "POSTCOPY_HELD", QMP_ANY),
                     ==, 2);
    g_assert_cmpuint(qmp_count_events(p->to->qmp, "POSTCOPY_RELEASED",
                                      QMP_ANY), ==, 2);
    postcopy_pair_finish(p);
    stop_and_cont(p);
    g_assert_cmpstr(qmp_hmp(p->to->qmp, "xp /1x 0x1000"), !=, "");
    postcopy_pair_free(p);
}

/*
 * None executes an instruction after the event, and the guest's clock stands
 * still as long: by what it says, the outage was not.
 */
void postcopy_still(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    int i;

    postcopy_pair_count(p);
    postcopy_pair_begin(p);
    for (i = 0; i < 2; i++) {
        gint64 begin_us = g_get_monotonic_time();
        double guest_ms = postcopy_uptime_ms(p), host_ms;
        const QmpEvent *released;
        guint64 count;

        postcopy_pair_cut(p);
        postcopy_expect_held(p);
        count = postcopy_instructions(p);
        while_held(p, "paused");
        g_usleep(OUTAGE_MS * 1000);
        g_assert_cmpuint(postcopy_instructions(p), ==, count);
        postcopy_pair_recover(p);
        released = postcopy_expect_released(p, "recovered", false);
        guest_ms = postcopy_uptime_ms(p) - guest_ms;
        host_ms = (g_get_monotonic_time() - begin_us) / 1e3;
        g_test_message("%.0f ms, %.0f ms in the guest", host_ms, guest_ms);
        g_assert_cmpfloat(guest_ms, >, 0);
        g_assert_cmpfloat(guest_ms, <, host_ms + CLOCK_MS -
                          json_object_get_int_member(released->data,
                                                     "held-ms"));
        g_assert_cmpuint(postcopy_instructions(p), >, count);
    }
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}

/* What a user has stopped stays so, whenever that was. */
void postcopy_stop_survives(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    int i;

    postcopy_pair_begin(p);
    for (i = 0; i < 2; i++) {
        if (i) {
            qmp_ok(p->to->qmp, "stop", QMP_ANY);
        }
        postcopy_pair_cut(p);
        postcopy_expect_held(p);
        if (!i) {
            g_assert_cmpstr(qmp_hmp(p->to->qmp, "stop"), ==, "");
        }
        g_assert_true(json_object_get_boolean_member(postcopy_query(p),
                                                     "user-stopped"));
        postcopy_expect_cont_refused(p);
        postcopy_pair_recover(p);
        postcopy_expect_released(p, "recovered", true);
        postcopy_expect_status(p, "paused");
        qmp_ok(p->to->qmp, "cont", QMP_ANY);
        postcopy_expect_status(p, "running");
    }
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}

/* Where vCPUs run on, they can be stopped by hand, and by another policy. */
void postcopy_policies(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=run");

    postcopy_pair_begin(p);
    postcopy_pair_cut(p);
    postcopy_expect_status(p, "running");
    qmp_expect_no_event(p->to->qmp, "POSTCOPY_HELD", 0, QMP_ANY);
    postcopy_expect_refusals(p);
    qmp_ok(p->to->qmp, "stop", QMP_ANY);
    postcopy_expect_held(p);
    postcopy_expect_status(p, "paused");
    qmp_ok(p->to->qmp, "cont", QMP_ANY);
    postcopy_expect_released(p, "user", false);
    postcopy_expect_status(p, "running");
    qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'pause'}");
    postcopy_expect_held(p);
    qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'run'}");
    postcopy_expect_released(p, "policy", false);
    postcopy_expect_status(p, "running");
    qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'pause'}");
    postcopy_expect_held(p);
    postcopy_pair_recover(p);
    postcopy_expect_released(p, "recovered", false);
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}

/*
 * Nobody has asked for events of migrations, and there is a monitor that has
 * not asked for commands out of band.
 */
void postcopy_no_events(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    g_autofree char *path = g_strdup_printf("%s/plain", p->to->dir);
    g_autofree char *log = g_strdup_printf("%s/plain.log", p->to->dir);
    QmpClient *plain;
    JsonObject *info;

    test_vm_args(p->to, "-qmp unix:%s,server=on,wait=off", path);
    p->no_events = true;
    postcopy_pair_begin(p);
    plain = qmp_client_connect_plain(path, log);
    postcopy_pair_cut(p);
    postcopy_expect_held(p);
    qmp_wait_event(plain, "POSTCOPY_HELD", 0, QMP_ANY);
    info = qmp_ok(plain, "query-postcopy", QMP_ANY);
    g_assert_true(json_object_get_boolean_member(info, "held"));
    qmp_ok(plain, "stop", QMP_ANY);
    qmp_error(plain, "cont", QMP_ANY);
    qmp_error(plain, "system_reset", QMP_ANY);
    qmp_ok(plain, "query-status", QMP_ANY);
    postcopy_pair_recover(p);
    postcopy_expect_released(p, "recovered", true);
    qmp_ok(plain, "cont", QMP_ANY);
    qmp_expect_no_event(p->to->qmp, "MIGRATION", 0,
                        "{'status': 'postcopy-paused'}");
    postcopy_pair_finish(p);
    qmp_client_free(plain);
    postcopy_pair_free(p);
}

/*
 * As with accelerators other than TCG, whose devices would wait for vCPUs:
 * where one waits for memory, those are not told that the VM is paused.
 */
void postcopy_quiet(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause,x-quiet=on");
    int i;

    postcopy_pair_begin(p);
    for (i = 0; i < 3; i++) {
        postcopy_pair_cut(p);
        postcopy_expect_held(p);
        qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
        while_held(p, "paused");
        qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'run'}");
        postcopy_expect_released(p, "policy", false);
        qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
        postcopy_expect_status(p, "running");
        qmp_ok(p->to->qmp, "postcopy-set-policy", "{'policy': 'pause'}");
        postcopy_expect_held(p);
        qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
        postcopy_pair_recover(p);
        postcopy_expect_released(p, "recovered", false);
        qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
        postcopy_expect_status(p, "running");
    }
    stop_and_cont(p);
    postcopy_pair_finish(p);
    stop_and_cont(p);
    postcopy_pair_free(p);
}
