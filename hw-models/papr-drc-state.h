/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR DRC state: what a dynamic-reconfiguration connector does, and when. */
#ifndef ANNEX_PAPR_DRC_STATE_H
#define ANNEX_PAPR_DRC_STATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Linux on Power Architecture Reference, 13.4 (the states of a connector) and
 * 13.5 (the guest's RTAS calls), as far as a guest can tell.  No clock, no
 * lock, no host.  States are named as in include/hw/ppc/spapr_drc.h (QEMU
 * 7.2 and 10.0), whose connectors behave like these.
 *
 *        logical                               physical
 *
 *        UNUSABLE <---------+                  POWERON <--------+
 *           | usable        | unusable            | unisolate    |
 *           v               |                     v              | isolate
 *       AVAILABLE ----------+                 UNISOLATE          |
 *           | unisolate     ^                     | configure    |
 *           v               | isolate             v              |
 *       UNISOLATE           |                 CONFIGURED --------+
 *           | configure     |
 *           v               |
 *       CONFIGURED ---------+
 *
 * A resource is let go when its removal was asked for, and the connector
 * comes to its empty state: UNUSABLE, POWERON.
 */
typedef enum PaprDrcState {
    PAPR_DRC_UNUSABLE,          /* logical: not allocated to the guest */
    PAPR_DRC_AVAILABLE,         /* logical: allocated, isolated */
    PAPR_DRC_POWERON,           /* physical: isolated */
    PAPR_DRC_UNISOLATE,         /* the guest reads the device tree */
    PAPR_DRC_CONFIGURED,        /* the guest has read it, and uses it */
} PaprDrcState;

typedef struct PaprDrc {
    bool physical;
    bool lmb;                   /* stays unless its removal was asked for */
    PaprDrcState state;
    bool attached;              /* there is a resource */
    bool requested;             /* and its removal was asked for */
} PaprDrc;

/* What RTAS calls return (LoPAR 7.2.8, 13.5.3). */
enum {
    PAPR_RTAS_SUCCESS = 0,
    PAPR_RTAS_HW_ERROR = -1,
    PAPR_RTAS_BAD_PARAMETER = -3,       /* and: no such indicator */
};

/* dr-entity-sense (LoPAR 13.5.3.3). */
typedef enum PaprDrcSense {
    PAPR_SENSE_EMPTY = 0,
    PAPR_SENSE_PRESENT = 1,
    PAPR_SENSE_UNUSABLE = 2,
} PaprDrcSense;

/* What an RTAS call, or an event of the host, does to the resource. */
typedef enum PaprDrcEffect {
    PAPR_DRC_NOTHING,
    PAPR_DRC_RELEASED,          /* the guest has let go: it is detached */
    PAPR_DRC_REFUSED,           /* the guest keeps it, and has said so */
} PaprDrcEffect;

/* A connector without a resource. */
PaprDrc papr_drc_new(bool physical, bool lmb);

/* The states in which it has nothing, and in which the guest uses it. */
PaprDrcState papr_drc_empty(const PaprDrc *drc);

/* Whether the state is one that such a connector can have. */
bool papr_drc_is_valid(const PaprDrc *drc);

/* ------------------------------------------------- what the host does */

/* Plug a resource into an empty connector. */
void papr_drc_attach(PaprDrc *drc);

/* Ask for the removal of the resource; it may go at once. */
PaprDrcEffect papr_drc_request(PaprDrc *drc);

/* Take such a request back. */
void papr_drc_withdraw(PaprDrc *drc);

/* The machine is reset: what was asked for goes, what is there is used. */
PaprDrcEffect papr_drc_reset(PaprDrc *drc);

/* ------------------------------------------------ what the guest does */

/*
 * set-indicator of the isolation state (9001), the allocation state (9003)
 * and the indicator (9002), get-sensor-state of dr-entity-sense (9003), and
 * the last call of ibm,configure-connector.  The call's return value;
 * *@effect is set in any case.
 */
int papr_drc_isolate(PaprDrc *drc, PaprDrcEffect *effect);
int papr_drc_unisolate(PaprDrc *drc, PaprDrcEffect *effect);
int papr_drc_set_usable(PaprDrc *drc, PaprDrcEffect *effect);
int papr_drc_set_unusable(PaprDrc *drc, PaprDrcEffect *effect);
int papr_drc_set_indicator(const PaprDrc *drc, uint32_t value);
PaprDrcSense papr_drc_sense(const PaprDrc *drc);

/* Whether the guest may read the resource's device tree. */
bool papr_drc_is_configurable(const PaprDrc *drc);

/* It has read it to the end, or again: a refusal (in QEMU, of LMBs only). */
PaprDrcEffect papr_drc_configured(PaprDrc *drc);

#endif
