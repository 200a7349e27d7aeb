/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of a pseries machine: requests for removals. */
#include "papr-machine.h"

#define SLOT_MASK 0xfffffff8
#define FUNCTIONS 8

static bool is_function(const ModelDevice *dev)
{
    return dev->spec->kind == MODEL_FUNCTION;
}

/* What function @n of @dev's slot is, or NULL. */
static ModelDevice *function(PaprMachine *m, const ModelDevice *dev,
                             unsigned n)
{
    return papr_machine_connector(m, (dev->spec->index & SLOT_MASK) + n)->dev;
}

/* All connectors that a request for @dev is about. */
ModelMembers papr_machine_members(PaprMachine *m, ModelDevice *dev)
{
    ModelMembers all = { .n = 0 };
    unsigned i;

    for (i = 0; i < dev->spec->n; i++) {
        ModelConnector *c = papr_machine_nth(m, dev, i);

        if (c->dev == dev || dev->spec->kind == MODEL_DIMM) {
            all.c[all.n++] = c;
        }
    }
    for (i = 1; is_function(dev) && !papr_machine_is_deferred(dev) &&
                i < FUNCTIONS; i++) {
        ModelDevice *f = function(m, dev, i);

        if (f && !f->record) {
            all.c[all.n++] = papr_machine_nth(m, f, 0);
        }
    }
    return all;
}

void papr_machine_set_guards(PaprMachine *m, ModelDevice *dev,
                             ModelGuard guard)
{
    ModelMembers all = papr_machine_members(m, dev);

    while (all.n--) {
        all.c[all.n]->guard = guard;
    }
}

static bool is_requested(PaprMachine *m, const ModelDevice *dev)
{
    unsigned i;

    for (i = 0; i < dev->spec->n; i++) {
        if (papr_machine_nth(m, dev, i)->drc.requested) {
            return true;
        }
    }
    return false;
}

/* The record of another function of the slot, or NULL. */
ModelDevice *papr_machine_slot_mate(PaprMachine *m, const ModelDevice *dev)
{
    unsigned i;

    for (i = 0; is_function(dev) && i < FUNCTIONS; i++) {
        ModelDevice *f = function(m, dev, i);

        if (f && f != dev && f->record) {
            return f;
        }
    }
    return NULL;
}

ModelDevice *papr_machine_request_of(PaprMachine *m, const ModelConnector *c)
{
    ModelDevice *dev = c->dev, *first;

    if (!dev || dev->record || !is_function(dev)) {
        return dev && dev->record ? dev : NULL;
    }
    first = function(m, dev, 0);
    return first && first->record ? first : NULL;
}

/* ----------------------------------------------------------------- requests */

static void ask(PaprMachine *m, ModelConnector *c)
{
    papr_machine_take(m, c, papr_drc_request(&c->drc));
}

/* With function 0 of a slot goes all of it. */
static void ask_slot(PaprMachine *m, ModelDevice *dev)
{
    bool first = !papr_machine_is_deferred(dev);
    unsigned i;

    for (i = 1; first && i < FUNCTIONS; i++) {
        ModelConnector *c = papr_machine_connector(m, dev->spec->index + i);

        if (c->dev && !c->drc.requested) {
            ask(m, c);
        }
    }
    ask(m, papr_machine_nth(m, dev, 0));
    for (i = FUNCTIONS; first && i--;) {
        if (function(m, dev, i)) {
            papr_machine_tell(m, dev->spec->index + i);
        }
    }
}

/* What stock does.  It tells of cores again, and of nothing else. */
static bool host_request(PaprMachine *m, ModelDevice *dev)
{
    bool again = is_requested(m, dev);
    unsigned i;

    if (dev->spec->kind == MODEL_BRIDGE ||
        (again && dev->spec->kind != MODEL_CORE)) {
        return false;
    }
    if (is_function(dev)) {
        ask_slot(m, dev);
        return true;
    }
    dev->pending = dev->spec->kind == MODEL_DIMM;
    dev->left = dev->spec->n;
    for (i = 0; !again && i < dev->spec->n; i++) {
        ask(m, papr_machine_nth(m, dev, i));
    }
    papr_machine_tell(m, dev->spec->index);
    return true;
}

static bool is_waiting(PaprMachine *m, uint32_t removal)
{
    unsigned i;

    for (i = 0; i < m->events->len; i++) {
        if (g_array_index(m->events, uint32_t, i) == removal) {
            return true;
        }
    }
    return false;
}

/* Tell the guest again, unless it has yet to fetch the last event. */
static bool poke(PaprMachine *m, ModelDevice *dev)
{
    ModelMembers all = papr_machine_members(m, dev);
    bool poked = false;
    unsigned i;

    if (papr_machine_is_deferred(dev)) {
        return false;
    }
    if (dev->spec->kind == MODEL_DIMM) {
        all.n = 1;
    }
    for (i = 0; i < all.n; i++) {
        if (!is_waiting(m, all.c[i]->index)) {
            papr_machine_tell(m, all.c[i]->index);
            poked = true;
        }
    }
    return poked;
}

static void retry(PaprMachine *m, ModelDevice *record, ModelDevice *dev)
{
    record->told += poke(m, dev);
    record->fence = 0;
}

/* The host is about to be asked: what was cancelled before is no more. */
static void begin(PaprMachine *m, ModelDevice *dev)
{
    dev->told++;
    dev->fence = 0;
    papr_machine_set_guards(m, dev, MODEL_GUARD_NONE);
}

static bool first_request(PaprMachine *m, ModelDevice *dev)
{
    ModelDevice *mate = papr_machine_slot_mate(m, dev);
    bool resumed = mate && is_requested(m, dev);

    if (mate && mate->cancelling) {
        return false;
    }
    if (resumed) {
        retry(m, mate, dev);
    }
    dev->record = true;
    dev->seen = dev->cancelling = false;
    dev->told = 0;
    begin(m, dev);
    if (!resumed && !host_request(m, dev)) {
        dev->record = false;
        return false;
    }
    return true;
}

bool papr_machine_may_request(PaprMachine *m, const ModelDevice *dev)
{
    return dev->spec->kind != MODEL_DIMM || !dev->present || dev->pending ||
           papr_machine_held(m, dev) == dev->spec->n;
}

bool papr_machine_request(PaprMachine *m, ModelDevice *dev)
{
    if (!dev->present) {
        return false;
    }
    if (!m->supervised) {
        return host_request(m, dev);
    }
    if (!dev->record) {
        return first_request(m, dev);
    }
    if (is_requested(m, dev)) {
        retry(m, dev, dev);
        return true;
    }
    begin(m, dev);
    dev->seen = dev->cancelling = false;
    return host_request(m, dev);
}
