/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot trees: by QMP's dumpdtb, read with libfdt. */
#include "boot-tree.h"
#include "failure.h"

#include <libfdt.h>

void *boot_tree(TestVm *vm)
{
    g_autofree char *path = g_build_filename(vm->dir, "tree.dtb", NULL);
    g_autoptr(GError) error = NULL;
    char *tree;

    qmp_ok(vm->qmp, "dumpdtb", "{'filename': %s}", path);
    g_file_get_contents(path, &tree, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(fdt_check_header(tree), ==, 0);
    return tree;
}

int boot_tree_node(const void *tree, const char *path)
{
    int node = fdt_path_offset(tree, path);

    if (node < 0) {
        test_fail("no node %s in the tree: %s", path, fdt_strerror(node));
    }
    return node;
}

unsigned boot_tree_properties(const void *tree, int node)
{
    unsigned n = 0;
    int property;

    fdt_for_each_property_offset(property, tree, node) {
        n++;
    }
    return n;
}

const void *boot_tree_get(const void *tree, int node, const char *name,
                          int *len)
{
    const void *value = fdt_getprop(tree, node, name, len);

    if (!value) {
        test_fail("no property %s", name);
    }
    return value;
}
