/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug registry: the transports that the loaded modules bring. */
#include "hw-models/unplug-registry.h"

typedef struct Registered {
    const UnplugTransportOps *ops;
    const int64_t *timeout_ms;
} Registered;

static GArray *transports;      /* of Registered */

const UnplugTransportOps *unplug_registry_classify(HotplugHandler *handler,
                                                     DeviceState *dev)
{
    const UnplugTransportOps *fallback = NULL;
    unsigned i;

    for (i = 0; transports && i < transports->len; i++) {
        const UnplugTransportOps *ops =
            g_array_index(transports, Registered, i).ops;

        if (ops->id == UNPLUG_TRANSPORT_OTHER) {
            fallback = ops;
        } else if (ops->claims(ops, handler, dev)) {
            return ops;
        }
    }
    return fallback;
}

int64_t unplug_registry_timeout_ms(const UnplugTransportOps *transport)
{
    unsigned i;

    for (i = 0; transports && i < transports->len; i++) {
        Registered *t = &g_array_index(transports, Registered, i);

        if (t->ops == transport) {
            return t->timeout_ms ? *t->timeout_ms : 0;
        }
    }
    return 0;
}

void unplug_registry_reset(void)
{
    unsigned i;

    for (i = 0; transports && i < transports->len; i++) {
        const UnplugTransportOps *ops =
            g_array_index(transports, Registered, i).ops;

        if (ops->reset) {
            ops->reset();
        }
    }
}

static Registered *find(UnplugTransport id)
{
    unsigned i;

    for (i = 0; i < transports->len; i++) {
        Registered *t = &g_array_index(transports, Registered, i);

        if (t->ops->id == id) {
            return t;
        }
    }
    return NULL;
}

void unplug_registry_add(const UnplugTransportOps *const *list,
                           const int64_t *timeout_ms)
{
    if (!transports) {
        transports = g_array_new(false, false, sizeof(Registered));
    }
    for (; *list; list++) {
        Registered t = { .ops = *list, .timeout_ms = timeout_ms };
        Registered *there = find(t.ops->id);

        if (!there) {
            g_array_append_val(transports, t);
        } else if (!there->timeout_ms) {
            there->timeout_ms = timeout_ms;
        }
    }
}
