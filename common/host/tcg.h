/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: what TCG has for a processor. */
#ifndef ANNEX_HOST_TCG_H
#define ANNEX_HOST_TCG_H

#include "qemu/osdep.h"

#include "hw/core/cpu.h"

/* 7.2 has it in exec/exec-all.h, which is for the code of one target alone. */
void tlb_flush(CPUState *cpu);

/* The registers of @cpu. */
static inline CPUArchState *annex_host_cpu_env(CPUState *cpu)
{
#if HOST_SERIES < 900
    return cpu->env_ptr;
#else
    return cpu_env(cpu);
#endif
}

#endif
