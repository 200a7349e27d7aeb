/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR check: does the host do as the state machine says? */
#include "hw-models/papr-check.h"
#include "annex-papr-drc-qapi-emit-events.h"
#include "annex-papr-drc-qapi-events.h"
#include "common/events.h"
#include "common/hooks.h"

bool papr_check_enabled;

/* What the generator's code calls with a finished event. */
void annex_papr_drc_qapi_event_emit(annex_papr_drc_QAPIEvent event,
                                    QDict *dict)
{
    annex_event_emit(dict);
}

static bool is_same(const PaprDrc *a, const PaprDrc *b)
{
    return a->state == b->state && a->attached == b->attached &&
           a->requested == b->requested;
}

/* Guests call as often as they like. */
static void report(SpaprDrc *drc, const char *call, const PaprDrc *expected,
                   int expected_result, int result)
{
    PaprDrc found = papr_connectors_state(drc);
    unsigned suppressed;

    if (is_same(expected, &found) && expected_result == result) {
        return;
    }
    if (annex_event_allow("PAPR_CONNECTOR_DIVERGED", call, &suppressed)) {
        qapi_event_send_papr_connector_diverged(
            spapr_drc_index(drc), papr_connectors_type(drc), call,
            papr_connectors_word(expected->state), expected->attached,
            expected->requested, expected_result,
            papr_connectors_word(found.state), found.attached,
            found.requested, result, suppressed > 0, suppressed);
    }
}

static uint32_t call(SpaprDrc *drc, const char *name,
                     uint32_t (*next)(SpaprDrc *drc),
                     int (*model)(PaprDrc *drc, PaprDrcEffect *effect))
{
    PaprDrc expected = papr_connectors_state(drc);
    PaprDrcEffect effect;
    int expected_result = model(&expected, &effect);
    uint32_t result = next(drc);

    if (papr_check_enabled) {
        report(drc, name, &expected, expected_result, result);
    }
    return result;
}

uint32_t papr_check_isolate(SpaprDrc *drc)
{
    SpaprDrcClass *klass = SPAPR_DR_CONNECTOR_GET_CLASS(drc);

    return call(drc, "isolate", ANNEX_NEXT(klass, isolate), papr_drc_isolate);
}

uint32_t papr_check_unisolate(SpaprDrc *drc)
{
    SpaprDrcClass *klass = SPAPR_DR_CONNECTOR_GET_CLASS(drc);

    return call(drc, "unisolate", ANNEX_NEXT(klass, unisolate),
                papr_drc_unisolate);
}

SpaprDREntitySense papr_check_sense(SpaprDrc *drc)
{
    SpaprDrcClass *klass = SPAPR_DR_CONNECTOR_GET_CLASS(drc);
    PaprDrc expected = papr_connectors_state(drc);
    SpaprDREntitySense sense = ANNEX_NEXT(klass, dr_entity_sense)(drc);

    if (papr_check_enabled) {
        report(drc, "dr-entity-sense", &expected, papr_drc_sense(&expected),
               sense);
    }
    return sense;
}
