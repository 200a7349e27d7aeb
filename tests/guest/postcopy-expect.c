/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What annex-postcopy says and refuses. */
#include <string.h>
#include "failure.h"
#include "postcopy-expect.h"

/* The begin of each of our errors. */
#define NOT_HERE "annex-postcopy: the guest's memory is not all here yet"
#define IS_HELD  "annex-postcopy: the guest is held until"

const QmpEvent *postcopy_expect_held(PostcopyPair *p)
{
    const QmpEvent *e = qmp_wait_event(p->to->qmp, "POSTCOPY_HELD", 0,
                                       QMP_ANY);
    JsonArray *vcpus = json_object_get_array_member(e->data, "vcpus");
    unsigned i;

    g_assert_cmpuint(json_array_get_length(vcpus), ==, p->vcpus);
    for (i = 0; i < json_array_get_length(vcpus); i++) {
        JsonObject *vcpu = json_array_get_object_element(vcpus, i);
        const char *state = json_object_get_string_member(vcpu, "state");

        g_assert_cmpint(json_object_get_int_member(vcpu, "cpu-index"), ==, i);
        g_assert_true(!strcmp(state, "stopped") || !strcmp(state, "blocked"));
        g_assert_cmpint(json_object_has_member(vcpu, "blocked-ms"), ==,
                        !strcmp(state, "blocked"));
    }
    return e;
}

const QmpEvent *postcopy_expect_released(PostcopyPair *p, const char *reason,
                                         bool user_stopped)
{
    const QmpEvent *e = qmp_wait_event(p->to->qmp, "POSTCOPY_RELEASED", 0,
                                       "{'reason': %s}", reason);

    g_assert_cmpint(json_object_get_boolean_member(e->data, "user-stopped"),
                    ==, user_stopped);
    return e;
}

static void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        test_fail("'%s' does not say '%s'", text, part);
    }
}

void postcopy_expect_refusals(PostcopyPair *p)
{
    static const char *const human[] = {
        "system_reset", "x /2x 0x1000", "xp /2x 0x1000", "sum 0 4096",
        "memsave 0 4096 \"/dev/null\"", "info registers", "info tlb",
        "savevm here",
        "info virtio-queue-element /machine/peripheral-anon/device[0]/"
        "virtio-backend 0", NULL
    };
    const char *const *line;
    QmpClient *qmp = p->to->qmp;

    expect_text(qmp_error(qmp, "system_reset", QMP_ANY), NOT_HERE);
    expect_text(qmp_error(qmp, "pmemsave", "{'val': 4096, 'size': 4096,"
                          " 'filename': '/dev/null'}"), NOT_HERE);
    expect_text(qmp_error(qmp, "memsave", "{'val': 4096, 'size': 4096,"
                          " 'filename': '/dev/null'}"), NOT_HERE);
    expect_text(qmp_error(qmp, "dump-guest-memory", "{'paging': false,"
                          " 'protocol': 'file:/dev/null'}"), NOT_HERE);
    expect_text(qmp_error(qmp, "x-query-virtio-queue-element",
                          "{'path': '/machine', 'queue': 0}"), NOT_HERE);
    if (test_host_series() < 1000) {
        expect_text(qmp_error(qmp, "query-stats", "{'target': 'vm'}"),
                    NOT_HERE);
        expect_text(qmp_hmp(qmp, "info stats vm"), NOT_HERE);
    }
    for (line = human; *line; line++) {
        expect_text(qmp_hmp(qmp, "%s", *line), NOT_HERE);
    }
}

void postcopy_expect_cont_refused(PostcopyPair *p)
{
    expect_text(qmp_error(p->to->qmp, "cont", QMP_ANY), IS_HELD);
    expect_text(qmp_hmp(p->to->qmp, "cont"), IS_HELD);
}

void postcopy_enter_recover(PostcopyPair *p)
{
    test_link_freeze(p->link, true);
    postcopy_pair_reconnect(p);
    postcopy_wait_status(p->from, "postcopy-recover");
    postcopy_wait_status(p->to, "postcopy-recover");
}

void postcopy_leave_recover(PostcopyPair *p)
{
    test_link_cut(p->link);
    postcopy_wait_status(p->to, "postcopy-paused");
    /* Later ones find out by themselves. */
    if (test_host_series() < 900) {
        const QmpReply *r = qmp_execute_oob(p->from->qmp, "postcopy-unwedge",
                                            QMP_ANY);

        g_assert_null(r->error_class);
    }
    postcopy_wait_status(p->from, "postcopy-paused");
    test_link_freeze(p->link, false);
}
