/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTAS calls by qtest, many in one go. */
#ifndef ANNEX_TEST_RTAS_BATCH_H
#define ANNEX_TEST_RTAS_BATCH_H

#include "qtest-client.h"

#define RTAS_ARGS_MAX 7

/* What a call finds where it is to put its return values. */
#define RTAS_UNTOUCHED 0x5a5a5a5a

/* Guest memory that is the batch's own, below all that a call may get. */
#define RTAS_BATCH_MEMORY 0x100000
#define RTAS_BATCH_MEMORY_END 0x101000

typedef struct RtasCall {
    /* Filled in by the caller. */
    const char *name;
    unsigned nargs, nrets;              /* as the host is told */
    uint32_t args[RTAS_ARGS_MAX];
    uint64_t work;                      /* a work area, or 0 */
    uint32_t index;                     /* to be put there first */

    /* Filled in by rtas_batch_run(). */
    uint32_t found;                     /* what the work area really has */
    int32_t result;
    uint32_t value;                     /* the second return value */
    char *output;                       /* the work area's beginning, hex */
} RtasCall;

/* Make the @n calls, in order, of a QEMU that must answer them all. */
void rtas_batch_run(QtestClient *q, RtasCall *calls, unsigned n);

/* Free what a run has left in @calls. */
void rtas_batch_clear(RtasCall *calls, unsigned n);

/* The call as text, for messages; g_free(). */
char *rtas_call_text(const RtasCall *c);

#endif
