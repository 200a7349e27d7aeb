/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR commands: the host's connectors, as QMP shows them. */
#include "common/host/spapr.h"
#include "annex-papr-drc-qapi-commands.h"
#include "annex-papr-drc-qapi-init-commands.h"
#include "annex-papr-drc-qapi-introspect.h"
#include "common/hooks.h"
#include "common/qmp.h"
#include "hw-models/papr-commands.h"
#include "hw-models/papr-connectors.h"

static bool add(SpaprDrc *drc, void *opaque)
{
    PaprConnectorInfo *info;

    if (drc->dev) {
        info = g_new0(PaprConnectorInfo, 1);
        info->index = spapr_drc_index(drc);
        info->type = papr_connectors_type(drc);
        info->state = papr_connectors_word(papr_connectors_state(drc).state);
        info->path = g_strdup(drc->dev->canonical_path);
        info->unplug_requested = drc->unplug_requested;
        g_ptr_array_add(opaque, info);
    }
    return false;
}

static int by_index(const void *a, const void *b)
{
    const PaprConnectorInfo *const *left = a, *const *right = b;

    return (*left)->index < (*right)->index ? -1
                                            : (*left)->index > (*right)->index;
}

PaprConnectorInfoList *qmp_query_papr_connectors(Error **errp)
{
    PaprConnectorInfoList *list = NULL, **tail = &list;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    unsigned i;

    papr_connectors_all(add, all);
    g_ptr_array_sort(all, by_index);
    for (i = 0; i < all->len; i++) {
        QAPI_LIST_APPEND(tail, (PaprConnectorInfo *)all->pdata[i]);
    }
    return list;
}

bool papr_commands_start(Error **errp)
{
    return annex_qmp_add(annex_hooks_new("papr-drc"),
                         annex_papr_drc_qmp_init_marshal,
                         &annex_papr_drc_qmp_schema_qlit, errp);
}
