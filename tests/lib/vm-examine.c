/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processors of a guest that does not answer are at. */
#include <stdio.h>
#include "failure.h"
#include "vm.h"

/* Two looks at what stands still are the same. */
enum { LOOKS = 2, APART_US = 1000000 };

/* Floating point registers tell nothing here, and are most of all. */
static void print(FILE *file, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t i;

    for (i = 0; lines[i]; i++) {
        if (!g_regex_match_simple("^(FCW|(FP|[XYZ])[MR]+[0-9])", lines[i], 0,
                                  0)) {
            fprintf(file, "%s\n", lines[i]);
        }
    }
}

static void ask(TestVm *vm, FILE *file, const char *command)
{
    fprintf(file, "(qemu) %s\n", command);
    print(file, qmp_hmp(vm->qmp, "%s", command));
    fflush(file);
}

static void look(TestVm *vm, FILE *file)
{
    JsonArray *cpus = qmp_ok_array(vm->qmp, "query-cpus-fast", QMP_ANY);
    unsigned i;

    ask(vm, file, "info status");
    ask(vm, file, "info registers -a");
    ask(vm, file, "info pic");
    for (i = 0; i < json_array_get_length(cpus); i++) {
        g_autofree char *lapic = g_strdup_printf("info lapic %u", i);

        ask(vm, file, lapic);
    }
}

void test_vm_examine(TestVm *vm)
{
    g_autofree char *path = g_build_filename(vm->dir, "examined.log", NULL);
    g_autofree char *title = g_strdup_printf("%s examined", vm->name);
    FILE *file = fopen(path, "we");
    int i;

    if (!file) {
        return;
    }
    test_failure_log_add(title, path);
    for (i = 0; i < LOOKS; i++) {
        look(vm, file);
        g_usleep(APART_US);
    }
    fclose(file);
}
