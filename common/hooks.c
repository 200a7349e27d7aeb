/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks: replaced function pointers of the host, and how to put them back. */
#include "common/hooks.h"
#include "common/host/qapi.h"

typedef struct Hook Hook;

struct Hook {
    void **slot;
    void *replacement;
    void *original;             /* maybe the replacement of @below */
    Hook *below;                /* of the same slot, interposed before; NULL */
    AnnexHookSet *set;
    const char *type;
    const char *method;
};

struct AnnexHookSet {
    const char *owner;
    GHashTable *hooks;          /* of Hook, by slot */
    GPtrArray *tables;          /* of const AnnexMethodHook * */
};

static GPtrArray *sets;
static GHashTable *all_hooks;   /* of Hook, the latest one, by slot */

AnnexHookSet *annex_hooks_new(const char *owner)
{
    AnnexHookSet *set = g_new0(AnnexHookSet, 1);

    if (!sets) {
        sets = g_ptr_array_new();
        all_hooks = g_hash_table_new(NULL, NULL);
    }
    set->owner = owner;
    set->hooks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    set->tables = g_ptr_array_new();
    g_ptr_array_add(sets, set);
    return set;
}

static Hook *hook_at(const void *slot)
{
    return all_hooks ? g_hash_table_lookup(all_hooks, slot) : NULL;
}

void annex_hooks_add_slot(AnnexHookSet *set, void *slot, void *replacement,
                          const char *type, const char *method)
{
    Hook *hook = g_new0(Hook, 1);

    g_assert(!g_hash_table_contains(set->hooks, slot));
    hook->slot = slot;
    hook->replacement = replacement;
    hook->original = *hook->slot;
    hook->below = hook_at(slot);
    hook->set = set;
    hook->type = type;
    hook->method = method;
    g_hash_table_insert(set->hooks, slot, hook);
    g_hash_table_insert(all_hooks, slot, hook);
    *hook->slot = replacement;
}

static void write_back(gpointer key, gpointer value, gpointer opaque)
{
    Hook *hook = value, *above = hook_at(hook->slot);

    if (above == hook) {
        *hook->slot = hook->original;
        if (hook->below) {
            g_hash_table_insert(all_hooks, hook->slot, hook->below);
        } else {
            g_hash_table_remove(all_hooks, hook->slot);
        }
        return;
    }
    while (above->below != hook) {
        above = above->below;
    }
    above->original = hook->original;
    above->below = hook->below;
}

void annex_hooks_remove_slot(AnnexHookSet *set, void *slot)
{
    write_back(slot, g_hash_table_lookup(set->hooks, slot), NULL);
    g_hash_table_remove(set->hooks, slot);
}

bool annex_hooks_has_slot(const void *slot)
{
    return hook_at(slot) != NULL;
}

void *annex_hooks_next(const void *slot, const void *replacement)
{
    const Hook *hook = hook_at(slot);

    while (hook->replacement != replacement) {
        hook = hook->below;
    }
    return hook->original;
}

void *annex_hooks_next_method(void *klass, size_t offset)
{
    ObjectClass *k = klass;

    /* A class younger than the hook has the replacement of its parent. */
    while (!annex_hooks_has_slot((char *)k + offset)) {
        k = object_class_get_parent(k);
        g_assert(k);
    }
    return hook_at((char *)k + offset)->original;
}

/* The slot of @m in @klass, or NULL when there is nothing to interpose. */
static void **method_slot(ObjectClass *klass, const AnnexMethodHook *m)
{
    ObjectClass *declared;
    void **slot;

    if (object_class_is_abstract(klass)) {
        return NULL;
    }
    declared = object_class_dynamic_cast(klass, m->type);
    if (!declared) {
        return NULL;
    }
    slot = (void **)((char *)declared + m->offset);
    return *slot && *slot != m->replacement ? slot : NULL;
}

typedef struct Scan {
    const AnnexMethodHook *table;
    GPtrArray *slots;
    GArray *methods;            /* index into the table, for each slot */
    GPtrArray *types;
} Scan;

static void scan_class(ObjectClass *klass, void *opaque)
{
    Scan *scan = opaque;
    unsigned i;

    for (i = 0; scan->table[i].type; i++) {
        void **slot = method_slot(klass, &scan->table[i]);

        if (slot) {
            g_ptr_array_add(scan->slots, slot);
            g_array_append_val(scan->methods, i);
            g_ptr_array_add(scan->types,
                            (void *)object_class_get_name(klass));
        }
    }
}

