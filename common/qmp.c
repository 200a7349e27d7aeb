/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP: our commands join the host's list, our schema the host's answer. */
#include "common/qmp.h"

static GPtrArray *schemas;      /* of const QLitObject * */
static QmpCommand *schema_command;

static GHashTable *names_of(QList *schema)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal,
                                              g_free, NULL);
    const QListEntry *e;

    QLIST_FOREACH_ENTRY(schema, e) {
        QDict *entity = qobject_to(QDict, qlist_entry_obj(e));

        g_hash_table_add(names, g_strdup(qdict_get_str(entity, "name")));
    }
    return names;
}

/* Built-in types are in every schema; ours are not masked as numbers. */
static void merge(QList *into, const QLitObject *schema)
{
    QObject *obj = qobject_from_qlit(schema);
    g_autoptr(GHashTable) names = names_of(into);
    const QListEntry *e;

    QLIST_FOREACH_ENTRY(qobject_to(QList, obj), e) {
        QObject *entity = qlist_entry_obj(e);
        const char *name = qdict_get_str(qobject_to(QDict, entity), "name");

        if (!g_hash_table_contains(names, name)) {
            qlist_append_obj(into, qobject_ref(entity));
        }
    }
    qobject_unref(obj);
}

static void query_qmp_schema(QDict *args, QObject **ret, Error **errp)
{
    QmpCommandFunc *next = annex_hooks_next(&schema_command->fn,
                                            query_qmp_schema);
    QList *list;
    unsigned i;

    next(args, ret, errp);
    list = *ret ? qobject_to(QList, *ret) : NULL;
    for (i = 0; list && i < schemas->len; i++) {
        merge(list, schemas->pdata[i]);
    }
}

static bool hook_schema(AnnexHookSet *set, Error **errp)
{
    /* The host offers no other way to replace a command's function. */
    schema_command = (QmpCommand *)qmp_find_command(&qmp_commands,
                                                    "query-qmp-schema");
    if (!schema_command) {
        error_setg(errp, "this QEMU has no command 'query-qmp-schema'");
        return false;
    }
    schemas = g_ptr_array_new();
    annex_hooks_add_slot(set, &schema_command->fn, query_qmp_schema,
                         "query-qmp-schema", "fn");
    return true;
}

/* Whether the host has none of @commands. */
static bool names_are_free(const QmpCommandList *commands, Error **errp)
{
    const QmpCommand *cmd;

    QTAILQ_FOREACH(cmd, commands, node) {
        if (qmp_find_command(&qmp_commands, cmd->name)) {
            error_setg(errp, "this QEMU has a command '%s' of its own",
                       cmd->name);
            return false;
        }
    }
    return true;
}

bool annex_qmp_add(AnnexHookSet *set,
                   void (*init_marshal)(QmpCommandList *),
                   const QLitObject *schema, Error **errp)
{
    QmpCommandList ours;
    QmpCommand *cmd, *next;
    bool ok;

    init_marshal(&ours);
    ok = names_are_free(&ours, errp) &&
         (schema_command || hook_schema(set, errp));
    QTAILQ_FOREACH_SAFE(cmd, &ours, node, next) {
        if (ok) {
            annex_host_qmp_register(&qmp_commands, cmd);
        }
        g_free(cmd);
    }
    if (ok) {
        g_ptr_array_add(schemas, (void *)schema);
    }
    return ok;
}
