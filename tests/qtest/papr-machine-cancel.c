/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of a pseries machine: requests that are taken back. */
#include "papr-machine.h"

void papr_machine_rollback(PaprMachine *m, ModelDevice *dev)
{
    unsigned i;

    dev->pending = false;
    for (i = 0; i < dev->spec->n; i++) {
        papr_drc_withdraw(&papr_machine_nth(m, dev, i)->drc);
    }
}

/* The module attaches again what the guest has let go; is there any? */
static bool withdraw(PaprMachine *m, ModelDevice *dev)
{
    ModelMembers all = papr_machine_members(m, dev);
    bool attached = false;
    unsigned i;

    dev->pending = false;
    for (i = 0; i < all.n; i++) {
        papr_drc_withdraw(&all.c[i]->drc);
        if (!all.c[i]->dev) {
            papr_machine_attach(all.c[i], dev);
            attached = true;
        }
    }
    return attached;
}

static void present(PaprMachine *m, ModelDevice *dev)
{
    unsigned n = dev->spec->kind == MODEL_DIMM
        ? 1 : papr_machine_members(m, dev).n;

    while (n--) {
        papr_machine_tell(m, 0);
    }
}

void papr_machine_take_back(PaprMachine *m, ModelDevice *dev)
{
    if (withdraw(m, dev)) {
        present(m, dev);
    }
    papr_machine_end_record(m, dev);
}

void papr_machine_agreed(PaprMachine *m, ModelDevice *dev)
{
    if (dev->spec->kind != MODEL_DIMM) {
        papr_machine_set_guards(m, dev, MODEL_GUARD_NONE);
    }
    papr_machine_end_record(m, dev);
}

/* What the guest has not fetched will be about nothing. */
static unsigned disarm(PaprMachine *m, uint32_t removal)
{
    unsigned i, n = 0;

    for (i = 0; i < m->events->len; i++) {
        uint32_t *event = &g_array_index(m->events, uint32_t, i);

        if (*event == removal) {
            *event = 0;
            n++;
        }
    }
    return n;
}

static bool was_told(PaprMachine *m, ModelDevice *dev)
{
    ModelMembers all = papr_machine_members(m, dev);
    bool fetched = false;
    unsigned i, n = dev->spec->kind == MODEL_DIMM ? 1 : all.n;

    for (i = 0; i < n; i++) {
        fetched |= disarm(m, all.c[i]->index) < dev->told;
    }
    return fetched && !papr_machine_is_deferred(dev);
}

static void guard_what_is_in_use(PaprMachine *m, ModelDevice *dev)
{
    ModelMembers all = papr_machine_members(m, dev);

    while (all.n--) {
        if (papr_drc_is_configurable(&all.c[all.n]->drc)) {
            all.c[all.n]->guard = MODEL_GUARD_KEPT;
        }
    }
}

static bool is_given_up(PaprMachine *m, ModelDevice *dev)
{
    ModelMembers all = papr_machine_members(m, dev);

    while (all.n--) {
        if (!papr_drc_is_configurable(&all.c[all.n]->drc)) {
            return true;
        }
    }
    return false;
}

bool papr_machine_cancel(PaprMachine *m, ModelDevice *dev)
{
    bool told;

    if (!dev->present || !dev->record || dev->cancelling ||
        papr_machine_slot_mate(m, dev)) {
        return false;
    }
    told = was_told(m, dev);
    if (is_given_up(m, dev)) {
        withdraw(m, dev);
        guard_what_is_in_use(m, dev);
        present(m, dev);
        papr_machine_end_record(m, dev);
        return true;
    }
    withdraw(m, dev);
    if (!told) {
        papr_machine_end_record(m, dev);
        return true;
    }
    papr_machine_set_guards(m, dev,
                            dev->spec->kind == MODEL_CORE
                            ? MODEL_GUARD_REFUSE
                            : MODEL_GUARD_KEEP);
    if (dev->spec->kind == MODEL_DIMM) {
        dev->fence = dev->spec->index + dev->spec->n - 1;
        papr_machine_tell(m, 0);
    }
    dev->cancelling = true;
    return true;
}

/* The guest gets its way, and the resource again. */
static void keep(PaprMachine *m, ModelConnector *c, PaprDrcEffect *effect)
{
    bool told = c->guard == MODEL_GUARD_KEPT;
    ModelDevice *request = papr_machine_request_of(m, c);
    ModelDevice *whole = request ? request : c->dev;
    ModelMembers all;

    c->drc.requested = c->drc.lmb;
    papr_drc_isolate(&c->drc, effect);
    c->drc.requested = false;
    c->guard = MODEL_GUARD_NONE;
    if (!told) {
        for (all = papr_machine_members(m, whole); all.n--;) {
            if (all.c[all.n]->guard == MODEL_GUARD_KEEP) {
                all.c[all.n]->guard = MODEL_GUARD_KEPT;
            }
        }
        present(m, whole);
    }
    if (request && request->cancelling) {
        papr_machine_end_record(m, request);
    }
}

int papr_machine_guarded(PaprMachine *m, ModelConnector *c,
                         PaprDrcEffect *effect)
{
    ModelDevice *request = papr_machine_request_of(m, c);

    if (c->guard == MODEL_GUARD_NONE ||
        c->drc.state != PAPR_DRC_CONFIGURED) {
        return papr_drc_isolate(&c->drc, effect);
    }
    if (c->guard != MODEL_GUARD_REFUSE) {
        keep(m, c, effect);
        return PAPR_RTAS_SUCCESS;
    }
    c->guard = MODEL_GUARD_NONE;
    if (request && request->cancelling) {
        papr_machine_end_record(m, request);
    }
    return PAPR_RTAS_HW_ERROR;
}
