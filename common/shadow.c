/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shadow state, kept as properties of the host's objects. */
#include "common/shadow.h"

typedef struct Shadow {
    void *state;
    AnnexShadowRelease *release;
} Shadow;

static void property_release(Object *obj, const char *name, void *opaque)
{
    Shadow *shadow = opaque;

    shadow->release(obj, shadow->state);
    g_free(shadow);
}

static ObjectProperty *find(Object *obj, const char *key)
{
    g_autofree char *name = g_strconcat("annex-", key, NULL);

    return object_property_find(obj, name);
}

void annex_shadow_set(Object *obj, const char *key, void *state,
                      AnnexShadowRelease *release)
{
    g_autofree char *name = g_strconcat("annex-", key, NULL);
    Shadow *shadow = g_new0(Shadow, 1);

    shadow->state = state;
    shadow->release = release;
    object_property_add(obj, name, "annex-shadow", NULL, NULL,
                        property_release, shadow);
}

void *annex_shadow_get(Object *obj, const char *key)
{
    ObjectProperty *prop = find(obj, key);

    return prop ? ((Shadow *)prop->opaque)->state : NULL;
}

void annex_shadow_clear(Object *obj, const char *key)
{
    ObjectProperty *prop = find(obj, key);

    if (prop) {
        object_property_del(obj, prop->name);
    }
}
