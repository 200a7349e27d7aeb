/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that are slow, freeze and break, under guests that use their disk. */
#include <string.h>
#include "postcopy-cases.h"

/* How fast a slow link is: a page in a few tenths of a second. */
#define SLOW_LINK 16384

/* Stops the guest by hand, and has it go on. */
static void stop_by_hand(PostcopyPair *p)
{
    qmp_ok(p->to->qmp, "stop", QMP_ANY);
    postcopy_expect_status(p, "paused");
    qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
    postcopy_expect_refusals(p);
    qmp_ok(p->to->qmp, "cont", QMP_ANY);
    qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
    postcopy_expect_status(p, "running");
}

/* The link is slow, then answers no more and nobody is told, then breaks. */
void postcopy_frozen(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    int i;

    postcopy_pair_begin(p);
    for (i = 0; i < 2; i++) {
        test_link_rate(p->link, SLOW_LINK);
        stop_by_hand(p);
        test_link_rate(p->link, 0);
        test_link_freeze(p->link, true);
        stop_by_hand(p);
        /* With all that the guest asks for not coming. */
        qmp_ok(p->to->qmp, "stop", QMP_ANY);
        qmp_wait_event(p->to->qmp, "STOP", 0, QMP_ANY);
        postcopy_pair_cut(p);
        test_link_freeze(p->link, false);
        postcopy_expect_held(p);
        postcopy_pair_recover(p);
        postcopy_expect_released(p, "recovered", true);
        qmp_ok(p->to->qmp, "cont", QMP_ANY);
        qmp_wait_event(p->to->qmp, "RESUME", 0, QMP_ANY);
        guest_ok(p->to->guest, "true");
    }
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}

/*
 * Cuts while the guest writes to its disk.  The device may need memory that
 * is not here, and QEMU's main thread then waits for it: recoveries take
 * out-of-band commands alone.
 */
void postcopy_disk(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    int i, cuts = postcopy_is_long() ? 50 : 5;

    p->use_disk = true;
    postcopy_pair_begin(p);
    for (i = 0; i < cuts; i++) {
        postcopy_pair_cut(p);
        postcopy_query(p);
        postcopy_pair_recover(p);
        guest_ok(p->to->guest, "true");
    }
    g_test_message("%u of %d cuts were held",
                   qmp_count_events(p->to->qmp, "POSTCOPY_HELD", QMP_ANY),
                   cuts);
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}

/* A connection of its own for pages that are asked for breaks as well. */
void postcopy_preempt(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    int i;

    p->use_preempt = true;
    postcopy_pair_begin(p);
    for (i = 0; i < 2; i++) {
        postcopy_pair_cut(p);
        postcopy_expect_held(p);
        postcopy_pair_recover(p);
        postcopy_expect_released(p, "recovered", false);
        guest_ok(p->to->guest, "true");
    }
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}

/*
 * Memory that the guest does not use: pages of it that are not here have to
 * come from the begin of a page, which says "do nothing" to fw_cfg.
 */
#define UNUSED     0x8000000u
#define UNUSED_MIB 32

static void add_unused_memory(PostcopyPair *p)
{
    size_t size = UNUSED_MIB << 20, i;
    g_autofree char *path = g_strdup_printf("%s/unused", p->from->dir);
    g_autofree char *data = g_malloc(size);
    g_autofree char *words = g_strdup_printf("memmap=%dM$%u", UNUSED_MIB,
                                             UNUSED);

    memset(data, 'u', size);
    for (i = 0; i < size; i += 4096) {
        memset(data + i, 0, 16);
    }
    g_assert_true(g_file_set_contents(path, data, size, NULL));
    test_vm_args(p->from, "-device loader,file=%s,addr=%u,force-raw=on", path,
                 UNUSED);
    test_vm_args(p->to, "-device loader,file=%s,addr=%u,force-raw=on", path,
                 UNUSED);
    test_vm_guest_append(p->from, words);
    test_vm_guest_append(p->to, words);
}

/*
 * A write to a port makes a device read the guest's memory in QEMU's main
 * thread.  Some of these pages may be here already.
 */
void postcopy_main_loop(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause,watchdog=500");
    gint64 ids[6];
    JsonObject *loop;
    const QmpEvent *e;
    unsigned i;

    add_unused_memory(p);
    postcopy_pair_begin(p);
    postcopy_pair_cut(p);
    postcopy_expect_held(p);
    /* It may have been silent for long enough before. */
    qmp_forget_events(p->to->qmp);
    for (i = 0; i < G_N_ELEMENTS(ids); i++) {
        unsigned address = UNUSED + ((i * UNUSED_MIB / 6) << 20);

        ids[i] = qmp_send(p->to->qmp, "human-monitor-command",
                          "{'command-line': 'o /w 0x518 %u'}",
                          GUINT32_SWAP_LE_BE(address));
    }
    e = qmp_wait_event(p->to->qmp, "POSTCOPY_MAIN_LOOP_BLOCKED", 0, QMP_ANY);
    g_assert_cmpint(json_object_get_int_member(e->data, "blocked-ms"), >=,
                    500);
    loop = json_object_get_object_member(postcopy_query(p), "main-loop");
    g_assert_cmpint(json_object_get_int_member(loop, "blocked-ms"), >=, 500);
    postcopy_pair_recover(p);
    for (i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_null(qmp_reply(p->to->qmp, ids[i], 0)->error_class);
    }
    postcopy_expect_released(p, "recovered", false);
    postcopy_pair_finish(p);
    postcopy_pair_free(p);
}
