/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR DRC state: the transitions of physical and logical connectors. */
#include "hw-models/papr-drc-state.h"

#include <glib.h>

/* The values of the DR indicator (LoPAR 13.5.3.4, table on indicators). */
enum { INDICATOR_INACTIVE, INDICATOR_ACTIVE, INDICATOR_IDENTIFY,
       INDICATOR_ACTION };

PaprDrc papr_drc_new(bool physical, bool lmb)
{
    PaprDrc drc = { .physical = physical, .lmb = lmb };

    drc.state = papr_drc_empty(&drc);
    return drc;
}

PaprDrcState papr_drc_empty(const PaprDrc *drc)
{
    return drc->physical ? PAPR_DRC_POWERON : PAPR_DRC_UNUSABLE;
}

bool papr_drc_is_valid(const PaprDrc *drc)
{
    switch (drc->state) {
    case PAPR_DRC_UNUSABLE:
        return !drc->physical && !drc->requested;
    case PAPR_DRC_POWERON:
        return drc->physical && !drc->requested;
    case PAPR_DRC_AVAILABLE:
        return !drc->physical && drc->attached;
    case PAPR_DRC_UNISOLATE:
    case PAPR_DRC_CONFIGURED:
        return drc->attached;
    }
    return false;
}

static PaprDrcEffect release(PaprDrc *drc)
{
    drc->requested = false;
    drc->attached = false;
    return PAPR_DRC_RELEASED;
}

/* The connector has come to its empty state. */
static PaprDrcEffect emptied(PaprDrc *drc)
{
    drc->state = papr_drc_empty(drc);
    return drc->requested ? release(drc) : PAPR_DRC_NOTHING;
}

/*
 * There is no call for a refusal.  A guest that makes ready for use what it
 * was asked to let go has refused.
 */
static PaprDrcEffect take_back(PaprDrc *drc)
{
    if (!drc->requested) {
        return PAPR_DRC_NOTHING;
    }
    drc->requested = false;
    return PAPR_DRC_REFUSED;
}

void papr_drc_attach(PaprDrc *drc)
{
    g_assert(!drc->attached && drc->state == papr_drc_empty(drc));
    drc->attached = true;
}

PaprDrcEffect papr_drc_request(PaprDrc *drc)
{
    g_assert(drc->attached);
    drc->requested = true;
    return drc->state == papr_drc_empty(drc) ? release(drc)
                                             : PAPR_DRC_NOTHING;
}

void papr_drc_withdraw(PaprDrc *drc)
{
    drc->requested = false;
}

PaprDrcEffect papr_drc_reset(PaprDrc *drc)
{
    PaprDrcEffect effect = drc->requested ? release(drc) : PAPR_DRC_NOTHING;

    drc->state = drc->attached ? PAPR_DRC_CONFIGURED : papr_drc_empty(drc);
    return effect;
}

int papr_drc_isolate(PaprDrc *drc, PaprDrcEffect *effect)
{
    *effect = PAPR_DRC_NOTHING;
    switch (drc->state) {
    case PAPR_DRC_UNUSABLE:
    case PAPR_DRC_AVAILABLE:
    case PAPR_DRC_POWERON:
        return PAPR_RTAS_SUCCESS;
    case PAPR_DRC_UNISOLATE:
        /* 13.5.3.5: not while the device tree is being read. */
        return PAPR_RTAS_BAD_PARAMETER;
    case PAPR_DRC_CONFIGURED:
        break;
    }
    if (drc->physical) {
        *effect = emptied(drc);
        return PAPR_RTAS_SUCCESS;
    }
    /* A guest that was asked for a number of LMBs tries whichever it has. */
    if (drc->lmb && !drc->requested) {
        return PAPR_RTAS_HW_ERROR;
    }
    drc->state = PAPR_DRC_AVAILABLE;
    return PAPR_RTAS_SUCCESS;
}

int papr_drc_unisolate(PaprDrc *drc, PaprDrcEffect *effect)
{
    *effect = PAPR_DRC_NOTHING;
    switch (drc->state) {
    case PAPR_DRC_UNISOLATE:
    case PAPR_DRC_CONFIGURED:
        *effect = take_back(drc);
        return PAPR_RTAS_SUCCESS;
    case PAPR_DRC_UNUSABLE:
        return PAPR_RTAS_BAD_PARAMETER;
    case PAPR_DRC_POWERON:
        if (!drc->attached) {
            return PAPR_RTAS_BAD_PARAMETER;
        }
        break;
    case PAPR_DRC_AVAILABLE:
        break;
    }
    drc->state = PAPR_DRC_UNISOLATE;
    return PAPR_RTAS_SUCCESS;
}

int papr_drc_set_usable(PaprDrc *drc, PaprDrcEffect *effect)
{
    *effect = PAPR_DRC_NOTHING;
    if (drc->physical) {
        return PAPR_RTAS_BAD_PARAMETER;
    }
    if (drc->state != PAPR_DRC_UNUSABLE) {
        return PAPR_RTAS_SUCCESS;
    }
    if (!drc->attached || drc->requested) {
        return PAPR_RTAS_BAD_PARAMETER;
    }
    drc->state = PAPR_DRC_AVAILABLE;
    return PAPR_RTAS_SUCCESS;
}

int papr_drc_set_unusable(PaprDrc *drc, PaprDrcEffect *effect)
{
    *effect = PAPR_DRC_NOTHING;
    switch (drc->state) {
    case PAPR_DRC_UNUSABLE:
        return PAPR_RTAS_SUCCESS;
    case PAPR_DRC_AVAILABLE:
        *effect = emptied(drc);
        return PAPR_RTAS_SUCCESS;
    case PAPR_DRC_POWERON:
    case PAPR_DRC_UNISOLATE:
    case PAPR_DRC_CONFIGURED:
        break;
    }
    return PAPR_RTAS_BAD_PARAMETER;
}

int papr_drc_set_indicator(const PaprDrc *drc, uint32_t value)
{
    return drc->physical && value <= INDICATOR_ACTION
           ? PAPR_RTAS_SUCCESS : PAPR_RTAS_BAD_PARAMETER;
}

PaprDrcSense papr_drc_sense(const PaprDrc *drc)
{
    if (drc->physical) {
        return drc->attached ? PAPR_SENSE_PRESENT : PAPR_SENSE_EMPTY;
    }
    return drc->state == PAPR_DRC_UNUSABLE ? PAPR_SENSE_UNUSABLE
                                           : PAPR_SENSE_PRESENT;
}

bool papr_drc_is_configurable(const PaprDrc *drc)
{
    return drc->state == PAPR_DRC_UNISOLATE ||
           drc->state == PAPR_DRC_CONFIGURED;
}

PaprDrcEffect papr_drc_configured(PaprDrc *drc)
{
    g_assert(papr_drc_is_configurable(drc));
    drc->state = PAPR_DRC_CONFIGURED;
    return take_back(drc);
}
