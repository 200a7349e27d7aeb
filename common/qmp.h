/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP: add commands to the host's dispatcher and to its introspection. */
#ifndef ANNEX_QMP_H
#define ANNEX_QMP_H

#include "common/host/qapi.h"
#include "common/hooks.h"

/*
 * Add the commands that @init_marshal, made by the QAPI generator,
 * registers, and the commands, events and types of @schema to the answer
 * of query-qmp-schema.  @set owns the hook on that command.  Fails, with
 * nothing added, when the host has a command of one of the names.
 *
 * Under the BQL, before monitors are served.
 */
bool annex_qmp_add(AnnexHookSet *set,
                   void (*init_marshal)(QmpCommandList *),
                   const QLitObject *schema, Error **errp);

#endif
