/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: writes the ledger's JSON. */
#include "hw-models/slots-text.h"
#include "common/host/qapi.h"
#include "hw-models/slots-ledger.h"
#include "hw-models/slots-pools.h"

static bool is_plain(const char *text)
{
    for (; *text; text++) {
        if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\') {
            return false;
        }
    }
    return true;
}

/* What is not plain, or no UTF-8 at all, the host knows how to write. */
static void add_string(GString *json, const char *text)
{
    QString *string;
    GString *quoted;

    if (is_plain(text)) {
        g_string_append_c(json, '"');
        g_string_append(json, text);
        g_string_append_c(json, '"');
        return;
    }
    string = qstring_from_str(text);
    quoted = qobject_to_json(QOBJECT(string));
    g_string_append(json, quoted->str);
    g_string_free(quoted, true);
    qobject_unref(string);
}

static void add_member(GString *json, const char *key, const char *text)
{
    g_string_append(json, key);
    add_string(json, text);
}

static void add_number(GString *json, const char *key, unsigned number)
{
    char text[16];

    g_snprintf(text, sizeof(text), "%u", number);
    g_string_append(json, key);
    g_string_append(json, text);
}

static void add_pools(GString *json)
{
    const GPtrArray *pools = slots_pools_alloc()->pools;
    const GPtrArray *port_pools = slots_pools_ports();
    const char *comma = "";
    unsigned i;

    for (i = 0; i < pools->len; i++, comma = ",") {
        const SlotsPool *pool = pools->pdata[i];

        g_string_append(json, comma);
        add_member(json, "\n  {\"name\": ", pool->name);
        add_number(json, ", \"cursor\": ", pool->cursor);
        g_string_append_c(json, '}');
    }
    for (i = 0; i < port_pools->len; i++, comma = ",") {
        const SlotsPorts *ports = port_pools->pdata[i];

        g_string_append(json, comma);
        add_member(json, "\n  {\"name\": ", ports->name);
        if (ports->last) {
            add_member(json, ", \"port\": ", ports->last);
        }
        g_string_append_c(json, '}');
    }
}

static void add_entry(GString *json, const SlotsEntry *e)
{
    add_member(json, "\n  {\"id\": ", e->id);
    add_member(json, ", \"bus\": ", e->bus);
    add_number(json, ", \"slot\": ", e->slot);
    add_number(json, ", \"function\": ", e->function);
    if (e->pool) {
        add_member(json, ", \"pool\": ", e->pool);
    }
    g_string_append(json, e->live ? ", \"live\": true}"
                                  : ", \"live\": false}");
}

char *slots_text_ledger(void)
{
    g_autoptr(GPtrArray) sorted = slots_alloc_sorted(slots_pools_alloc());
    GString *json = g_string_sized_new(256 + sorted->len * 128);
    unsigned i;

    add_member(json, "{\"format\": ", SLOTS_LEDGER_FORMAT);
    add_number(json, ", \"version\": ", SLOTS_LEDGER_VERSION);
    g_string_append(json, ",\n \"pools\": [");
    add_pools(json);
    g_string_append(json, "],\n \"entries\": [");
    for (i = 0; i < sorted->len; i++) {
        g_string_append(json, i ? "," : "");
        add_entry(json, sorted->pdata[i]);
    }
    g_string_append(json, "]}\n");
    return g_string_free(json, false);
}
