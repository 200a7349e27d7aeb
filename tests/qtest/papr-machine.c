/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pseries machine's connectors and devices, as a model beside a true one. */
#include "papr-machine.h"

/* Of a PCI connector's index: type and host bridge, the slot, the function. */
#define PCI_TYPE 4
#define HOST_BRIDGE_TYPE 2
#define BRIDGE_MASK 0xffff0000
#define SLOT_MASK 0xfffffff8
#define FUNCTION_MASK 7
#define BRIDGE_CONNECTORS 256

static unsigned type_of(uint32_t index)
{
    return index >> 28;
}

static uint32_t behind(const ModelDevice *bridge)
{
    return (uint32_t)PCI_TYPE << 28 | (bridge->spec->index & 0xffff) << 16;
}

/* ------------------------------------------------------------- connectors */

static ModelConnector *add_connector(PaprMachine *m, uint32_t index)
{
    ModelConnector *c = g_new0(ModelConnector, 1);

    c->index = index;
    c->drc = papr_drc_new(type_of(index) == PCI_TYPE, type_of(index) == 8);
    g_hash_table_insert(m->connectors, GUINT_TO_POINTER(index), c);
    return c;
}

ModelConnector *papr_machine_connector(PaprMachine *m, uint32_t index)
{
    return g_hash_table_lookup(m->connectors, GUINT_TO_POINTER(index));
}

ModelConnector *papr_machine_nth(PaprMachine *m, const ModelDevice *dev,
                                 unsigned i)
{
    return papr_machine_connector(m, dev->spec->index + i);
}

unsigned papr_machine_held(PaprMachine *m, const ModelDevice *dev)
{
    unsigned i, n = 0;

    for (i = 0; i < dev->spec->n; i++) {
        ModelConnector *c = papr_machine_nth(m, dev, i);

        n += c && c->dev == dev;
    }
    return n;
}

void papr_machine_rewind(ModelConnector *c)
{
    c->depth = 0;
    c->steps = 0;
}

void papr_machine_attach(ModelConnector *c, ModelDevice *dev)
{
    papr_drc_attach(&c->drc);
    c->dev = dev;
    papr_machine_rewind(c);
}

static void attach_all(PaprMachine *m, ModelDevice *dev)
{
    unsigned i;

    dev->present = true;
    for (i = 0; i < dev->spec->n; i++) {
        papr_machine_attach(papr_machine_nth(m, dev, i), dev);
    }
}

bool papr_machine_is_deferred(const ModelDevice *dev)
{
    return dev->spec->kind == MODEL_FUNCTION &&
           (dev->spec->index & FUNCTION_MASK);
}

void papr_machine_tell(PaprMachine *m, uint32_t removal)
{
    g_array_append_val(m->events, removal);
}

/* The rules that papr-drc-state.c has, in a machine of many. */
static void check_all(PaprMachine *m)
{
    GHashTableIter iter;
    ModelConnector *c;

    g_hash_table_iter_init(&iter, m->connectors);
    while (g_hash_table_iter_next(&iter, NULL, (void **)&c)) {
        g_assert_true(papr_drc_is_valid(&c->drc));
        g_assert_true(c->drc.attached == (c->dev != NULL));
    }
}

/* --------------------------------------------------------------- removals */

void papr_machine_end_record(PaprMachine *m, ModelDevice *dev)
{
    m->done += dev->record;
    dev->record = false;
}

/* A host bridge takes along what is behind it, and its connectors. */
static void remove_behind(PaprMachine *m, const ModelDevice *bridge)
{
    uint32_t first = behind(bridge);
    unsigned i;

    for (i = 0; i < m->n_devices; i++) {
        ModelDevice *dev = &m->devices[i];

        if (dev->present && (dev->spec->index & BRIDGE_MASK) == first) {
            papr_machine_end_record(m, dev);
            dev->present = false;
        }
    }
    for (i = 0; i < BRIDGE_CONNECTORS; i++) {
        g_hash_table_remove(m->connectors, GUINT_TO_POINTER(first + i));
    }
}

