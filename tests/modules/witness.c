/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-witness: loads a module, and tells what that changed in QEMU. */
#include "witness.h"
#include "tests/modules/plugin.h"

#include <sys/wait.h>

/*
 * -plugin annex-witness.so,module=PATH[,OPTION...]: the options are the
 * module's.  It brings its own libannex.so, and the dynamic linker would take
 * one that is there already, by its name.
 */

typedef int InstallFn(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                      char **argv);

/* The module's, by what the host's loader does (plugins/loader.c, 7.2). */
static InstallFn *open_module(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    return handle ? (InstallFn *)dlsym(handle, "qemu_plugin_install") : NULL;
}

/* The exit code of the process that tries it. */
static int try_module(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                      char **argv)
{
    const char *path = argc ? argv[0] + strlen("module=") : "";
    GArray *before = witness_look();
    InstallFn *install = open_module(path);
    int result;

    if (!before || !install) {
        error_report("annex-witness: %s", install ? "QEMU's types have "
                     "another layout" : dlerror());
        return 1;
    }
    result = install(id, info, argc - 1, argv + 1);
    if (witness_compare(before)) {
        return 1;
    }
    info_report("annex-witness: install returned %d, of %zu bytes none has "
                "changed", result, witness_size(before));
    return 0;
}

/*
 * In a child, which has no thread but this one: QEMU's RCU thread writes to
 * its own variables when it likes.
 */
QEMU_PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                    char **argv)
{
    pid_t child = fork();
    int status = -1;

    if (!child) {
        _exit(try_module(id, info, argc, argv));
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status) {
        error_report("annex-witness: the child ended with status %d", status);
        return -1;
    }
    return 0;
}
