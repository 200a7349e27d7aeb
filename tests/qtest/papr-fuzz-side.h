/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pseries QEMU beside its model: what the user does, and comparisons. */
#ifndef ANNEX_TEST_PAPR_FUZZ_SIDE_H
#define ANNEX_TEST_PAPR_FUZZ_SIDE_H

#include "papr-machine.h"
#include "vm.h"

/*
 * What is left out, since it ends a stock QEMU as well:
 *
 * - a plug, or a reset, of a machine that has lost a core.  With TCG the
 *   core's address space stays listed (all memory that changes is told to
 *   what was freed), and so does its translator's context.
 * - a plug of a host bridge until the object of the one before is gone: its
 *   tables are in the way, and what is rolled back was never set up.  The
 *   module tells when it is, by DEVICE_UNPLUG_DONE; stock does not, and there
 *   host bridges are not plugged again.
 * - a request for a DIMM with holes, see papr_machine_may_request().
 */
typedef struct FuzzSide {
    TestVm *vm;
    PaprMachine *m;
    GHashTable *outcomes;       /* how many requests had each */
    bool core_gone;
    unsigned checks;            /* since all events were waited for */
} FuzzSide;

/* Whether the machine has no more to show: start another. */
bool fuzz_side_is_worn_out(FuzzSide *s);

/*
 * Start a paused QEMU with the devices of @specs and @args more.
 * @supervised: with annex-papr-drc, else stock.  @wrapper: a command to run
 * it under, or NULL.
 */
void fuzz_side_start(FuzzSide *s, const ModelSpec *specs, const char *args,
                     bool supervised, const char *wrapper);

/* Wait for what is still to be reported, compare, and quit. */
void fuzz_side_stop(FuzzSide *s);

/*
 * What the user does.  A request that stock aborts at is left out.
 * @timeout: by device-unplug, where there is that.  @in_vain: also where it
 * must fail, for which QEMU takes its time.
 */
void fuzz_side_plug(FuzzSide *s, unsigned device, bool in_vain);
void fuzz_side_request(FuzzSide *s, unsigned device, bool timeout);
void fuzz_side_cancel(FuzzSide *s, unsigned device);
void fuzz_side_reset(FuzzSide *s);

/*
 * Compare what a call that was made has returned with the model.  After one
 * for which fuzz_side_has_aftermath(), no other may have been made yet.
 */
bool fuzz_side_has_aftermath(const RtasCall *call);
void fuzz_side_call(FuzzSide *s, const RtasCall *call);

/* Compare all connectors, requests and events with the model. */
void fuzz_side_check(FuzzSide *s);

#endif
