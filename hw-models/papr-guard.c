/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR guards: connectors that a guest may still be about to let go. */
#include "hw-models/papr-guard.h"
#include "common/shadow.h"

#define SHADOW_KEY "papr-guard"

/* Mostly there are none, and a DIMM can have thousands of connectors. */
static unsigned guards;

static void on_release(Object *obj, void *state)
{
    guards--;
}

bool papr_guard_any(void)
{
    return guards;
}

PaprGuard papr_guard_of(SpaprDrc *drc)
{
    return guards ? GPOINTER_TO_INT(annex_shadow_get(OBJECT(drc), SHADOW_KEY))
                  : PAPR_GUARD_NONE;
}

void papr_guard_set(SpaprDrc *drc, PaprGuard guard)
{
    annex_shadow_clear(OBJECT(drc), SHADOW_KEY);
    if (guard != PAPR_GUARD_NONE) {
        guards++;
        annex_shadow_set(OBJECT(drc), SHADOW_KEY, GINT_TO_POINTER(guard),
                         on_release);
    }
}
