/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: monitors, and the commands of the human one. */
#ifndef ANNEX_HOST_MONITOR_H
#define ANNEX_HOST_MONITOR_H

#include "common/host/qapi.h"
#include "chardev/char.h"
#include "monitor/hmp.h"
#include "monitor/monitor-internal.h"
#include "monitor/monitor.h"

/* The function of a command of the human monitor. */
typedef void AnnexHostHmpFn(Monitor *mon, const QDict *qdict);

static inline HMPCommand *annex_host_hmp_find_in(HMPCommand *table,
                                                 const char *name)
{
    size_t length = strlen(name);

    for (; table->name; table++) {
        /* "stop|s": a name, and short ones. */
        if (!strncmp(table->name, name, length) &&
            (!table->name[length] || table->name[length] == '|')) {
            return table;
        }
    }
    return NULL;
}

/* The command @name, or "info @name" with @info; NULL if there is none. */
static inline HMPCommand *annex_host_hmp_find(bool info, const char *name)
{
    HMPCommand *cmd = annex_host_hmp_find_in(hmp_cmds, info ? "info" : name);

    return cmd && info ? annex_host_hmp_find_in(cmd->sub_table, name) : cmd;
}

/*
 * The commands, up to NULL, that ask vCPUs for their statistics in the main
 * thread, and wait for them (accel/kvm/kvm-all.c, query_stats_cb(), 7.2; 10.0
 * asks the kernel).  @info: those of the human monitor, after "info".
 */
static inline const char *const *annex_host_stats_commands(bool info)
{
#if HOST_SERIES < 1000
    static const char *const names[] = {
        "query-stats", "query-stats-schemas", NULL, "stats", NULL
    };

    return info ? names + 3 : names;
#else
    static const char *const none[] = { NULL };

    return none;
#endif
}

#endif
