/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query-annex: which modules are there, in which host, with which hooks. */
#include "common/query-annex.h"
#include "annex-qapi-commands.h"
#include "annex-qapi-init-commands.h"
#include "annex-qapi-introspect.h"
#include "common/hooks.h"
#include "common/module.h"
#include "common/qmp.h"
#include "qapi/qapi-commands-control.h"

static void add_hook(const char *type, const char *method, unsigned copies,
                     void *opaque)
{
    AnnexHookInfoList ***tail = opaque;
    AnnexHookInfo *info = g_new0(AnnexHookInfo, 1);

    info->q_class = g_strdup(type);
    info->method = g_strdup(method);
    info->count = copies;
    QAPI_LIST_APPEND(*tail, info);
}

static QObject *options_of(const AnnexModuleView *view)
{
    QDict *dict = qdict_new();
    unsigned i;

    for (i = 0; view->options[i].name; i++) {
        qdict_put_str(dict, view->options[i].name, view->values[i]);
    }
    return QOBJECT(dict);
}

static void add_module(const AnnexModuleView *view, void *opaque)
{
    AnnexModuleInfoList ***tail = opaque;
    AnnexModuleInfo *info = g_new0(AnnexModuleInfo, 1);
    AnnexHookInfoList **hooks = &info->hooks;

    info->name = g_strdup(view->name);
    info->path = g_strdup(view->path);
    info->options = options_of(view);
    annex_hooks_foreach(view->name, add_hook, &hooks);
    info->state = view->reason ? ANNEX_MODULE_STATE_INERT
                               : ANNEX_MODULE_STATE_ACTIVE;
    ANNEX_SET_OPT_POINTER(info, reason, g_strdup(view->reason));
    QAPI_LIST_APPEND(*tail, info);
}

AnnexInfo *qmp_query_annex(Error **errp)
{
    const AnnexBuild *build = annex_abi_build();
    g_autoptr(VersionInfo) version = qmp_query_version(&error_abort);
    AnnexInfo *info = g_new0(AnnexInfo, 1);
    AnnexModuleInfoList **tail = &info->modules;

    info->version = g_strdup(build->annex_version);
    info->host = g_new0(AnnexHostInfo, 1);
    info->host->built_for = g_strdup(build->host_version);
    info->host->built_for_package = g_strdup(build->host_package);
    info->host->found = annex_abi_host_version(version);
    info->host->package = g_strdup(version->package);
    annex_module_foreach(add_module, &tail);
    return info;
}

bool query_annex_start(const char *owner, Error **errp)
{
    static bool started;

    if (!started) {
        started = annex_qmp_add(annex_hooks_new(owner),
                                annex_qmp_init_marshal,
                                &annex_qmp_schema_qlit, errp);
    }
    return started;
}
