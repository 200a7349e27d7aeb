/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs annex-check in a process that may not run for long. */
#include "check-run.h"
#include "failure.h"

#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define SECONDS 20

static const char *program;

void check_init(int argc, char **argv)
{
    if (argc < 2) {
        test_fail("usage: %s ANNEX-CHECK", argv[0]);
    }
    program = argv[1];
}

/* In the new process, before annex-check. */
static void limit_time(void *opaque)
{
    struct rlimit limit = { SECONDS, SECONDS };

    setrlimit(RLIMIT_CPU, &limit);
}

static CheckRun *run_argv(char **argv)
{
    CheckRun *run = g_new0(CheckRun, 1);
    g_autoptr(GError) error = NULL;
    int status;

    g_spawn_sync(NULL, argv, NULL, 0, limit_time, NULL, &run->out, &run->err,
                 &status, &error);
    g_assert_no_error(error);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (run->status < 0 || run->status > 2 ||
        (run->status == 2 && !*run->err)) {
        g_autofree char *command = g_strjoinv(" ", argv);

        test_fail("%s: ended with 0x%x, and\n%s%s", command, status, run->out,
                  run->err);
    }
    return run;
}

CheckRun *check_run(const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *word;
    va_list ap;

    g_ptr_array_add(argv, (void *)program);
    va_start(ap, first);
    for (word = first; word; word = va_arg(ap, const char *)) {
        g_ptr_array_add(argv, (void *)word);
    }
    va_end(ap);
    g_ptr_array_add(argv, NULL);
    return run_argv((char **)argv->pdata);
}

void check_run_free(CheckRun *run)
{
    g_free(run->out);
    g_free(run->err);
    g_free(run);
}

JsonObject *check_verdict(const char *host, const char *module)
{
    g_autoptr(CheckRun) run = check_run("--json", "--modules", module, host,
                                        NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) root = json_from_string(run->out, &error);
    JsonArray *verdicts;
    JsonObject *verdict;

    g_assert_no_error(error);
    g_assert_cmpstr(run->err, ==, "");
    verdicts = json_node_get_array(root);
    g_assert_cmpuint(json_array_get_length(verdicts), ==, 1);
    verdict = json_array_get_object_element(verdicts, 0);
    g_assert_cmpint(run->status, ==,
                    !json_object_get_boolean_member(verdict, "loads"));
    g_assert_cmpstr(json_object_get_string_member(verdict, "binary"), ==,
                    host);
    g_assert_cmpstr(json_object_get_string_member(verdict, "path"), ==,
                    module);
    return json_object_ref(verdict);
}

/* The member @name, or NULL. */
static const char *text_of(JsonObject *verdict, const char *name)
{
    return json_object_has_member(verdict, name)
           ? json_object_get_string_member(verdict, name) : NULL;
}

void check_expect_loads(const char *host, const char *module,
                        const char *note)
{
    g_autoptr(JsonObject) verdict = check_verdict(host, module);

    g_assert_cmpstr(text_of(verdict, "reason"), ==, NULL);
    g_assert_cmpstr(text_of(verdict, "note"), ==, note);
    g_assert_true(json_object_get_boolean_member(verdict, "loads"));
}

void check_expect_refused(const char *host, const char *module,
                          const char *reason)
{
    g_autoptr(JsonObject) verdict = check_verdict(host, module);

    g_assert_cmpstr(text_of(verdict, "reason"), ==, reason);
    g_assert_cmpstr(text_of(verdict, "note"), ==, NULL);
    g_assert_false(json_object_get_boolean_member(verdict, "loads"));
}

char *check_folder_new(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("annex-check-XXXXXX", &error);

    g_assert_no_error(error);
    return folder;
}

void check_folder_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_remove(path);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_rmdir(folder);
    g_free(folder);
}
