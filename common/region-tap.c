/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Region taps: a copy of the region's operations that calls us around it. */
#include "common/region-tap.h"
#include "common/shadow.h"

#define SHADOW_KEY "region-tap"

/*
 * The host hands its handlers only the region's opaque pointer, so that is
 * replaced too, by this.
 */
typedef struct Tapped {
    AnnexHookSet *set;
    MemoryRegion *mr;
    const AnnexRegionTap *tap;
    const MemoryRegionOps *ops;
    void *state;
    MemoryRegionOps copy;
} Tapped;

static uint64_t tapped_read(void *opaque, hwaddr addr, unsigned size)
{
    Tapped *t = opaque;
    uint64_t value = t->ops->read(t->state, addr, size);

    if (t->tap->after_read) {
        t->tap->after_read(t->tap, t->state, addr, value, size);
    }
    return value;
}

static void tapped_write(void *opaque, hwaddr addr, uint64_t value,
                         unsigned size)
{
    Tapped *t = opaque;
    const AnnexRegionTap *tap = t->tap;
    MemoryRegion *mr = t->mr;
    void *state = t->state;

    /* The write may remove the device that the region belongs to. */
    memory_region_ref(mr);
    if (tap->before_write) {
        tap->before_write(tap, state, addr, value, size);
    }
    t->ops->write(state, addr, value, size);
    if (tap->after_write) {
        tap->after_write(tap, state, addr, value, size);
    }
    memory_region_unref(mr);
}

static void tap_release(Object *obj, void *opaque)
{
    Tapped *t = opaque;

    annex_hooks_remove_slot(t->set, &t->mr->ops);
    annex_hooks_remove_slot(t->set, &t->mr->opaque);
    g_free(t);
}

void annex_region_tap(AnnexHookSet *set, MemoryRegion *mr,
                      const AnnexRegionTap *tap)
{
    const char *name = memory_region_name(mr);
    Tapped *t = annex_shadow_get(OBJECT(mr), SHADOW_KEY);

    if (t) {
        g_assert(t->tap == tap);
        return;
    }
    t = g_new0(Tapped, 1);
    t->set = set;
    t->mr = mr;
    t->tap = tap;
    t->ops = mr->ops;
    t->state = mr->opaque;
    t->copy = *mr->ops;
    t->copy.read = tapped_read;
    t->copy.write = tapped_write;
    annex_shadow_set(OBJECT(mr), SHADOW_KEY, t, tap_release);
    annex_hooks_add_slot(set, &mr->ops, &t->copy, name, "ops");
    annex_hooks_add_slot(set, &mr->opaque, t, name, "opaque");
}

void *annex_region_state(MemoryRegion *mr)
{
    Tapped *t = annex_shadow_get(OBJECT(mr), SHADOW_KEY);

    return t ? t->state : mr->opaque;
}

void annex_region_write(MemoryRegion *mr, hwaddr addr, uint64_t value,
                        unsigned size)
{
    Tapped *t = annex_shadow_get(OBJECT(mr), SHADOW_KEY);
    const MemoryRegionOps *ops = t ? t->ops : mr->ops;

    ops->write(annex_region_state(mr), addr, value, size);
}
