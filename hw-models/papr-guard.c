/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR guards: connectors that a guest may still be about to let go. */
#include "hw-models/papr-guard.h"
#include "common/shadow.h"

#define SHADOW_KEY "papr-guard"

static void on_release(Object *obj, void *state)
{
}

PaprGuard papr_guard_of(SpaprDrc *drc)
{
    return GPOINTER_TO_INT(annex_shadow_get(OBJECT(drc), SHADOW_KEY));
}

void papr_guard_set(SpaprDrc *drc, PaprGuard guard)
{
    annex_shadow_clear(OBJECT(drc), SHADOW_KEY);
    if (guard != PAPR_GUARD_NONE) {
        annex_shadow_set(OBJECT(drc), SHADOW_KEY, GINT_TO_POINTER(guard),
                         on_release);
    }
}
