/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: slots that a module keeps for devices that are not there. */
#include "common/claims.h"

#include <glib.h>

typedef struct Claim {
    char *bus;
    char *id;
} Claim;

static GSList *claims;

static Claim *find(const char *bus, const char *id)
{
    GSList *l;

    for (l = claims; l; l = l->next) {
        Claim *c = l->data;

        if (!g_strcmp0(c->bus, bus) && !g_strcmp0(c->id, id)) {
            return c;
        }
    }
    return NULL;
}

void annex_claims_add(const char *bus, const char *id)
{
    Claim *c = g_new(Claim, 1);

    c->bus = g_strdup(bus);
    c->id = g_strdup(id);
    claims = g_slist_prepend(claims, c);
}

void annex_claims_remove(const char *bus, const char *id)
{
    Claim *c = find(bus, id);

    if (c) {
        claims = g_slist_remove(claims, c);
        g_free(c->bus);
        g_free(c->id);
        g_free(c);
    }
}

bool annex_claims_has(const char *bus, const char *id)
{
    return find(bus, id);
}

bool annex_claims_has_other(const char *bus, const char *id)
{
    GSList *l;

    for (l = claims; l; l = l->next) {
        const Claim *c = l->data;

        if (!g_strcmp0(c->bus, bus) && g_strcmp0(c->id, id)) {
            return true;
        }
    }
    return false;
}
