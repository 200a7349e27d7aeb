/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover in QOM: the pairs, to be read by qom-get. */
#include "hw-models/failover-qom.h"
#include "common/host/qom.h"
#include "common/shadow.h"
#include "hw-models/failover-slot.h"

#define SHADOW_KEY "failover-pair"

static Object *child(Object *parent, const char *name)
{
    Object *obj = object_resolve_path_component(parent, name);

    if (!obj) {
        obj = object_new(ANNEX_HOST_TYPE_CONTAINER);
        object_property_add_child(parent, name, obj);
        object_unref(obj);
    }
    return obj;
}

/* Pairs live as long as the process. */
static void keep(Object *obj, void *pair)
{
}

static FailoverPair *pair_of(Object *obj)
{
    return annex_shadow_get(obj, SHADOW_KEY);
}

static char *standby_state(Object *obj, Error **errp)
{
    const FailoverPair *p = pair_of(obj);

    if (!p->standby) {
        return g_strdup("absent");
    }
    return g_strdup(p->core->negotiated ? "negotiated" : "offered");
}

static char *primary_state(Object *obj, Error **errp)
{
    return g_strdup(FailoverState_str(pair_of(obj)->core->state));
}

static char *primary_id(Object *obj, Error **errp)
{
    const FailoverOption *o = failover_core_current(pair_of(obj)->core);

    return g_strdup(o ? o->id : "");
}

static const char *bus_of(const FailoverPair *p)
{
    const FailoverOption *o = failover_core_current(p->core);
    const FailoverOptions *options = o ? o->opaque : NULL;

    return options ? options->bus : "";
}

static char *slot_bus(Object *obj, Error **errp)
{
    return g_strdup(bus_of(pair_of(obj)));
}

static char *slot_state(Object *obj, Error **errp)
{
    static const char *const words[] = {
        [FAILOVER_SLOT_UNKNOWN] = "unknown",
        [FAILOVER_SLOT_FREE] = "free",
        [FAILOVER_SLOT_BUSY] = "busy",
        [FAILOVER_SLOT_LIT] = "busy",
        [FAILOVER_SLOT_OCCUPIED] = "occupied",
    };

    if (pair_of(obj)->presented) {
        return g_strdup("presented");
    }
    return g_strdup(words[failover_slot_state(bus_of(pair_of(obj)))]);
}

void failover_qom_add(FailoverPair *p)
{
    Object *all = child(child(OBJECT(qdev_get_machine()), "annex"),
                        "failover");
    Object *pair = child(all, p->id);
    Object *standby = child(pair, "standby");
    Object *primary = child(pair, "primary");
    Object *slot = child(pair, "slot");

    annex_shadow_set(standby, SHADOW_KEY, p, keep);
    annex_shadow_set(primary, SHADOW_KEY, p, keep);
    annex_shadow_set(slot, SHADOW_KEY, p, keep);
    object_property_add_str(standby, "state", standby_state, NULL);
    object_property_add_str(primary, "state", primary_state, NULL);
    object_property_add_str(primary, "id", primary_id, NULL);
    object_property_add_str(slot, "state", slot_state, NULL);
    object_property_add_str(slot, "bus", slot_bus, NULL);
}
