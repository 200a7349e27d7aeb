/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU's state was: variables, classes, QMP commands. */
#ifndef ANNEX_TEST_WITNESS_H
#define ANNEX_TEST_WITNESS_H

#include "common/host/qapi.h"

/*
 * Copies of all that a hook could be set in: the memory of QEMU's own
 * variables (those that are constant after relocation too), the structure of
 * every QOM class and of every interface in it, every QMP command.  NULL if
 * the size of a class cannot be told.  Never freed.
 */
GArray *witness_look(void);

size_t witness_size(const GArray *before);

/*
 * Report what is not as it was, one error for each of the three, with the
 * number of bytes and the names.  Returns whether there was anything.
 */
bool witness_compare(const GArray *before);

#endif
