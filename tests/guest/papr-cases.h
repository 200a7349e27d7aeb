/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done with each kind of device on pseries, by kind. */
#ifndef ANNEX_TEST_PAPR_CASES_H
#define ANNEX_TEST_PAPR_CASES_H

#include "papr-guest.h"

/*
 * A case is played on a stock QEMU and on one with the module.  It gets a
 * guest that runs and has no request in flight, takes devices of its own,
 * and leaves it so.
 */
typedef struct PaprCase {
    const char *name;
    void (*run)(PaprGuest *g);  /* NULL, for an own boot: start() */
    void (*start)(PaprKind kind, const char *options);
    bool module;                /* nothing that stock could do */
    bool deaf;                  /* the guest does not handle PCI events */
    bool removes;               /* a core: see papr_host_removes_cores() */
} PaprCase;

/* Each list ends with a case without a name. */
extern const PaprCase papr_core_cases[];
extern const PaprCase papr_dimm_cases[];
extern const PaprCase papr_disk_cases[];
extern const PaprCase papr_bridged_cases[];
extern const PaprCase papr_phb_cases[];

/*
 * For all kinds: device_del of what the guest does not use yet, which is gone
 * at once.
 */
void papr_unconfigured(PaprGuest *g);

/* Cancel before the guest has seen the request; _first: its first event. */
void papr_cancel_unseen(PaprGuest *g);
void papr_cancel_unseen_first(PaprKind kind, const char *options);

/* Cancel while the guest is at it, at random times, and plug and unplug. */
void papr_cancel_races(PaprGuest *g);

/*
 * For all kinds: device_del before the guest runs.  When the guest asks for
 * the features that it supports, early in its boot, the host completes what
 * is pending.
 */
void papr_before_boot(PaprKind kind, const char *options);

#endif
