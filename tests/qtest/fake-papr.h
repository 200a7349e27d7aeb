/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake pseries guests: what a kernel does to PAPR connectors, by RTAS. */
#ifndef ANNEX_TEST_FAKE_PAPR_H
#define ANNEX_TEST_FAKE_PAPR_H

#include "fake-guest.h"

/*
 * A core, a DIMM of two LMBs, a PCI function, a host bridge, a network card in
 * a VIO slot, which only the module makes; ends with NULL.
 */
extern const FakeGuestOps *const fake_paprs[];
extern const FakeGuestOps fake_papr_cpu, fake_papr_dimm, fake_papr_pci,
                          fake_papr_phb, fake_papr_vio;

/* A PCI slot: dev0 is function 0, dev1, on the next connector, function 1. */
extern const FakeGuestOps fake_papr_slot;

/*
 * Start a pseries VM with dev0 plugged, as it is after a reset.  @options:
 * of annex-papr-drc, or NULL for a stock QEMU.  @paused: do not run it.
 */
FakeGuest *fake_papr_start(const FakeGuestOps *ops, const char *options,
                           bool paused);

/*
 * Live-migrate @from to a new VM, where dev0's connectors are the same; it
 * runs there.  @from is still to be stopped.
 */
FakeGuest *fake_papr_migrate(FakeGuest *from, const char *options);

/* FakeGuestOps.set_up of guests of this kind. */
void papr_set_up(FakeGuest *g);

/* RTAS on connector @n of dev0 (LMBs count up); what the call returns. */
int papr_isolate(FakeGuest *g, unsigned n);
int papr_unisolate(FakeGuest *g, unsigned n);
void papr_unisolate_and_die(FakeGuest *g, unsigned n);
int papr_set_usable(FakeGuest *g, unsigned n);
int papr_set_unusable(FakeGuest *g, unsigned n);

/* ibm,configure-connector to the end: 0, or what it failed with. */
int papr_configure(FakeGuest *g, unsigned n);

/* The same; tells of each node (without @data) and property on the way. */
typedef void PaprConfigureFn(const char *name, const void *data, size_t len,
                             void *opaque);
int papr_configure_each(FakeGuest *g, unsigned n, PaprConfigureFn *fn,
                        void *opaque);

/* get-sensor-state of dr-entity-sense, which must succeed. */
int papr_sense(FakeGuest *g, unsigned n);

/* Fetch an event (check-exception): its hotplug type, or -1 for none. */
int papr_fetch_type(FakeGuest *g);

/* Fetch one that is about something, if any waits for the guest. */
bool papr_fetch_event(FakeGuest *g);

/* What the last of them says: is it an addition, and of which connector? */
bool papr_event_adds(FakeGuest *g, uint32_t *index);

/* Fetch all events that wait for the guest (check-exception): how many. */
unsigned papr_fetch_events(FakeGuest *g);

/* How many connectors dev0 has. */
unsigned papr_connectors(const FakeGuest *g);

/*
 * Add test /papr-drc@part/papr-TYPE/@name, which gives @fn such a VM.  @part:
 * "-PROGRAM", or "" for papr-drc-test.c.
 */
void papr_test(const char *part, const FakeGuestOps *ops, const char *name,
               void (*fn)(FakeGuest *g), const char *options, bool paused);

/* What a guest does with a resource that is new to it. */
void papr_acquire(FakeGuest *g, unsigned n);

/* What query-papr-connectors says of connector @n of dev0, or NULL. */
JsonObject *papr_connector(FakeGuest *g, unsigned n);

/* All of dev0's are in this state. */
void expect_papr_connectors(FakeGuest *g, const char *state, bool requested);

/* dev0 can be removed as if nothing had been before. */
void expect_papr_removable(FakeGuest *g);

#endif
