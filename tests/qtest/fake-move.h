/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: pairs that migrate. */
#ifndef ANNEX_TEST_FAKE_MOVE_H
#define ANNEX_TEST_FAKE_MOVE_H

#include "fake-pair.h"

/* A destination for @devices that waits for its stream. */
FakePair *fake_move_destination(const char *transport, const char *options,
                                const char *devices);

/* Ask for the events of migrations, once for each VM. */
void fake_move_watch(FakePair *f);

/* Begin a migration, with events. */
void fake_move_begin(FakePair *from, FakePair *to);

/* The same into a file of @from's folder, or nowhere at all when NULL. */
void fake_move_begin_file(FakePair *from, const char *name);

/*
 * Wait until the guest was asked, and the migration waits for it.  Before
 * that QEMU may hang if a device with a ROM is freed: the thread that frees
 * it has the BQL and wants the list of RAM, the migration's has the list and
 * wants the BQL (ram_init_bitmaps(); TCG alone).
 */
void fake_move_wait_asked(FakePair *from);

/* Let migrations of @f, from now on, take longer than any test. */
void fake_move_slow(FakePair *f);

/* And as fast as they can. */
void fake_move_fast(FakePair *f);

/* Wait for a state of the migration. */
void fake_move_wait(FakePair *from, const char *status);

/* Wait for the end of the migration: its status. */
const char *fake_move_end(FakePair *from);

/* The same, which is @wanted. */
void fake_move_expect_end(FakePair *from, const char *wanted);

/* And for an end that is not "completed", and all that follows it. */
void fake_move_expect_failure(FakePair *from, const char *wanted);

/* A whole migration whose guest lets go. */
void fake_move_complete(FakePair *from, FakePair *to);

/* The event of a migration's end comes before the host takes commands. */
void fake_move_wait_postmigrate(FakePair *f);

/* Free a destination whose stream has broken off: it ends by itself. */
void fake_move_abandon(FakePair *to);

/* Members of query-failover's "last" ("none" if absent), and "migration". */
const char *fake_move_last(FakePair *f, const char *member);
const char *fake_move_phase(FakePair *f);

#endif
