/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-selftest: tests of the hooks layer from inside a stock QEMU. */
#include "common/hooks.h"
#include "common/host/memory.h"
#include "common/host/qapi.h"
#include "common/module.h"
#include "common/region-tap.h"
#include "common/shadow.h"

/* A test ends QEMU with the sentence of the check that failed. */
#define CHECK(condition)                                                \
    do {                                                                \
        if (!(condition)) {                                             \
            error_setg(errp, "line %d: %s", __LINE__, #condition);      \
            return false;                                               \
        }                                                               \
    } while (0)

static void on_plug(HotplugHandler *handler, DeviceState *dev, Error **errp)
{
    HotplugHandlerClass *klass = HOTPLUG_HANDLER_GET_CLASS(handler);

    ANNEX_NEXT(klass, plug)(handler, dev, errp);
}

static const AnnexMethodHook good[] = {
    ANNEX_METHOD(TYPE_HOTPLUG_HANDLER, HotplugHandlerClass, plug, on_plug),
    {}
};

/* The second is in no class: nothing of the first may stay. */
static const AnnexMethodHook half_good[] = {
    ANNEX_METHOD(TYPE_HOTPLUG_HANDLER, HotplugHandlerClass, plug, on_plug),
    { .type = "no-such-type", .method = "none", .offset = 64,
      .replacement = on_plug },
    {}
};

typedef struct Slots {
    GArray *values;             /* of hotplug_fn, all plug() of all classes */
    unsigned replaced;
} Slots;

static void look_at_class(ObjectClass *klass, void *opaque)
{
    Slots *slots = opaque;
    HotplugHandlerClass *handler = (HotplugHandlerClass *)
        object_class_dynamic_cast(klass, TYPE_HOTPLUG_HANDLER);

    if (handler) {
        g_array_append_val(slots->values, handler->plug);
        slots->replaced += handler->plug == on_plug;
    }
}

static Slots look(void)
{
    Slots slots = { g_array_new(false, false, sizeof(hotplug_fn)), 0 };

    object_class_foreach(look_at_class, TYPE_OBJECT, true, &slots);
    return slots;
}

static bool same(const Slots *a, const Slots *b)
{
    return a->values->len == b->values->len &&
           !memcmp(a->values->data, b->values->data,
                   a->values->len * sizeof(hotplug_fn));
}

static bool methods(Error **errp)
{
    Slots before = look(), during, after;
    AnnexHookSet *set = annex_hooks_new("selftest");
    Error *err = NULL;

    CHECK(before.values->len > 10 && !before.replaced);
    CHECK(!annex_hooks_add_methods(set, half_good, &err));
    CHECK(strstr(error_get_pretty(err), "no-such-type"));
    error_free(err);
    after = look();
    CHECK(same(&before, &after));
    CHECK(annex_hooks_add_methods(set, good, errp));
    during = look();
    CHECK(during.replaced > 5);
    annex_hooks_restore(set);
    after = look();
    CHECK(same(&before, &after));
    return true;
}

static void increment(void)
{
}

static void decrement(void)
{
}

static void leave(void)
{
}

static bool slots(Error **errp)
{
    AnnexHookSet *set = annex_hooks_new("selftest");
    void (*a)(void) = increment, (*b)(void) = increment;

    CHECK(!annex_hooks_has_slot(&a));
    annex_hooks_add_slot(set, &a, decrement, "test", "a");
    annex_hooks_add_slot(set, &b, decrement, "test", "b");
    CHECK(annex_hooks_has_slot(&a) && a == decrement);
    CHECK(annex_hooks_next(&a, decrement) == (void *)increment);
    annex_hooks_remove_slot(set, &a);
    CHECK(!annex_hooks_has_slot(&a) && a == increment);
    annex_hooks_restore(set);
    CHECK(b == increment && !annex_hooks_has_slot(&b));
    return true;
}

static bool shared_slot(Error **errp)
{
    AnnexHookSet *first = annex_hooks_new("selftest");
    AnnexHookSet *second = annex_hooks_new("selftest");
    void (*a)(void) = increment;

    annex_hooks_add_slot(first, &a, decrement, "test", "a");
    annex_hooks_add_slot(second, &a, leave, "test", "a");
    CHECK(a == leave);
    CHECK(annex_hooks_next(&a, leave) == (void *)decrement);
    CHECK(annex_hooks_next(&a, decrement) == (void *)increment);

    /* The one below goes first. */
    annex_hooks_remove_slot(first, &a);
    CHECK(a == leave);
    CHECK(annex_hooks_next(&a, leave) == (void *)increment);
    annex_hooks_add_slot(first, &a, decrement, "test", "a");
    CHECK(annex_hooks_next(&a, decrement) == (void *)leave);

    /* And the one above. */
    annex_hooks_restore(first);
    CHECK(a == leave);
    annex_hooks_restore(second);
    CHECK(a == increment && !annex_hooks_has_slot(&a));
    return true;
}

static int releases;

static void count_release(Object *obj, void *state)
{
    releases += state == &releases;
}

static bool shadows(Error **errp)
{
    Object *obj = object_new("container");

    CHECK(!annex_shadow_get(obj, "a"));
    annex_shadow_set(obj, "a", &releases, count_release);
    annex_shadow_set(obj, "b", &releases, count_release);
    CHECK(annex_shadow_get(obj, "a") == &releases);
    annex_shadow_clear(obj, "a");
    CHECK(!annex_shadow_get(obj, "a") && releases == 1);
    annex_shadow_clear(obj, "a");
    CHECK(releases == 1);
    object_unref(obj);
    CHECK(releases == 2);
    return true;
}

static uint64_t stored, seen_read, seen_before, seen_after;

static uint64_t reg_read(void *opaque, hwaddr addr, unsigned size)
{
    return *(uint64_t *)opaque + addr;
}

static void reg_write(void *opaque, hwaddr addr, uint64_t value,
                      unsigned size)
{
    *(uint64_t *)opaque = value;
}

static const MemoryRegionOps reg_ops = {
    .read = reg_read, .write = reg_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
};

static void after_read(const AnnexRegionTap *tap, void *state,
                       hwaddr addr, uint64_t value, unsigned size)
{
    seen_read = state == &stored ? value : 0;
}

static void before_write(const AnnexRegionTap *tap, void *state,
                         hwaddr addr, uint64_t value, unsigned size)
{
    seen_before = *(uint64_t *)state;
}

static void after_write(const AnnexRegionTap *tap, void *state,
                        hwaddr addr, uint64_t value, unsigned size)
{
    seen_after = *(uint64_t *)state;
}

static const AnnexRegionTap tap = { after_read, before_write, after_write };

static bool taps(Error **errp)
{
    AnnexHookSet *set = annex_hooks_new("selftest");
    Object *owner = object_new("container");
    MemoryRegion *mr = g_new0(MemoryRegion, 1);
    uint64_t value = 0;

    stored = 0x10;
    memory_region_init_io(mr, owner, &reg_ops, &stored, "selftest", 8);
    annex_region_tap(set, mr, &tap);
    annex_region_tap(set, mr, &tap);
    CHECK(mr->ops != &reg_ops && annex_region_state(mr) == &stored);
    memory_region_dispatch_read(mr, 4, &value, MO_32, MEMTXATTRS_UNSPECIFIED);
    CHECK(value == 0x14 && seen_read == 0x14);
    memory_region_dispatch_write(mr, 0, 0x20, MO_32, MEMTXATTRS_UNSPECIFIED);
    CHECK(stored == 0x20 && seen_before == 0x10 && seen_after == 0x20);

    /* The region ends before the set, and takes its hooks along. */
    object_unparent(OBJECT(mr));
    CHECK(!annex_hooks_has_slot(&mr->ops));
    CHECK(mr->ops == &reg_ops && mr->opaque == &stored);
    annex_hooks_restore(set);
    object_unref(owner);
    g_free(mr);
    return true;
}

static bool start(Error **errp)
{
    return methods(errp) && slots(errp) && shared_slot(errp) && shadows(errp) &&
           taps(errp);
}

ANNEX_MODULE(.name = "selftest", .start = start)
