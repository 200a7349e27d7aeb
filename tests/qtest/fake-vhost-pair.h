/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests on vhost-user that migrate. */
#ifndef ANNEX_TEST_FAKE_VHOST_PAIR_H
#define ANNEX_TEST_FAKE_VHOST_PAIR_H

#include "fake-vhost.h"

/* The timeout of their module. */
#define FAKE_VHOST_PAIR_TIMEOUT_MS 1000

typedef struct FakeVhostPair {
    FakeVhost *from;
    FakeVhost *to;
} FakeVhostPair;

/* A source whose card runs, and a destination that waits. */
FakeVhostPair fake_vhost_pair_start(bool postcopy, unsigned queue_pairs);

/* Quit both, which must end well. */
void fake_vhost_pair_stop(FakeVhostPair *p);

/* Begin to migrate. */
void fake_vhost_pair_migrate(FakeVhostPair *p);

/* Wait for @f's migration to be in @status. */
void fake_vhost_wait_status(FakeVhost *f, const char *status);

#endif
