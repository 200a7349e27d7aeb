/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-tcg-dirty: a TCG of 7.2 that migrates all that its guest writes. */
#include "common/host/memory.h"
#include "common/host/tcg.h"
#include "exec/address-spaces.h"
#include "tests/modules/plugin.h"

/*
 * In each pass of a migration QEMU takes the bitmap of what was written, and
 * clears it (cpu_physical_memory_sync_dirty_bitmap(), include/exec/ram_addr.h).
 * TCG notes in a processor's TLB that a page is marked there, to write to it
 * directly from then on.  10.0 has it forget the pages that it clears, 7.2
 * has not: what the guest writes to them from the second pass on is lost,
 * unless the TLB is flushed for another reason.
 *
 * So flush it, before pages are sent again.  What is written between the
 * clearing and the flush goes with the page's copy of this pass, for only a
 * page that was marked can be written to directly.
 */

/* In @cpu's thread. */
static void flush(CPUState *cpu, run_on_cpu_data data)
{
    tlb_flush(cpu);
}

/* With the BQL held, which run_on_cpu() drops while it waits. */
static void after_sync(MemoryListener *listener)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        run_on_cpu(cpu, flush, RUN_ON_CPU_NULL);
    }
}

static MemoryListener listener = {
    .name = "annex-tcg-dirty",
    .log_global_after_sync = after_sync,
};

QEMU_PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                    char **argv)
{
    memory_listener_register(&listener, &address_space_memory);
    return 0;
}
