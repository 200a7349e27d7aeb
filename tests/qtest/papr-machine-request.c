/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of a pseries machine: requests for removals, and cancels. */
#include "papr-machine.h"

#define SLOT_MASK 0xfffffff8
#define FUNCTIONS 8

/* More than a device, or a slot, has connectors. */
#define MEMBERS_MAX 16

typedef struct Members {
    ModelConnector *c[MEMBERS_MAX];
    unsigned n;
} Members;

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
static Members members_of(PaprMachine *m, ModelDevice *dev)
{
    Members all = { .n = 0 };
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

static void set_guards(PaprMachine *m, ModelDevice *dev, ModelGuard guard)
{
    Members all = members_of(m, dev);

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
static ModelDevice *slot_mate(PaprMachine *m, const ModelDevice *dev)
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
    Members all = members_of(m, dev);
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
    set_guards(m, dev, MODEL_GUARD_NONE);
}

static bool first_request(PaprMachine *m, ModelDevice *dev)
{
    ModelDevice *mate = slot_mate(m, dev);
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

/* ------------------------------------------------------------------ cancels */

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
    Members all = members_of(m, dev);
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
    unsigned n = dev->spec->kind == MODEL_DIMM ? 1 : members_of(m, dev).n;

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
        set_guards(m, dev, MODEL_GUARD_NONE);
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
    Members all = members_of(m, dev);
    bool fetched = false;
    unsigned i, n = dev->spec->kind == MODEL_DIMM ? 1 : all.n;

    for (i = 0; i < n; i++) {
        fetched |= disarm(m, all.c[i]->index) < dev->told;
    }
    return fetched && !papr_machine_is_deferred(dev);
}

static void guard_what_is_in_use(PaprMachine *m, ModelDevice *dev)
{
    Members all = members_of(m, dev);

    while (all.n--) {
        if (papr_drc_is_configurable(&all.c[all.n]->drc)) {
            all.c[all.n]->guard = MODEL_GUARD_KEPT;
        }
    }
}

static bool is_given_up(PaprMachine *m, ModelDevice *dev)
{
    Members all = members_of(m, dev);

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
        slot_mate(m, dev)) {
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
    set_guards(m, dev, dev->spec->kind == MODEL_CORE ? MODEL_GUARD_REFUSE
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
    Members all;

    c->drc.requested = c->drc.lmb;
    papr_drc_isolate(&c->drc, effect);
    c->drc.requested = false;
    c->guard = MODEL_GUARD_NONE;
    if (!told) {
        for (all = members_of(m, whole); all.n--;) {
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
