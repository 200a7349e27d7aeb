/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of RTAS calls at random: what it has, and what the guest does. */
#ifndef ANNEX_TEST_PAPR_FUZZ_H
#define ANNEX_TEST_PAPR_FUZZ_H

#include "papr-fuzz-side.h"

/* As many as the sockets hold the answers of. */
#define BATCH 64

typedef struct Case {
    const char *name;
    const char *args;
    const ModelSpec *specs;
    unsigned calls;
    unsigned at_least;          /* of one QEMU, be it worn out or not */
    bool beside_stock;
} Case;

typedef struct Fuzz {
    const Case *c;
    GRand *rand;
    FuzzSide sides[2];          /* with the module, and stock */
    unsigned n_sides;
    unsigned n_devices;
    RtasCall calls[2][BATCH];   /* the same for each side */
    unsigned n;                 /* of them */
    unsigned made;              /* in all */
    unsigned same;              /* those that had to be as stock's */
    GHashTable *outcomes;       /* of requests: how many */
} Fuzz;

/* A number below @n; true in @p cases of 100. */
unsigned fuzz_below(Fuzz *f, unsigned n);
bool fuzz_percent(Fuzz *f, unsigned p);

/* Make the calls that have gathered. */
void fuzz_flush(Fuzz *f);

/* Have the guest do something. */
void fuzz_guest(Fuzz *f);

#endif
