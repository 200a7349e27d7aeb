/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File descriptors of a QEMU, by what they are. */
#include <string.h>
#include <unistd.h>
#include "vm.h"

unsigned test_vm_userfaultfds(TestVm *vm)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)vm->pid);
    GDir *dir = g_dir_open(path, 0, NULL);
    unsigned count = 0;
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *fd = g_build_filename(path, name, NULL);
        char target[64] = "";

        if (readlink(fd, target, sizeof(target) - 1) > 0 &&
            strstr(target, "[userfaultfd]")) {
            count++;
        }
    }
    g_dir_close(dir);
    return count;
}
