/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIO slots in the device tree: at boot, and as a guest is handed it out. */
#include "boot-tree.h"
#include "fake-vio.h"

#include <libfdt.h>
#include <string.h>

#define SLOTS "vio-slots=2"
#define PATH "/papr-drc-tree/papr-vio/"

/* dr-entity-sense of a connector that the guest has not taken. */
#define SENSE_UNUSABLE 2

/* With two slots, /vdevice lists two connectors, in no order. */
static void lists_slots(void)
{
    FakeGuest *g = fake_vio_start(SLOTS);
    g_autofree void *tree = boot_tree(g->vm);
    int node = boot_tree_node(tree, "/vdevice"), len;
    const uint32_t *indexes = boot_tree_get(tree, node, "ibm,drc-indexes",
                                            &len);
    const char *names = boot_tree_get(tree, node, "ibm,drc-names", NULL);
    const char *types = boot_tree_get(tree, node, "ibm,drc-types", NULL);
    unsigned i, seen = 0;

    g_assert_cmpint(len, ==, 3 * sizeof(*indexes));
    g_assert_cmpuint(GUINT32_FROM_BE(indexes[0]), ==, 2);
    for (i = 1, names += 4, types += 4; i <= 2; i++) {
        unsigned slot = GUINT32_FROM_BE(indexes[i]) - 0x30000000;
        g_autofree char *name = g_strdup_printf("V1-C%u", slot);

        seen |= 1 << slot;
        g_assert_cmpstr(names, ==, name);
        names += strlen(names) + 1;
        g_assert_cmpstr(types, ==, "SLOT");
        types += strlen(types) + 1;
    }
    g_assert_cmpuint(seen, ==, 3);
    boot_tree_get(tree, node, "ibm,drc-power-domains", NULL);
    fake_guest_stop(g);
}

/* What the guest was handed out, against what the host itself builds. */
typedef struct Fragment {
    char *name;
    GHashTable *properties;     /* of GBytes, by name */
} Fragment;

static void note(const char *name, const void *data, size_t len, void *opaque)
{
    Fragment *fragment = opaque;

    if (data) {
        g_hash_table_insert(fragment->properties, g_strdup(name),
                            g_bytes_new(data, len));
    } else {
        g_assert_null(fragment->name);
        fragment->name = g_strdup(name);
    }
}

static void expect_same(const void *tree, int node, Fragment *fragment)
{
    GHashTableIter iter;
    const char *name;
    GBytes *bytes;

    g_hash_table_iter_init(&iter, fragment->properties);
    while (g_hash_table_iter_next(&iter, (void **)&name, (void **)&bytes)) {
        int len;
        const void *value = boot_tree_get(tree, node, name, &len);

        g_assert_cmpmem(value, len, g_bytes_get_data(bytes, NULL),
                        g_bytes_get_size(bytes));
    }
    g_assert_cmpuint(boot_tree_properties(tree, node), ==,
                     g_hash_table_size(fragment->properties));
}

static void hands_out_node(gconstpointer driver)
{
    Fragment fragment = {
        .properties = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            (void *)g_bytes_unref),
    };
    FakeGuest *g = fake_vio_start(SLOTS);
    g_autofree char *path = NULL;
    g_autofree void *tree = NULL;

    vio_plug(g, driver);
    g_assert_cmpint(papr_sense(g, 0), ==, SENSE_UNUSABLE);
    g_assert_cmpint(papr_set_usable(g, 0), ==, 0);
    g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
    g_assert_cmpint(papr_configure_each(g, 0, note, &fragment), ==, 0);
    g_assert_true(g_hash_table_contains(fragment.properties,
                                        "ibm,my-drc-index"));
    vio_reset(g);
    tree = boot_tree(g->vm);
    path = g_strdup_printf("/vdevice/%s", fragment.name);
    expect_same(tree, boot_tree_node(tree, path), &fragment);
    g_hash_table_destroy(fragment.properties);
    g_free(fragment.name);
    fake_guest_stop(g);
}

/* Without slots, all is as in stock. */
static void off(void)
{
    FakeGuest *g = fake_vio_start("");
    g_autofree void *tree = boot_tree(g->vm);

    g_assert_null(fdt_getprop(tree, boot_tree_node(tree, "/vdevice"),
                              "ibm,drc-indexes", NULL));
    g_assert_cmpstr(qmp_error(g->vm->qmp, "device_add",
                              "{'driver': 'spapr-vlan'}"), ==,
                    "Bus 'spapr-vio' does not support hotplugging");
    g_assert_cmpstr(qmp_execute(g->vm->qmp, "qom-list-properties",
                                "{'typename': 'annex-drc-vio'}")->error_class,
                    ==, "DeviceNotFound");
    fake_guest_stop(g);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func(PATH "off", off);
    g_test_add_func(PATH "lists-slots", lists_slots);
    g_test_add_data_func(PATH "hands-out-node/spapr-vlan", "spapr-vlan",
                         hands_out_node);
    g_test_add_data_func(PATH "hands-out-node/spapr-vscsi", "spapr-vscsi",
                         hands_out_node);
    return g_test_run();
}
