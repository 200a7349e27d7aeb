/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies files for tests of annex-check. */
#include "../qtest/falsify.h"
#include "check-files.h"
#include "host.h"

static char *copy(const char *from, const char *folder, const char *to)
{
    g_autoptr(Falsified) file = falsify_load(from);

    return falsify_save(file, folder, to);
}

static CheckFiles copy_files(const char *host, const char *module)
{
    g_autofree char *dir = g_path_get_dirname(module);
    g_autofree char *libannex = g_build_filename(dir, "libannex.so", NULL);
    CheckFiles files = { .folder = check_folder_new() };

    files.host = copy(host, files.folder, "qemu-system-spoilt");
    files.module = copy(module, files.folder, "annex-spoilt.so");
    files.libannex = copy(libannex, files.folder, "libannex.so");
    return files;
}

CheckFiles check_files_fake(void)
{
    g_autofree char *host = g_test_build_filename(G_TEST_BUILT, "fake-host",
                                                  NULL);
    g_autofree char *module = g_test_build_filename(G_TEST_BUILT,
                                                    "annex-fake.so", NULL);

    return copy_files(host, module);
}

CheckFiles check_files_true(void)
{
    return copy_files(test_host_qemu("x86_64"), test_host_plugin("unplug"));
}

void check_files_remove(CheckFiles *files)
{
    check_folder_remove(files->folder);
    g_free(files->host);
    g_free(files->module);
    g_free(files->libannex);
}

int check_files_judge(const CheckFiles *files)
{
    g_autoptr(CheckRun) run = check_run("--modules", files->module,
                                        files->host, NULL);

    return run->status;
}
