/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module entry: options, then the ABI gate, then the module's hooks. */
#include "common/module.h"
#include "common/query-annex.h"

#include <dlfcn.h>

enum { MISMATCH_REFUSE, MISMATCH_SKIP };

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO }
Severity;

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

/* One line for the user, the host's way if the host has what that takes. */
static void report(Severity severity, const Loaded *l, const char *message)
{
    const char *name = l->module->name;

    if (!annex_abi_can_report()) {
        fprintf(stderr, "%s: %sannex-%s: %s\n", g_get_prgname(),
                severity == SEVERITY_WARNING ? "warning: " : "", name,
                message);
    } else if (severity == SEVERITY_ERROR) {
        error_report("annex-%s: %s", name, message);
    } else if (severity == SEVERITY_WARNING) {
        warn_report("annex-%s: %s", name, message);
    } else {
        info_report("annex-%s: %s", name, message);
    }
}

static bool read_options(Loaded *l, int argc, char **argv)
{
    g_autofree char *message = NULL;

    l->values = annex_options_parse(l->options, argc, argv, &message);
    if (!l->values) {
        report(SEVERITY_ERROR, l, message);
        return false;
    }
    return true;
}

/* Sets l->reason where the module is to stay inert. */
static bool pass_gate(Loaded *l, const AnnexImage *image)
{
    g_autofree char *message = NULL, *inert = NULL;

    if (annex_abi_check(image, &message)) {
        if (message) {
            report(SEVERITY_INFO, l, message);
        }
        return true;
    }
    if (l->on_mismatch == MISMATCH_SKIP) {
        inert = g_strconcat("inert: ", message, NULL);
        report(SEVERITY_WARNING, l, inert);
        l->reason = g_steal_pointer(&message);
        return true;
    }
    report(SEVERITY_ERROR, l, message);
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

bool annex_module_install(const AnnexModule *module, const AnnexImage *image,
                          int argc, char **argv)
{
    Loaded *l;

    l = g_new0(Loaded, 1);
    l->module = module;
    l->options = all_options(module, &l->on_mismatch);
    if (is_loaded(module->name)) {
        report(SEVERITY_ERROR, l, "loaded already");
        loaded_free(l);
        return false;
    }
    if (!read_options(l, argc, argv) || !pass_gate(l, image) || !start(l)) {
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
