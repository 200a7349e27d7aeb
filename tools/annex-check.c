/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-check: would these QEMUs load these modules?  docs/annex-check.rst */
#include "find.h"
#include "report.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

enum { ALL_LOAD, SOME_REFUSE, TROUBLE };

/* The command line. */
static char **binaries, **folders, **names;
static gboolean any, json, quiet, version;

static const GOptionEntry entries[] = {
    { "modules", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &folders,
      "Modules to check: a folder, or one file (default: "
      ANNEX_MODULE_DIR ")", "PATH" },
    { "module", 'n', 0, G_OPTION_ARG_STRING_ARRAY, &names,
      "Of these, only annex-NAME.so", "NAME" },
    { "any", 'a', 0, G_OPTION_ARG_NONE, &any,
      "One module that loads is enough for a binary", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json,
      "Print an array of JSON objects", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
      "Print errors only", NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &version,
      "Print the version of Annex", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &binaries,
      NULL, "[BINARY...]" },
    {}
};

static const char summary[] =
    "Tells whether QEMU loads the modules of Annex, without running it.\n"
    "BINARY is a QEMU system emulator; by default all that are installed.";

static const char description[] =
    "Exit status:\n"
    "  0  every module loads in every binary (--any: one of them does)\n"
    "  1  a binary refuses a module (--any: every module)\n"
    "  2  a wrong option, a file that cannot be read, nothing to check\n";

static int trouble(const char *name, const char *why)
{
    fprintf(stderr, "annex-check: %s: %s\n", name, why);
    return TROUBLE;
}

/* The larger number is the worse news. */
static int worse(int a, int b)
{
    return MAX(a, b);
}

static bool parse_options(int *argc, char ***argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        fprintf(stderr, "annex-check: %s\n", error->message);
        return false;
    }
    return true;
}

/* Whether --module @wanted, with or without "annex-", is @name. */
static bool is_called(const char *name, const char *wanted)
{
    return g_str_equal(name, wanted) ||
           (g_str_has_prefix(name, "annex-") &&
            g_str_equal(name + strlen("annex-"), wanted));
}

static bool is_wanted(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    char **wanted;

    if (g_str_has_suffix(name, ".so")) {
        name[strlen(name) - strlen(".so")] = 0;
    }
    for (wanted = names; wanted && *wanted; wanted++) {
        if (is_called(name, *wanted)) {
            return true;
        }
    }
    return !names;
}

static int open_modules_of(const char *folder, GPtrArray *modules)
{
    g_autofree char *message = NULL;
    g_autoptr(GPtrArray) paths = find_modules(folder, &message);
    int status = ALL_LOAD;
    unsigned i;

    if (!paths) {
        return trouble(folder, message);
    }
    for (i = 0; i < paths->len; i++) {
        g_autofree char *why = NULL;
        ModuleFile *module;

        if (!is_wanted(paths->pdata[i])) {
            continue;
        }
        module = module_file_open(paths->pdata[i], &why);
        if (module) {
            g_ptr_array_add(modules, module);
        } else {
            status = trouble(paths->pdata[i], why);
        }
    }
    return status;
}

/* A --module that there is none of is a mistake, and not a success. */
static int check_names(const GPtrArray *modules)
{
    char **wanted;
    unsigned i;

    for (wanted = names; wanted && *wanted; wanted++) {
        for (i = 0; i < modules->len; i++) {
            const ModuleFile *module = modules->pdata[i];

            if (is_called(module->name, *wanted)) {
                break;
            }
        }
        if (i == modules->len) {
            return trouble(*wanted, "there is no such module to check");
        }
    }
    return modules->len ? ALL_LOAD : trouble("modules", "there are none");
}

static int open_modules(GPtrArray *modules)
{
    static char *standard[] = { (char *)ANNEX_MODULE_DIR, NULL };
    char **folder;
    int status = ALL_LOAD;

    for (folder = folders ?: standard; *folder; folder++) {
        status = worse(status, open_modules_of(*folder, modules));
    }
    return status ?: check_names(modules);
}

/* The name, or the path of one that is not the only one with its name. */
static const char *label(const GPtrArray *modules, const ModuleFile *module)
{
    unsigned i;

    for (i = 0; i < modules->len; i++) {
        const ModuleFile *other = modules->pdata[i];

        if (other != module && g_str_equal(other->name, module->name)) {
            return module->path;
        }
    }
    return module->name;
}

static int check_host(const char *path, const GPtrArray *modules,
                      Report *report)
{
    g_autofree char *why = NULL;
    g_autoptr(HostFile) host = host_file_open(path, &why);
    unsigned i, loaded = 0;

    if (!host) {
        return trouble(path, why);
    }
    for (i = 0; i < modules->len; i++) {
        Verdict *verdict = verdict_new(host, modules->pdata[i]);

        report_verdict(report, verdict, label(modules, modules->pdata[i]));
        loaded += verdict->loads;
        verdict_free(verdict);
    }
    return loaded >= (any ? 1 : modules->len) ? ALL_LOAD : SOME_REFUSE;
}

static int check_hosts(char **paths, const GPtrArray *modules)
{
    Report *report = report_new(quiet ? REPORT_NOTHING :
                                json ? REPORT_JSON : REPORT_TEXT);
    int status = ALL_LOAD;

    for (; *paths; paths++) {
        status = worse(status, check_host(*paths, modules, report));
    }
    if (!report_end(report)) {
        status = trouble("stdout", "cannot be written");
    }
    return status;
}

static int check_installed(const GPtrArray *modules)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) paths = find_hosts(others);
    unsigned i;

    for (i = 0; i < others->len && !quiet; i++) {
        trouble(others->pdata[i], "not an ELF file, passed over");
    }
    if (!paths->len) {
        return trouble("QEMU", "none is installed");
    }
    g_ptr_array_add(paths, NULL);
    return check_hosts((char **)paths->pdata, modules);
}

static int check(void)
{
    g_autoptr(GPtrArray) modules = g_ptr_array_new_with_free_func(
        (GDestroyNotify)module_file_free);
    int status = open_modules(modules);

    if (!modules->len) {
        return TROUBLE;
    }
    return worse(status, binaries ? check_hosts(binaries, modules)
                                  : check_installed(modules));
}

int main(int argc, char **argv)
{
    int status = TROUBLE;

    setlocale(LC_ALL, "");
    if (parse_options(&argc, &argv)) {
        if (version) {
            puts("annex-check " ANNEX_VERSION);
        }
        status = version ? ALL_LOAD : check();
    }
    g_strfreev(binaries);
    g_strfreev(folders);
    g_strfreev(names);
    return status;
}
