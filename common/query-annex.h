/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query-annex: the command that every module brings along. */
#ifndef ANNEX_QUERY_ANNEX_H
#define ANNEX_QUERY_ANNEX_H

#include "common/host/qapi.h"

/*
 * Add the command, the first time it is called; @owner, a module, has the
 * hook that this takes.  Under the BQL.
 */
bool query_annex_start(const char *owner, Error **errp);

#endif
