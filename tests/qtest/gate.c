/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts QEMU with modules that do not fit, and reads what it prints. */
#include <string.h>
#include "failure.h"
#include "gate.h"

TestVm *gate_vm(void)
{
    TestVm *vm = test_vm_new("gate");

    test_vm_args(vm, "-machine q35");
    test_vm_halt_rom(vm);
    return vm;
}

/* The answer of a QEMU without modules to query-version. */
static JsonObject *version(void)
{
    static JsonObject *answer;

    if (!answer) {
        TestVm *vm = gate_vm();

        test_vm_start(vm);
        answer = json_object_ref(qmp_ok(vm->qmp, "query-version", QMP_ANY));
        test_vm_quit(vm);
        test_vm_free(vm);
    }
    return answer;
}

const char *gate_host_package(void)
{
    return json_object_get_string_member(version(), "package");
}

const char *gate_host(void)
{
    JsonObject *n = json_object_get_object_member(version(), "qemu");
    g_autofree char *host = g_strdup_printf(
        "%d.%d.%d (%s)", (int)json_object_get_int_member(n, "major"),
        (int)json_object_get_int_member(n, "minor"),
        (int)json_object_get_int_member(n, "micro"), gate_host_package());

    return g_intern_string(host);
}

void gate_load(TestVm *vm, const char *path, const char *options)
{
    g_autofree char *value = g_strjoin(",", path, options, NULL);

    test_vm_arg(vm, "-plugin", value, NULL);
}

void gate_load_test_module(TestVm *vm, const char *name, const char *options)
{
    g_autofree char *dir = g_path_get_dirname(test_host_plugin("unplug"));
    g_autofree char *path = g_strdup_printf("%s/../tests/modules/annex-%s.so",
                                            dir, name);

    gate_load(vm, path, options);
}

/* The lines of @text in which @word is; free with g_ptr_array_free(). */
static GPtrArray *lines_with(const char *text, const char *word)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
    unsigned i;

    for (i = 0; lines[i]; i++) {
        if (strstr(lines[i], word)) {
            g_ptr_array_add(found, g_strdup(lines[i]));
        }
    }
    return found;
}

/* Of Annex there is @line, and as many lines after it as that. */
static void expect_lines(const char *text, const char *line, unsigned after)
{
    g_autoptr(GPtrArray) lines = lines_with(text, "annex");
    g_autofree char *expected = g_strconcat(
        "qemu-system-x86_64: ", line, NULL);

    if (lines->len != 1 + after || strcmp(lines->pdata[0], expected)) {
        test_fail("expected '%s', got '%s'", expected, text);
    }
    g_test_message("%s", expected);
}

void gate_expect_refused(TestVm *vm, const char *message)
{
    g_autofree char *text = test_vm_start_expect_failure(vm);
    g_autofree char *line = g_strconcat("annex-unplug: ", message, NULL);

    expect_lines(text, line, 1);
    if (!strstr(text, ": Could not load plugin ")) {
        test_fail("the host's loader did not end this: '%s'", text);
    }
}

static void expect_commands(TestVm *vm, bool commands)
{
    static const char *const names[] = {
        "query-annex", "query-unplug-requests",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        const QmpReply *reply = qmp_execute(vm->qmp, names[i], QMP_ANY);

        g_assert_cmpstr(reply->error_class, ==,
                        commands ? NULL : "CommandNotFound");
    }
}

void gate_expect_runs(TestVm *vm, const char *severity, const char *message,
                      bool commands)
{
    g_autofree char *line = g_strconcat(severity, "annex-unplug: ", message,
                                        NULL);
    g_autofree char *text = NULL;

    test_vm_start(vm);
    expect_commands(vm, commands);
    text = test_vm_stderr(vm);
    expect_lines(text, line, 0);
    test_vm_quit(vm);
}
