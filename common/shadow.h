/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shadow state: what a module knows about a host object, freed with it. */
#ifndef ANNEX_SHADOW_H
#define ANNEX_SHADOW_H

#include "common/host/qdev.h"

/*
 * Kept as a QOM property "annex-KEY" without accessors, whose release
 * function is @release (qom/object.c, object_property_del_all()).  @release
 * runs when the object is finalized, before the object's own
 * instance_finalize, under the BQL, in the main thread, a vCPU thread or
 * the RCU thread; the object must not be referenced from it.
 *
 * All functions: under the BQL.
 */
typedef void AnnexShadowRelease(Object *obj, void *state);

/* Attach @state to @obj.  The key must be free. */
void annex_shadow_set(Object *obj, const char *key, void *state,
                      AnnexShadowRelease *release);

/* The state attached under @key, or NULL. */
void *annex_shadow_get(Object *obj, const char *key);

/* Detach and release now what is attached under @key, if anything. */
void annex_shadow_clear(Object *obj, const char *key);

#endif