static void scan_begin(Scan *scan, const AnnexMethodHook *table)
{
    scan->table = table;
    scan->slots = g_ptr_array_new();
    scan->methods = g_array_new(false, false, sizeof(unsigned));
    scan->types = g_ptr_array_new();
}

static void scan_end(Scan *scan)
{
    g_ptr_array_unref(scan->slots);
    g_array_unref(scan->methods);
    g_ptr_array_unref(scan->types);
}

static bool scan_found(const Scan *scan, unsigned method)
{
    unsigned i;

    for (i = 0; i < scan->methods->len; i++) {
        if (g_array_index(scan->methods, unsigned, i) == method) {
            return true;
        }
    }
    return false;
}

static void scan_write(const Scan *scan, AnnexHookSet *set)
{
    unsigned i;

    for (i = 0; i < scan->slots->len; i++) {
        const AnnexMethodHook *m =
            &scan->table[g_array_index(scan->methods, unsigned, i)];

        g_assert(!annex_hooks_has_slot(scan->slots->pdata[i]));
        annex_hooks_add_slot(set, scan->slots->pdata[i], m->replacement,
                             scan->types->pdata[i], m->method);
    }
}

static void scan_late(ObjectClass *klass)
{
    unsigned i, j;

    for (i = 0; i < sets->len; i++) {
        AnnexHookSet *set = sets->pdata[i];

        for (j = 0; j < set->tables->len; j++) {
            Scan scan;

            scan_begin(&scan, set->tables->pdata[j]);
            scan_class(klass, &scan);
            scan_write(&scan, set);
            scan_end(&scan);
        }
    }
}

/* Modules of the host bring types after our scan; their devices tell us. */
static void on_realize(DeviceListener *listener, DeviceState *dev)
{
    scan_late(object_get_class(OBJECT(dev)));
}

/*
 * Those that a user asks for do so before they are there, so that the first
 * one's realize can be interposed as well.
 */
static bool on_hide(DeviceListener *listener, const QDict *opts,
                    bool from_json, Error **errp)
{
    const char *driver = opts ? qdict_get_try_str(opts, "driver") : NULL;
    ObjectClass *klass = driver ? object_class_by_name(driver) : NULL;

    if (klass) {
        scan_late(klass);
    }
    return false;
}

static DeviceListener listener = {
    .realize = on_realize,
    .hide_device = on_hide,
};

bool annex_hooks_add_methods(AnnexHookSet *set, const AnnexMethodHook *table,
                             Error **errp)
{
    static bool listening;
    unsigned i;
    bool ok = true;
    Scan scan;

    scan_begin(&scan, table);
    object_class_foreach(scan_class, TYPE_OBJECT, false, &scan);
    for (i = 0; table[i].type && ok; i++) {
        if (!scan_found(&scan, i)) {
            error_setg(errp, "no class of this host has method '%s' of '%s'",
                       table[i].method, table[i].type);
            ok = false;
        }
    }
    if (ok) {
        scan_write(&scan, set);
        g_ptr_array_add(set->tables, (void *)table);
        if (!listening) {
            listening = true;
            device_listener_register(&listener);
        }
    }
    scan_end(&scan);
    return ok;
}

void annex_hooks_restore(AnnexHookSet *set)
{
    g_hash_table_foreach(set->hooks, write_back, NULL);
    g_hash_table_destroy(set->hooks);
    g_ptr_array_unref(set->tables);
    g_ptr_array_remove(sets, set);
    g_free(set);
}

static void count(const AnnexHookSet *set, GHashTable *counts)
{
    GHashTableIter iter;
    Hook *hook;

    g_hash_table_iter_init(&iter, set->hooks);
    while (g_hash_table_iter_next(&iter, NULL, (void **)&hook)) {
        char *key = g_strconcat(hook->type, "\n", hook->method, NULL);
        unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));

        g_hash_table_replace(counts, key, GUINT_TO_POINTER(n + 1));
    }
}

void annex_hooks_foreach(const char *owner, AnnexHooksFn *fn, void *opaque)
{
    g_autoptr(GHashTable) counts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GList) keys = NULL;
    GList *l;
    unsigned i;

    for (i = 0; sets && i < sets->len; i++) {
        const AnnexHookSet *set = sets->pdata[i];

        if (!strcmp(set->owner, owner)) {
            count(set, counts);
        }
    }
    keys = g_list_sort(g_hash_table_get_keys(counts), (GCompareFunc)strcmp);
    for (l = keys; l; l = l->next) {
        g_auto(GStrv) names = g_strsplit(l->data, "\n", 2);

        fn(names[0], names[1],
           GPOINTER_TO_UINT(g_hash_table_lookup(counts, l->data)), opaque);
    }
}
