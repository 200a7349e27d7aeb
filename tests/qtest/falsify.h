/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of modules, and of QEMU, that say what is not true. */
#ifndef ANNEX_TEST_FALSIFY_H
#define ANNEX_TEST_FALSIFY_H

#include <glib.h>
#include "../../common/image.h"

/* A 64-bit ELF file of this machine, in memory. */
typedef struct Falsified {
    char *bytes;
    gsize size;
} Falsified;

/* What is not as expected in the file fails the test, here and below. */
Falsified *falsify_load(const char *path);
void falsify_free(Falsified *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Falsified, falsify_free)

/* Write it to a new file, executable; returns its path, to be freed. */
char *falsify_save(const Falsified *f, const char *dir, const char *name);

/* The parts of image.h, to be read or overwritten in place. */
AnnexBuild *falsify_build(Falsified *f);
AnnexAbiType *falsify_type(Falsified *f, const char *type);
char *falsify_symbols(Falsified *f, size_t *size);

/* The first character of the symbol named @name; NULL if it is not there. */
char *falsify_symbol(Falsified *f, const char *name);

/*
 * Hide what QEMU exports to modules: @names, a list that ends with NULL, or
 * with NULL all of it but the plugin interface.
 */
void falsify_hide_exports(Falsified *qemu, const char *const *names);

#endif
