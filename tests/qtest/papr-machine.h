/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pseries machine's connectors and devices, as a model beside a true one. */
#ifndef ANNEX_TEST_PAPR_MACHINE_H
#define ANNEX_TEST_PAPR_MACHINE_H

#include <glib.h>
#include "hw-models/papr-drc-state.h"
#include "rtas-batch.h"

/*
 * hw-models/papr-drc-state.c says what one connector does.  This adds what
 * the machine does with many: DIMMs that are gone with their last block,
 * slots whose functions go together, host bridges with all that is behind
 * them, the host's events, and what annex-papr-drc makes of it.  Time stands
 * still: no deadline passes.
 */
typedef enum ModelKind {
    MODEL_FIXED,                /* cannot be named by a user */
    MODEL_CORE,
    MODEL_DIMM,
    MODEL_FUNCTION,
    MODEL_BRIDGE,               /* stock never removes one */
    MODEL_HOST_BRIDGE,
} ModelKind;

/* A device that the machine has from the start; tables end with no @n. */
typedef struct ModelSpec {
    const char *id;             /* or NULL */
    ModelKind kind;
    uint32_t index;             /* of its first connector */
    unsigned n;                 /* of them */
    const char *plug;           /* for -device and device_add, or NULL */
} ModelSpec;

typedef struct ModelDevice {
    const ModelSpec *spec;
    bool present;
    bool pending;               /* a DIMM's removal, known to the host */
    unsigned left;              /* blocks until such a DIMM is gone */

    /* Of the module: a request that has not ended. */
    bool record;
    bool seen;                  /* the guest is at it */
    bool cancelling;            /* a cancel waits for the guest */
    unsigned told;              /* events that were queued for it */
    uint32_t fence;             /* see hw-models/papr-fence.h */
} ModelDevice;

/* hw-models/papr-guard.h */
typedef enum ModelGuard {
    MODEL_GUARD_NONE,
    MODEL_GUARD_REFUSE,
    MODEL_GUARD_KEEP,
    MODEL_GUARD_KEPT,
} ModelGuard;

typedef struct ModelConnector {
    uint32_t index;
    PaprDrc drc;
    ModelDevice *dev;           /* what it holds, or NULL */
    ModelGuard guard;
    int depth;                  /* how deep the guest is in its tree, */
    unsigned steps;             /* and after how many calls */
} ModelConnector;

typedef struct PaprMachine {
    bool supervised;            /* with annex-papr-drc, else stock */
    GHashTable *connectors;     /* by index: ModelConnector */
    ModelDevice *devices;
    unsigned n_devices;
    GArray *events;             /* for the guest: connectors to empty, or 0 */
    unsigned done;              /* DEVICE_UNPLUG_DONE that must have come */
    ModelDevice *given_up;      /* by the host; the module is yet to see it */
} PaprMachine;

/* With connectors of these indexes, all else as after a reset. */
PaprMachine *papr_machine_new(const ModelSpec *specs, const GArray *indexes,
                              bool supervised);
void papr_machine_free(PaprMachine *m);

ModelConnector *papr_machine_connector(PaprMachine *m, uint32_t index);

/* How many of @dev's connectors hold it. */
unsigned papr_machine_held(PaprMachine *m, const ModelDevice *dev);

/* ------------------------------------------------------ what the user does */

/* Can @dev be plugged? */
bool papr_machine_may_plug(PaprMachine *m, const ModelDevice *dev);
void papr_machine_plug(PaprMachine *m, ModelDevice *dev);

/*
 * Stock aborts at a request for a DIMM of which the guest has let go some
 * blocks, but not all, before it refused: spapr_drc_unplug_request() finds a
 * connector without a device.
 */
bool papr_machine_may_request(PaprMachine *m, const ModelDevice *dev);

/* Whether it succeeds. */
bool papr_machine_request(PaprMachine *m, ModelDevice *dev);
bool papr_machine_cancel(PaprMachine *m, ModelDevice *dev);

void papr_machine_reset(PaprMachine *m);

/* ----------------------------------------------------- what the guest does */

/*
 * The call that was made: was its result right?  @c is as rtas_batch_run()
 * left it.  The model follows.
 */
bool papr_machine_call(PaprMachine *m, const RtasCall *c);

/* QEMU's main loop has run, and what was put off is done. */
void papr_machine_settle(PaprMachine *m);

/* ---------------------------------------------- between the model's files */

/* More than a device, or a slot, has connectors. */
#define MEMBERS_MAX 16

typedef struct ModelMembers {
    ModelConnector *c[MEMBERS_MAX];
    unsigned n;
} ModelMembers;

/* All connectors that a request for @dev is about; the guards on them. */
ModelMembers papr_machine_members(PaprMachine *m, ModelDevice *dev);
void papr_machine_set_guards(PaprMachine *m, ModelDevice *dev,
                             ModelGuard guard);

/* Another function of @dev's slot that has a record, or NULL. */
ModelDevice *papr_machine_slot_mate(PaprMachine *m, const ModelDevice *dev);

/* @dev's connector @i, which must be there. */
ModelConnector *papr_machine_nth(PaprMachine *m, const ModelDevice *dev,
                                 unsigned i);

/* PCI functions but 0 wait for 0, or go with it; the guest is not told. */
bool papr_machine_is_deferred(const ModelDevice *dev);

/* Have @c, which is empty, hold @dev. */
void papr_machine_attach(ModelConnector *c, ModelDevice *dev);

/* What a connector has done to its resource. */
void papr_machine_take(PaprMachine *m, ModelConnector *c,
                       PaprDrcEffect effect);

/* The guest is to read the device tree from its beginning. */
void papr_machine_rewind(ModelConnector *c);

/* Queue an event: @removal is of a connector, or 0 for what is plugged. */
void papr_machine_tell(PaprMachine *m, uint32_t removal);

/* The stock host forgets the request for @dev. */
void papr_machine_rollback(PaprMachine *m, ModelDevice *dev);

/* The record of @dev ends, if it has one. */
void papr_machine_end_record(PaprMachine *m, ModelDevice *dev);

/* The request in which @c takes part, or NULL. */
ModelDevice *papr_machine_request_of(PaprMachine *m,
                                     const ModelConnector *c);

/* The guest keeps what @dev's request is about: it goes on as before. */
void papr_machine_take_back(PaprMachine *m, ModelDevice *dev);

/* A cancel for @dev waits, and the guest agrees. */
void papr_machine_agreed(PaprMachine *m, ModelDevice *dev);

/* The guest isolates @c, whose removal is not asked for: what it gets. */
int papr_machine_guarded(PaprMachine *m, ModelConnector *c,
                         PaprDrcEffect *effect);

#endif
