/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules that were not built for this QEMU, made of those that were. */
#ifndef ANNEX_TEST_GATE_LIES_H
#define ANNEX_TEST_GATE_LIES_H

#include "falsify.h"
#include "gate.h"

/*
 * One thing that is not true in annex-unplug.so, in libannex.so, or in both.
 * tell() falsifies them, and returns what the gate has to say to that, in a
 * new string without the name of the module.
 */
typedef struct GateLie {
    const char *name;
    char *(*tell)(Falsified *module, Falsified *libannex);
} GateLie;

/* All that the gate has to find; the last has no name. */
extern const GateLie gate_lies[];

/* The one that it only mentions. */
extern const GateLie gate_lie_package;

/*
 * Put both files into vm->dir.  Returns what the gate has to say, to be
 * freed; the path of the module, which stays, is in *@path.
 */
char *gate_tell(TestVm *vm, const GateLie *lie, const char **path);

#endif
