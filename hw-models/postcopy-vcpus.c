/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy vCPUs: asked to stop, and looked at, without waiting. */
#include "hw-models/postcopy-vcpus.h"
#include "common/host/qapi.h"
#include "qemu/thread.h"

static int asked;

/* When each vCPU was first seen waiting for the page that it waits for. */
static QemuMutex blocked_lock;
static GHashTable *blocked_ms;  /* of int64_t, by CPU index */

/*
 * Whether thread @tid waits for a page: the kernel tells in which of its
 * functions a thread sleeps.  With KVM that is so as well where the vCPU's
 * own code has touched the page.
 */
static bool waits_for_page(int tid)
{
    char path[64], text[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/self/task/%d/wchan", tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    return strstr(text, "handle_userfault");
}

void postcopy_vcpus_ask(void)
{
    CPUState *cpu;

    rcu_read_lock();
    CPU_FOREACH(cpu) {
        if (!qatomic_read(&cpu->stopped)) {
            annex_host_cpu_ask_to_stop(cpu);
        }
    }
    rcu_read_unlock();
    /* After it: who finds it set finds all that was done. */
    qatomic_store_release(&asked, 1);
}

void postcopy_vcpus_forget(void)
{
    qatomic_set(&asked, 0);
}

void postcopy_vcpus_resume(void)
{
    CPUState *cpu;

    postcopy_vcpus_forget();
    CPU_FOREACH(cpu) {
        cpu_resume(cpu);
    }
}

bool postcopy_vcpus_asked(void)
{
    return qatomic_load_acquire(&asked);
}

bool postcopy_vcpus_still(bool *all_stopped)
{
    CPUState *cpu;

    *all_stopped = true;
    CPU_FOREACH(cpu) {
        if (cpu->stopped) {
            continue;
        }
        if (!waits_for_page(cpu->thread_id)) {
            return false;
        }
        *all_stopped = false;
    }
    return true;
}

/* Of a vCPU that waits now.  Under blocked_lock. */
static int64_t blocked_since(int index, int64_t now_ms)
{
    gpointer key = GINT_TO_POINTER(index);
    int64_t *since = g_hash_table_lookup(blocked_ms, key);

    if (!since) {
        since = g_new(int64_t, 1);
        *since = now_ms;
        g_hash_table_insert(blocked_ms, key, since);
    }
    return *since;
}

static PostcopyVcpu *describe(const CPUState *cpu, int64_t now_ms)
{
    PostcopyVcpu *info = g_new0(PostcopyVcpu, 1);

    info->cpu_index = cpu->cpu_index;
    info->thread_id = cpu->thread_id;
    if (qatomic_read(&cpu->stopped)) {
        info->state = POSTCOPY_VCPU_STATE_STOPPED;
    } else if (waits_for_page(cpu->thread_id)) {
        info->state = POSTCOPY_VCPU_STATE_BLOCKED;
        info->has_blocked_ms = true;
        info->blocked_ms = now_ms - blocked_since(cpu->cpu_index, now_ms);
    } else if (qatomic_read(&cpu->halted)) {
        info->state = POSTCOPY_VCPU_STATE_HALTED;
    } else {
        info->state = POSTCOPY_VCPU_STATE_RUNNING;
    }
    if (info->state != POSTCOPY_VCPU_STATE_BLOCKED) {
        g_hash_table_remove(blocked_ms, GINT_TO_POINTER(cpu->cpu_index));
    }
    return info;
}

PostcopyVcpuList *postcopy_vcpus_list(void)
{
    int64_t now_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    PostcopyVcpuList *list = NULL, **tail = &list;
    CPUState *cpu;

    qemu_mutex_lock(&blocked_lock);
    rcu_read_lock();
    CPU_FOREACH(cpu) {
        QAPI_LIST_APPEND(tail, describe(cpu, now_ms));
    }
    rcu_read_unlock();
    qemu_mutex_unlock(&blocked_lock);
    return list;
}

void postcopy_vcpus_sample(bool forget)
{
    if (forget) {
        qemu_mutex_lock(&blocked_lock);
        g_hash_table_remove_all(blocked_ms);
        qemu_mutex_unlock(&blocked_lock);
        return;
    }
    qapi_free_PostcopyVcpuList(postcopy_vcpus_list());
}

void postcopy_vcpus_start(void)
{
    qemu_mutex_init(&blocked_lock);
    blocked_ms = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}
