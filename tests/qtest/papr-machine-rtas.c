/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of a pseries machine: what RTAS calls return, and change. */
#include "papr-machine.h"

#include <string.h>

/* LoPAR 7.3: indicators and sensors. */
enum { ISOLATION_STATE = 9001, DR_INDICATOR, ALLOCATION_STATE,
       ENTITY_SENSE = 9003 };

static int isolate(PaprMachine *m, ModelConnector *c, PaprDrcEffect *effect)
{
    ModelDevice *request = papr_machine_request_of(m, c);

    if (m->supervised && !c->drc.requested) {
        return papr_machine_guarded(m, c, effect);
    }
    if (request) {
        request->seen = true;
    }
    return papr_drc_isolate(&c->drc, effect);
}

/* What stock does of it.  Physical connectors never refuse. */
static void host_refused(PaprMachine *m, ModelConnector *c)
{
    if (c->drc.physical) {
        c->drc.requested = true;
    } else if (c->drc.lmb) {
        papr_machine_rollback(m, c->dev);
    }
}

static int unisolate(PaprMachine *m, ModelConnector *c, PaprDrcEffect *effect)
{
    ModelDevice *request = papr_machine_request_of(m, c);
    PaprDrcState before = c->drc.state;
    int result;

    if (request && request->cancelling && before == PAPR_DRC_CONFIGURED) {
        papr_machine_agreed(m, request);
        request = NULL;
    }
    result = papr_drc_unisolate(&c->drc, effect);
    if (c->drc.state != before) {
        papr_machine_rewind(c);
    }
    if (*effect == PAPR_DRC_REFUSED && request) {
        papr_machine_take_back(m, request);
    } else if (*effect == PAPR_DRC_REFUSED) {
        host_refused(m, c);
    }
    return result;
}

static int set_indicator(PaprMachine *m, const RtasCall *c)
{
    ModelConnector *to = papr_machine_connector(m, c->args[1]);
    PaprDrcEffect effect = PAPR_DRC_NOTHING;
    bool on = c->args[2];
    int result = PAPR_RTAS_BAD_PARAMETER;

    if (c->nargs != 3 || c->nrets != 1 || !to) {
        return result;
    }
    if (c->args[0] == DR_INDICATOR) {
        return papr_drc_set_indicator(&to->drc, c->args[2]);
    }
    if (c->args[2] > 1) {
        return result;
    }
    if (c->args[0] == ISOLATION_STATE) {
        result = on ? unisolate(m, to, &effect) : isolate(m, to, &effect);
    } else if (c->args[0] == ALLOCATION_STATE) {
        result = on ? papr_drc_set_usable(&to->drc, &effect)
                    : papr_drc_set_unusable(&to->drc, &effect);
    }
    papr_machine_take(m, to, effect);
    return result;
}

/* What the guest comes to last, when it has not come for the DIMM. */
static void pass_fence(PaprMachine *m, uint32_t index)
{
    unsigned i;

    for (i = 0; i < m->n_devices; i++) {
        ModelDevice *dev = &m->devices[i];

        if (dev->record && dev->cancelling && dev->fence == index &&
            !dev->seen) {
            papr_machine_agreed(m, dev);
        }
    }
}

static bool check_sensor(PaprMachine *m, const RtasCall *c)
{
    ModelConnector *of = papr_machine_connector(m, c->args[1]);

    if (c->nargs != 2 || c->nrets != 2 || c->args[0] != ENTITY_SENSE || !of) {
        return c->result == PAPR_RTAS_BAD_PARAMETER && !c->value;
    }
    pass_fence(m, of->index);
    return c->result == 0 && c->value == papr_drc_sense(&of->drc);
}

/* ibm,configure-connector (LoPAR 13.5.3.5). */
enum { COMPLETE, NEXT_SIBLING, NEXT_CHILD, NEXT_PROPERTY, PREVIOUS_PARENT,
       NOT_CONFIGURABLE = -9003 };

/* One step of the guest's walk through the device tree. */
static bool check_walk(ModelConnector *of, int result)
{
    switch (result) {
    case NEXT_CHILD:
        of->depth++;
        return true;
    case NEXT_PROPERTY:
        return of->depth > 0;
    case PREVIOUS_PARENT:
        return --of->depth > 0;
    case COMPLETE:
        return of->depth-- == 1;
    default:
        return false;
    }
}

static bool check_configure(PaprMachine *m, const RtasCall *c)
{
    ModelConnector *of = papr_machine_connector(m, c->found);
    bool requested;

    if (c->nargs != 2 || c->nrets != 1 || !of) {
        return c->result == PAPR_RTAS_BAD_PARAMETER;
    }
    if (!papr_drc_is_configurable(&of->drc)) {
        return c->result == NOT_CONFIGURABLE;
    }
    /* To stock that is a refusal, and the module sees it a little later. */
    if (of->drc.lmb && of->drc.requested) {
        papr_machine_rollback(m, of->dev);
        m->given_up = of->dev;
    }
    of->steps++;
    if (!check_walk(of, c->result)) {
        return false;
    }
    /* For other types stock does not look at the request. */
    requested = of->drc.requested;
    if (c->result == COMPLETE) {
        papr_machine_rewind(of);
        papr_drc_configured(&of->drc);
        of->drc.requested = requested;
    }
    return true;
}

/* The mask of the class by which a guest that has not negotiated is told. */
#define EPOW 0x40000000

static bool check_event(PaprMachine *m, const RtasCall *c)
{
    if (c->nargs < 6 || c->nargs > 7 || c->nrets != 1) {
        return c->result == PAPR_RTAS_BAD_PARAMETER;
    }
    if (!(c->args[2] & EPOW) || !m->events->len) {
        return c->result == 1;
    }
    g_array_remove_index(m->events, 0);
    return c->result == 0;
}

static bool check_power(const RtasCall *c, unsigned nargs)
{
    if (c->nargs != nargs || c->nrets != 2 || c->args[0] != UINT32_MAX) {
        return c->result == PAPR_RTAS_BAD_PARAMETER;
    }
    return c->result == 0 && c->value == 100;
}

bool papr_machine_call(PaprMachine *m, const RtasCall *c)
{
    if (!strcmp(c->name, "set-indicator")) {
        return c->result == set_indicator(m, c);
    }
    if (!strcmp(c->name, "get-sensor-state")) {
        return check_sensor(m, c);
    }
    if (!strcmp(c->name, "ibm,configure-connector")) {
        return check_configure(m, c);
    }
    if (!strcmp(c->name, "check-exception")) {
        return check_event(m, c);
    }
    return check_power(c, strcmp(c->name, "get-power-level") ? 2 : 1);
}

void papr_machine_settle(PaprMachine *m)
{
    if (m->given_up && m->given_up->record) {
        papr_machine_take_back(m, m->given_up);
    }
    m->given_up = NULL;
}
