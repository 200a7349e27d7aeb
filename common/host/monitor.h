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

#endif
