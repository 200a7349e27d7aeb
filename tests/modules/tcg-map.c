/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-tcg-map: a TCG that finds its devices while the memory map changes. */
#include "common/host/bql.h"
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
 * The processors that wait for the BQL.  In the guest's code that is for an
 * access whose section has been looked up already.  A processor that sleeps
 * may wait for something else, and not be out: for TCG's lock of translated
 * code, say, on its way to an access that it makes without a look at requests
 * (cpu_io_recompile(), accel/tcg/translate-all.c, 10.0).
 */
static GMutex lock;
static GHashTable *waiting;
static QemuMutexLockFunc lock_bql;

static void set_waiting(CPUState *cpu, bool waits)
{
    g_mutex_lock(&lock);
    if (waits) {
        g_hash_table_add(waiting, cpu);
    } else {
        g_hash_table_remove(waiting, cpu);
    }
    g_mutex_unlock(&lock);
}

static bool is_waiting(CPUState *cpu)
{
    bool waits;

    g_mutex_lock(&lock);
    waits = g_hash_table_contains(waiting, cpu);
    g_mutex_unlock(&lock);
    return waits;
}

static void lock_bql_and_tell(QemuMutex *bql, const char *file, int line)
{
    CPUState *cpu = current_cpu;

    if (!cpu) {
        lock_bql(bql, file, line);
        return;
    }
    set_waiting(cpu, true);
    lock_bql(bql, file, line);
    set_waiting(cpu, false);
}

static void wait_until_out(CPUState *cpu)
{
    int looks;

    for (looks = 0; looks < MOST_LOOKS; looks++) {
        if (!qatomic_read(&cpu->running) || is_waiting(cpu)) {
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
    QemuMutexLockFunc *func = annex_host_bql_lock_func();

    waiting = g_hash_table_new(NULL, NULL);
    lock_bql = *func;
    qatomic_set(func, lock_bql_and_tell);
    memory_listener_register(&listener, &address_space_memory);
    return 0;
}
