/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-insn-count: how many instructions the guest has executed, in a file. */
#include "tests/modules/plugin.h"

#include <sys/mman.h>

/* The option to=FILE names a file of eight bytes, which is mapped. */
static uint64_t *count;

/* In a vCPU's thread, before the block is executed. */
static void on_exec(unsigned int vcpu, void *instructions)
{
    __atomic_fetch_add(count, (uintptr_t)instructions, __ATOMIC_RELAXED);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    qemu_plugin_register_vcpu_tb_exec_cb(
        tb, on_exec, QEMU_PLUGIN_CB_NO_REGS,
        (void *)(uintptr_t)qemu_plugin_tb_n_insns(tb));
}

QEMU_PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                    char **argv)
{
    int fd = argc == 1 && g_str_has_prefix(argv[0], "to=")
             ? open(argv[0] + strlen("to="), O_RDWR | O_CLOEXEC) : -1;

    if (fd < 0) {
        return -1;
    }
    count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                 0);
    close(fd);
    if (count == MAP_FAILED) {
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
