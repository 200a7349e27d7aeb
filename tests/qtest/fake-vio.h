/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake pseries guests with VIO slots, and dev0 plugged by the test. */
#ifndef ANNEX_TEST_FAKE_VIO_H
#define ANNEX_TEST_FAKE_VIO_H

#include "fake-papr.h"

/* No dev0 to begin with; a node "blk" for a disk, "net" for a card. */
extern const FakeGuestOps fake_vio;

/* A paused VM; @options: of annex-papr-drc. */
FakeGuest *fake_vio_start(const char *options);

/* Plug dev0, of type @driver. */
void vio_plug(FakeGuest *g, const char *driver);

/* As drmgr takes a slot's device, and lets it go. */
void vio_take(FakeGuest *g);
void vio_let_go(FakeGuest *g);

/* Reset the machine. */
void vio_reset(FakeGuest *g);

#endif
