/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-tcg-map: a TCG that finds its devices while the memory map changes. */
#include "common/host/memory.h"
#include "common/host/tcg.h"
#include "exec/address-spaces.h"
#include "tests/modules/plugin.h"

/*
 * In a processor's TLB a page of a device has the number of its section in
 * the memory map.  When the map changes, the numbers do, and the TLB is
 * flushed by each processor for itself, a moment later (tcg_commit(),
 * system/physmem.c; softmmu/physmem.c in 7.2).  What it does to a device
 * until then, another device gets, or QEMU ends of an assertion
 * (iotlb_to_section()).  The device of most accesses is the interrupt
 * controller: an interrupt that is never acknowledged leaves a guest hanging.
 * The map changes with each BAR that a guest programs, with a device that is
 * plugged or removed, and when a migration begins or ends.
 *
 * So have all processors out of the guest's code before the map changes.
 * They wait for the BQL then, which whoever changes the map has, and flush
 * before they go on.
 */

enum { LOOK_US = 20, MOST_LOOKS = 50000 };

/*
 * Whether the thread sleeps: in the guest's code that is for the BQL, for an
 * access whose section has been looked up already.
 */
static bool sleeps(const CPUState *cpu)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/stat",
                                            cpu->thread_id);
    g_autofree char *stat = NULL;
    const char *state;

    if (!g_file_get_contents(path, &stat, NULL, NULL)) {
        return true;
    }
    /* "ID (NAME) STATE", and a name may have anything in it. */
    state = strrchr(stat, ')');
    return state && state[1] && state[2] == 'S';
}

static void wait_until_out(const CPUState *cpu)
{
    int looks;

    for (looks = 0; looks < MOST_LOOKS; looks++) {
        if (!qatomic_read(&cpu->running) || sleeps(cpu)) {
            break;
        }
        g_usleep(LOOK_US);
    }
}

/* With the BQL held, before the map is another. */
static void before_change(MemoryListener *listener)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        if (!qemu_cpu_is_self(cpu)) {
            cpu_exit(cpu);
        }
    }
    CPU_FOREACH(cpu) {
        if (!qemu_cpu_is_self(cpu)) {
            wait_until_out(cpu);
        }
    }
}

/* The processor that changes it goes on with the code that it is at. */
static void after_change(MemoryListener *listener)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        if (qemu_cpu_is_self(cpu)) {
            tlb_flush(cpu);
        }
    }
}

static MemoryListener listener = {
    .name = "annex-tcg-map",
    .begin = before_change,
    .commit = after_change,
};

QEMU_PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                    char **argv)
{
    memory_listener_register(&listener, &address_space_memory);
    return 0;
}
