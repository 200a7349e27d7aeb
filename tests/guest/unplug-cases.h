/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cases that are played on every transport, by subject. */
#ifndef ANNEX_TEST_UNPLUG_CASES_H
#define ANNEX_TEST_UNPLUG_CASES_H

#include "unplug-guest.h"

/*
 * A case gets a guest that runs and has no request in flight, takes
 * devices of its own, and leaves it so.
 */
typedef struct UnplugCase {
    const char *name;
    void (*run)(UnplugGuest *g);
    bool (*applies)(const UnplugSetup *setup);  /* NULL: to every one */
    unsigned devices;           /* that it takes; 0: 1 */
    bool alone;                 /* with CPUs, in a boot of its own */
    bool stock;                 /* on a QEMU without the module */
} UnplugCase;

/* Each list ends with a case without a name. */
extern const UnplugCase unplug_basic_cases[];
extern const UnplugCase unplug_repeat_cases[];
extern const UnplugCase unplug_refuse_cases[];
extern const UnplugCase unplug_cancel_cases[];
extern const UnplugCase unplug_reset_cases[];
extern const UnplugCase unplug_stock_cases[];

#endif
