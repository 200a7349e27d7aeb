/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device tree that QEMU gives to a guest at boot. */
#ifndef ANNEX_TEST_BOOT_TREE_H
#define ANNEX_TEST_BOOT_TREE_H

#include "vm.h"

/* The tree as of the last reset; for libfdt, free with g_free(). */
void *boot_tree(TestVm *vm);

/* The offset of a node that must be there. */
int boot_tree_node(const void *tree, const char *path);

/* How many properties the node has. */
unsigned boot_tree_properties(const void *tree, int node);

/* A property's value, which must be there. */
const void *boot_tree_get(const void *tree, int node, const char *name,
                          int *len);

#endif