static void gone(PaprMachine *m, ModelDevice *dev)
{
    papr_machine_end_record(m, dev);
    dev->present = false;
    dev->pending = false;
    if (dev->spec->kind == MODEL_HOST_BRIDGE) {
        remove_behind(m, dev);
    }
}

void papr_machine_take(PaprMachine *m, ModelConnector *c, PaprDrcEffect effect)
{
    ModelDevice *dev = c->dev;

    if (effect != PAPR_DRC_RELEASED) {
        return;
    }
    c->dev = NULL;
    papr_machine_rewind(c);
    if (dev->spec->kind != MODEL_DIMM || --dev->left == 0) {
        gone(m, dev);
    }
}

/* --------------------------------------------------------------- the user */

bool papr_machine_may_plug(PaprMachine *m, const ModelDevice *dev)
{
    ModelConnector *first = papr_machine_nth(m, dev, 0);
    ModelConnector *function0 =
        papr_machine_connector(m, dev->spec->index & SLOT_MASK);

    return !dev->present && first &&
           (dev->spec->kind != MODEL_FUNCTION || first == function0 ||
            !function0->dev);
}

/* A function that is not function 0 is not announced before it. */
static unsigned announced(PaprMachine *m, const ModelDevice *dev)
{
    unsigned i, n = 0;

    if (dev->spec->kind != MODEL_FUNCTION) {
        return 1;
    }
    if (papr_machine_is_deferred(dev)) {
        return 0;
    }
    for (i = 0; i <= FUNCTION_MASK; i++) {
        n += papr_machine_connector(m, dev->spec->index + i)->dev != NULL;
    }
    return n;
}

void papr_machine_plug(PaprMachine *m, ModelDevice *dev)
{
    unsigned i;

    attach_all(m, dev);
    for (i = announced(m, dev); i--;) {
        papr_machine_tell(m, 0);
    }
    if (dev->spec->kind == MODEL_HOST_BRIDGE) {
        for (i = 0; i < BRIDGE_CONNECTORS; i++) {
            add_connector(m, behind(dev) + i);
        }
    }
    check_all(m);
}

void papr_machine_reset(PaprMachine *m)
{
    g_autoptr(GList) all = g_hash_table_get_keys(m->connectors);
    GList *l;
    unsigned i;

    for (l = all; l; l = l->next) {
        ModelConnector *c = g_hash_table_lookup(m->connectors, l->data);

        if (c) {
            papr_machine_take(m, c, papr_drc_reset(&c->drc));
        }
        /* It may have gone with the host bridge. */
        c = g_hash_table_lookup(m->connectors, l->data);
        if (c) {
            papr_machine_rewind(c);
            c->guard = MODEL_GUARD_NONE;
        }
    }
    g_array_set_size(m->events, 0);
    for (i = 0; i < m->n_devices; i++) {
        papr_machine_end_record(m, &m->devices[i]);
    }
    check_all(m);
}

/* ------------------------------------------------------------ start and end */

PaprMachine *papr_machine_new(const ModelSpec *specs, const GArray *indexes,
                              bool supervised)
{
    PaprMachine *m = g_new0(PaprMachine, 1);
    unsigned i;

    m->supervised = supervised;
    m->connectors = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    m->events = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (i = 0; i < indexes->len; i++) {
        add_connector(m, g_array_index(indexes, uint32_t, i));
    }
    while (specs[m->n_devices].n) {
        m->n_devices++;
    }
    m->devices = g_new0(ModelDevice, m->n_devices);
    for (i = 0; i < m->n_devices; i++) {
        m->devices[i].spec = &specs[i];
        attach_all(m, &m->devices[i]);
    }
    papr_machine_reset(m);
    return m;
}

void papr_machine_free(PaprMachine *m)
{
    g_hash_table_unref(m->connectors);
    g_array_unref(m->events);
    g_free(m->devices);
    g_free(m);
}
