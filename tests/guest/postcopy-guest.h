/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Linux guest that migrates by postcopy, through a link that breaks. */
#ifndef ANNEX_TEST_POSTCOPY_GUEST_H
#define ANNEX_TEST_POSTCOPY_GUEST_H

#include "link.h"
#include "vm.h"

typedef struct PostcopySetup {
    const char *name;           /* in test paths */
    const char *arch;
    const char *machine;
    const char *args;           /* more of the command line */
    unsigned vcpus;
} PostcopySetup;

extern const PostcopySetup postcopy_setups[];

/*
 * Two QEMUs, and a link between them.  The guest checks itself: a program in
 * it, annex-memory, writes to most of its memory, compares what it finds
 * there, and looks whether its clocks ever go back.
 */
typedef struct PostcopyPair {
    TestVm *from;
    TestVm *to;
    TestLink *link;
    guint64 *instructions;
    unsigned sockets;
    unsigned checkers;
    unsigned vcpus;
    /* To be set before postcopy_pair_begin(). */
    bool use_disk;              /* another program writes to a disk */
    bool use_preempt;           /* pages that are asked for come apart */
    bool no_events;             /* without the capability "events" */
    bool cut_early;             /* the destination gets no device state */
} PostcopyPair;

/* Nothing runs yet.  @options of the module, or NULL. */
PostcopyPair *postcopy_pair_new(const PostcopySetup *setup,
                                const char *options);

/* Have postcopy_instructions(). */
void postcopy_pair_count(PostcopyPair *p);

/* How many the guest has executed at the destination. */
guint64 postcopy_instructions(PostcopyPair *p);

/*
 * Have the guest boot, and move: it runs at the destination, and most of its
 * memory is still to come.  With cut_early it does not run there: the link is
 * frozen.
 */
void postcopy_pair_begin(PostcopyPair *p);

/* Cut the link; wait until both sides say that the migration is paused. */
void postcopy_pair_cut(PostcopyPair *p);

/* Wait for that alone. */
void postcopy_pair_wait_paused(PostcopyPair *p);

/* Connect again; does not wait. */
void postcopy_pair_reconnect(PostcopyPair *p);

/* Wait until an end of it has this status. */
void postcopy_wait_status(TestVm *vm, const char *status);

/* Connect again; wait until the migration goes on. */
void postcopy_pair_recover(PostcopyPair *p);

/*
 * Let the rest come, as fast as it can; the guest, which runs, must find all
 * of its memory and its disk intact.
 */
void postcopy_pair_finish(PostcopyPair *p);

/* End both QEMUs, whatever they are at. */
void postcopy_pair_free(PostcopyPair *p);

/* How long the guest, at the destination, says that it is up. */
double postcopy_uptime_ms(PostcopyPair *p);

/* query-postcopy at the destination, out of band. */
JsonObject *postcopy_query(PostcopyPair *p);

/* query-status there. */
void postcopy_expect_status(PostcopyPair *p, const char *status);

#endif
