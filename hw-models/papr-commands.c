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

static PaprConnectorType type_of(SpaprDrc *drc)
{
    switch (spapr_drc_type(drc)) {
    case SPAPR_DR_CONNECTOR_TYPE_CPU:
        return PAPR_CONNECTOR_TYPE_CPU;
    case SPAPR_DR_CONNECTOR_TYPE_PHB:
        return PAPR_CONNECTOR_TYPE_PHB;
    case SPAPR_DR_CONNECTOR_TYPE_VIO:
        return PAPR_CONNECTOR_TYPE_VIO;
    case SPAPR_DR_CONNECTOR_TYPE_LMB:
        return PAPR_CONNECTOR_TYPE_LMB;
    case SPAPR_DR_CONNECTOR_TYPE_PMEM:
        return PAPR_CONNECTOR_TYPE_PMEM;
    default:
        return PAPR_CONNECTOR_TYPE_PCI;
    }
}

static PaprConnectorState state_of(const SpaprDrc *drc)
{
    switch (papr_connectors_state(drc).state) {
    case PAPR_DRC_UNUSABLE:
        return PAPR_CONNECTOR_STATE_UNUSABLE;
    case PAPR_DRC_AVAILABLE:
        return PAPR_CONNECTOR_STATE_AVAILABLE;
    case PAPR_DRC_POWERON:
        return PAPR_CONNECTOR_STATE_POWERON;
    case PAPR_DRC_UNISOLATE:
        return PAPR_CONNECTOR_STATE_UNISOLATE;
    case PAPR_DRC_CONFIGURED:
        break;
    }
    return PAPR_CONNECTOR_STATE_CONFIGURED;
}

static bool add(SpaprDrc *drc, void *opaque)
{
    PaprConnectorInfo *info;

    if (drc->dev) {
        info = g_new0(PaprConnectorInfo, 1);
        info->index = spapr_drc_index(drc);
        info->type = type_of(drc);
        info->state = state_of(drc);
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
