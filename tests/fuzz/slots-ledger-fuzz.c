/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger of PCI slots, as a file or a migration stream may have it. */
#include "hw-models/slots-ledger.h"
#include "annex-pci-slots-qapi-visit.h"
#include "hw-models/slots-pools.h"
#include "hw-models/slots-text.h"

/* Of the host only what reads JSON is linked, and nothing traces that. */
int trace_events_enabled_count;

/* QEMU's parser forgets the value of a key that is there twice. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:parse_pair\n";
}

/* What slots-pools.c has, with a device that is there. */
static SlotsAlloc *alloc;
static GPtrArray *port_pools;
static SlotsPorts ports = { .name = (char *)"ports" };

SlotsAlloc *slots_pools_alloc(void)
{
    return alloc;
}

const GPtrArray *slots_pools_ports(void)
{
    return port_pools;
}

SlotsPorts *slots_pools_ports_named(const char *name)
{
    return strcmp(name, ports.name) ? NULL : &ports;
}

static void set_up(void)
{
    alloc = slots_alloc_new();
    g_assert_null(slots_alloc_add_pool(alloc, "disks", "pci.0", 12, 31));
    slots_alloc_placed(alloc, "disk0", "pci.0", 12, 0, "disks");
    port_pools = g_ptr_array_new();
    g_ptr_array_add(port_pools, &ports);
}

static void tear_down(void)
{
    slots_alloc_free(alloc);
    g_ptr_array_unref(port_pools);
    g_clear_pointer(&ports.last, g_free);
}

/* As slots-keep.c does. */
static bool load(const char *text, Error **errp)
{
    QObject *obj = qobject_from_json(text, errp);
    PciSlotsLedger *ledger = NULL;
    bool ok = false;
    Visitor *v;

    if (obj) {
        v = qobject_input_visitor_new(obj);
        ok = visit_type_PciSlotsLedger(v, NULL, &ledger, errp) &&
             slots_ledger_load(ledger, errp);
        visit_free(v);
        qobject_unref(obj);
    }
    qapi_free_PciSlotsLedger(ledger);
    return ok;
}

/* Every entry is somewhere, and the device that is there is where it was. */
static void check(void)
{
    g_autoptr(GPtrArray) sorted = slots_alloc_sorted(alloc);
    const SlotsEntry *live = slots_alloc_find(alloc, "disk0");
    unsigned i;

    g_assert_true(live && live->live && live->slot == 12);
    for (i = 0; i < sorted->len; i++) {
        const SlotsEntry *e = sorted->pdata[i];

        g_assert_true(*e->id && *e->bus);
        g_assert_cmpuint(e->slot, <, SLOTS_PER_BUS);
        g_assert_cmpuint(e->function, <, SLOTS_FUNCTIONS);
        g_assert_true(slots_alloc_find_at(alloc, e->bus, e->slot,
                                          e->function) == e);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was taken over is written, and then read, as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    Error *err = NULL;

    set_up();
    if (load(text, &err)) {
        g_autofree char *once = slots_text_ledger(), *again = NULL;

        check();
        g_assert_true(load(once, &error_abort));
        again = slots_text_ledger();
        g_assert_cmpstr(once, ==, again);
    } else {
        g_assert_nonnull(err);
        error_free(err);
    }
    tear_down();
    return 0;
}
