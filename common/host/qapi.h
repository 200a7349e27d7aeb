/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: QAPI objects, QMP commands and errors. */
#ifndef ANNEX_HOST_QAPI_H
#define ANNEX_HOST_QAPI_H

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qapi/qmp-event.h"
#include "qapi/qobject-input-visitor.h"
#include "qapi/qobject-output-visitor.h"

#if HOST_SERIES < 1000
#include "qapi/qmp/dispatch.h"
#include "qapi/qmp/qdict.h"
#include "qapi/qmp/qjson.h"
#include "qapi/qmp/qlist.h"
#include "qapi/qmp/qlit.h"
#include "qapi/qmp/qstring.h"
#else
#include "qapi/qmp-registry.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "qobject/qlit.h"
#include "qobject/qstring.h"
#endif

/*
 * An optional string or structure in a generated argument list or structure.
 * Up to QEMU 7.2 the generator made a has_ flag for it; since 8.0 a null
 * pointer means absent (scripts/qapi/schema.py, need_has()).
 */
#if HOST_SERIES < 800
#define ANNEX_OPT_POINTER(s) ((s) != NULL), (s)
#define ANNEX_SET_OPT_POINTER(obj, field, s) \
    do {                                 \
        (obj)->field = (s);              \
        (obj)->has_##field = (obj)->field != NULL; \
    } while (0)
#else
#define ANNEX_OPT_POINTER(s) (s)
#define ANNEX_SET_OPT_POINTER(obj, field, s) \
    do {                                 \
        (obj)->field = (s);              \
    } while (0)
#endif

/* Commands take optional strings in the same two ways. */
#if HOST_SERIES < 800
#define ANNEX_OPT_STR_PARAM(name) bool has_##name, const char *name
#define ANNEX_OPT_STR_ARG(name) (has_##name ? (name) : NULL)
#else
#define ANNEX_OPT_STR_PARAM(name) const char *name
#define ANNEX_OPT_STR_ARG(name) (name)
#endif

/* The command tables of the main QMP dispatcher (monitor/monitor.c). */
extern QmpCommandList qmp_commands;

/* Add @cmd, of another table, to @commands. */
static inline void annex_host_qmp_register(QmpCommandList *commands,
                                           const QmpCommand *cmd)
{
#if HOST_SERIES < 1000
    uint64_t features = cmd->special_features;
#else
    uint64_t features = cmd->features;
#endif

    qmp_register_command(commands, cmd->name, cmd->fn, cmd->options,
                         features);
}

#endif
