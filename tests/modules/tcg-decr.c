/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-tcg-decr: a TCG whose PowerPC guests keep their clock when moved. */
#include "common/host/run.h"
#include "common/host/tcg.h"
#include "tests/modules/plugin.h"

/*
 * TCG does not migrate the decrementer (hw/ppc/ppc.c, 7.2 and 10.0): that of
 * the destination never comes to its end, and a guest that had set it before
 * waits for its next clock interrupt for ever.  One that slept with its clock
 * stopped sets it when it wakes.
 *
 * So have it come to its end as soon as the guest runs.  A guest that finds
 * that it is too early sets it again (Linux, timer_interrupt()).
 */

/* Of hw/ppc/ppc.c; its header is for the target's own files. */
void cpu_ppc_store_decr(CPUArchState *env, uint64_t value);

/* In the main thread, under the BQL, before the processors run. */
static void on_run_state(void *opaque, bool running, RunState state)
{
    static bool done;
    CPUState *cpu;

    if (!running || done) {
        return;
    }
    done = true;
    CPU_FOREACH(cpu) {
        cpu_ppc_store_decr(annex_host_cpu_env(cpu), 1000);
    }
}

QEMU_PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                    char **argv)
{
    qemu_add_vm_change_state_handler(on_run_state, NULL);
    return 0;
}
