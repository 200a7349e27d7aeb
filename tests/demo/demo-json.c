/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration's JSON: the same order of members each time. */
#include <string.h>
#include "demo-print.h"

/* QEMU's order is that of its hash table. */
static const char *const order[] = {
    "device", "path", "type", "transport", "state", "reason", "code",
    "message", "outcome", "present", "pending", "listening", "seen",
    "cancelling", "attempt", "elapsed-ms", NULL
};

static unsigned rank(const char *name)
{
    unsigned i = 0;

    while (order[i] && strcmp(order[i], name)) {
        i++;
    }
    return i;
}

static int compare(gconstpointer a, gconstpointer b)
{
    int by_rank = (int)rank(a) - (int)rank(b);

    return by_rank ? by_rank : strcmp(a, b);
}

static void add_node(GPtrArray *pieces, const char *before, JsonNode *node,
                     const char *after);

static void add_object(GPtrArray *pieces, const char *before,
                       JsonObject *object, const char *after)
{
    g_autoptr(GList) names = g_list_sort(json_object_get_members(object),
                                         compare);
    GList *l;

    if (!names) {
        g_ptr_array_add(pieces, g_strconcat(before, "{}", after, NULL));
    }
    for (l = names; l; l = l->next) {
        g_autofree char *head =
            g_strdup_printf("%s%s\"%s\": ", l == names ? before : "",
                            l == names ? "{" : "", (char *)l->data);
        g_autofree char *tail = g_strconcat(l->next ? "," : "}",
                                            l->next ? "" : after, NULL);

        add_node(pieces, head, json_object_get_member(object, l->data),
                 tail);
    }
}

static void add_array(GPtrArray *pieces, const char *before,
                      JsonArray *array, const char *after)
{
    unsigned n = json_array_get_length(array);
    unsigned i;

    if (!n) {
        g_ptr_array_add(pieces, g_strconcat(before, "[]", after, NULL));
    }
    for (i = 0; i < n; i++) {
        g_autofree char *head = g_strconcat(i ? "" : before, i ? "" : "[",
                                            NULL);
        g_autofree char *tail = g_strconcat(i + 1 < n ? "," : "]",
                                            i + 1 < n ? "" : after, NULL);

        add_node(pieces, head, json_array_get_element(array, i), tail);
    }
}

static void add_node(GPtrArray *pieces, const char *before, JsonNode *node,
                     const char *after)
{
    g_autofree char *text = NULL;

    if (JSON_NODE_HOLDS_OBJECT(node)) {
        add_object(pieces, before, json_node_get_object(node), after);
    } else if (JSON_NODE_HOLDS_ARRAY(node)) {
        add_array(pieces, before, json_node_get_array(node), after);
    } else {
        text = json_to_string(node, FALSE);
        g_ptr_array_add(pieces, g_strconcat(before, text, after, NULL));
    }
}

GPtrArray *demo_json_pieces(JsonNode *node)
{
    GPtrArray *pieces = g_ptr_array_new_with_free_func(g_free);

    add_node(pieces, "", node, "");
    return pieces;
}
