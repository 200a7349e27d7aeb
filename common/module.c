/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module entry: options, then the ABI gate, then the module's hooks. */
#include "common/module.h"
#include "common/query-annex.h"

#include <dlfcn.h>

enum { MISMATCH_REFUSE, MISMATCH_SKIP };

static const char *const mismatch_choices[] = { "refuse", "skip", NULL };

typedef struct Loaded {
    const AnnexModule *module;
    AnnexOption *options;       /* the module's, and those of every module */
    char **values;
    char *reason;
    int on_mismatch;
} Loaded;

static GPtrArray *loaded;

/* The module's options and our own as one table. */
static AnnexOption *all_options(const AnnexModule *module, int *on_mismatch)
{
    GArray *table = g_array_new(true, true, sizeof(AnnexOption));
    AnnexOption own = {
        .name = "on-mismatch", .type = ANNEX_OPTION_CHOICE, .def = "refuse",
        .choices = mismatch_choices, .value = on_mismatch,
    };
    const AnnexOption *o;

    for (o = module->options; o && o->name; o++) {
        g_array_append_val(table, *o);
    }
    g_array_append_val(table, own);
    return (AnnexOption *)g_array_free(table, false);
}

static void loaded_free(Loaded *l)
{
    g_free(l->options);
    g_strfreev(l->values);
    g_free(l->reason);
    g_free(l);
}

static bool is_loaded(const char *name)
{
    unsigned i;

    for (i = 0; loaded && i < loaded->len; i++) {
        if (!strcmp(((Loaded *)loaded->pdata[i])->module->name, name)) {
            return true;
        }
    }
    return false;
}

static bool read_options(Loaded *l, int argc, char **argv)
{
    g_autofree char *message = NULL;

    l->values = annex_options_parse(l->options, argc, argv, &message);
    if (!l->values) {
        error_report("annex-%s: %s", l->module->name, message);
        return false;
    }
    return true;
}

/* Sets l->reason where the module is to stay inert. */
static bool pass_gate(Loaded *l)
{
    g_autofree char *note = NULL;
    Error *err = NULL;

    if (annex_abi_check(l->module->types, &note, &err)) {
        if (note) {
            info_report("annex-%s: %s", l->module->name, note);
        }
        return true;
    }
    if (l->on_mismatch == MISMATCH_SKIP) {
        l->reason = g_strdup(error_get_pretty(err));
        warn_report("annex-%s: inert: %s", l->module->name, l->reason);
        error_free(err);
        return true;
    }
    error_reportf_err(err, "annex-%s: ", l->module->name);
    return false;
}

static bool start(const Loaded *l)
{
    Error *err = NULL;

    if (l->reason) {
        return true;
    }
    if (!query_annex_start(l->module->name, &err) || !l->module->start(&err)) {
        error_reportf_err(err, "annex-%s: ", l->module->name);
        return false;
    }
    return true;
}

bool annex_module_install(const AnnexModule *module, int argc, char **argv)
{
    Loaded *l;

    if (is_loaded(module->name)) {
        error_report("annex-%s: loaded already", module->name);
        return false;
    }
    l = g_new0(Loaded, 1);
    l->module = module;
    l->options = all_options(module, &l->on_mismatch);
    if (!read_options(l, argc, argv) || !pass_gate(l) || !start(l)) {
        loaded_free(l);
        return false;
    }
    if (!loaded) {
        loaded = g_ptr_array_new();
    }
    g_ptr_array_add(loaded, l);
    return true;
}

void annex_module_foreach(AnnexModuleFn *fn, void *opaque)
{
    unsigned i;

    for (i = 0; loaded && i < loaded->len; i++) {
        const Loaded *l = loaded->pdata[i];
        AnnexModuleView view = {
            .name = l->module->name, .path = "", .options = l->options,
            .values = l->values, .reason = l->reason,
        };
        Dl_info info;

        if (dladdr(l->module, &info)) {
            view.path = info.dli_fname;
        }
        fn(&view, opaque);
    }
}
