/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: slots with an attention button, PCI Express and SHPC. */
#ifndef ANNEX_TEST_FAKE_SLOTS_H
#define ANNEX_TEST_FAKE_SLOTS_H

#include "fake-guest.h"

extern const FakeGuestOps fake_pcie;
extern const FakeGuestOps fake_shpc;

/* The steps of let_go() and take() by themselves, for either. */
void fake_slot_ack(FakeGuest *g);
void fake_slot_blink(FakeGuest *g);
void fake_slot_light(FakeGuest *g);

/* Power a slot on, indicator lit, as after a plug. */
void fake_slot_power_on(FakeGuest *g);

/* Whether a press of the button is latched.  The guest does not see this. */
bool fake_slot_is_pressed(FakeGuest *g);

#endif
