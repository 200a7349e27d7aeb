/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: made from the options, matched by category or type. */
#include "hw-models/slots-pools.h"
#include "common/host/qapi.h"
#include "hw-models/slots-syntax.h"

SlotsOptions slots_options;

static SlotsAlloc *alloc;
static GPtrArray *matches;      /* char *, in the order of alloc->pools */
static GPtrArray *port_pools;   /* of SlotsPorts */

/* Half of the slots for what the host places, 8 NICs, 16 disks. */
static const char *const ganeti[] = {
    "nics:pci.0:8-15:network", "disks:pci.0:16-31:storage", NULL
};

static const struct {
    const char *word;
    DeviceCategory category;
} categories[] = {
    { "display", DEVICE_CATEGORY_DISPLAY },
    { "input", DEVICE_CATEGORY_INPUT },
    { "misc", DEVICE_CATEGORY_MISC },
    { "network", DEVICE_CATEGORY_NETWORK },
    { "sound", DEVICE_CATEGORY_SOUND },
    { "storage", DEVICE_CATEGORY_STORAGE },
    { "usb", DEVICE_CATEGORY_USB },
};

static bool takes(const char *match, ObjectClass *klass)
{
    unsigned i;

    if (!strcmp(match, "any")) {
        return true;
    }
    for (i = 0; i < ARRAY_SIZE(categories); i++) {
        if (!strcmp(match, categories[i].word)) {
            return test_bit(categories[i].category,
                            DEVICE_CLASS(klass)->categories);
        }
    }
    return g_pattern_match_simple(match, object_class_get_name(klass));
}

static bool add_pool(const char *text, Error **errp)
{
    g_autofree char *message = NULL;
    SlotsPoolText t;

    slots_syntax_pool(text, &t);
    message = slots_alloc_add_pool(alloc, t.name, t.bus, t.first, t.last);
    if (message) {
        error_setg(errp, "%s", message);
        slots_syntax_pool_clear(&t);
        return false;
    }
    g_ptr_array_add(matches, g_steal_pointer(&t.match));
    slots_syntax_pool_clear(&t);
    return true;
}

static bool add_pools(char *const *texts, Error **errp)
{
    unsigned i;

    for (i = 0; texts && texts[i]; i++) {
        if (!add_pool(texts[i], errp)) {
            return false;
        }
    }
    return true;
}

static bool add_ports(const char *text, Error **errp)
{
    SlotsPorts *ports = g_new0(SlotsPorts, 1);
    SlotsPortsText t;

    slots_syntax_ports(text, &t);
    ports->name = t.name;
    ports->glob = t.glob;
    ports->match = t.match;
    if (slots_alloc_pool(alloc, t.name) || slots_pools_ports_named(t.name)) {
        error_setg(errp, "there are two pools '%s'", t.name);
        slots_syntax_ports_clear(&t);
        g_free(ports);
        return false;
    }
    g_ptr_array_add(port_pools, ports);
    return true;
}

bool slots_pools_start(Error **errp)
{
    unsigned i;

    alloc = slots_alloc_new();
    matches = g_ptr_array_new();
    port_pools = g_ptr_array_new();
    if (!add_pools(slots_options.pools, errp) ||
        (slots_options.preset == SLOTS_PRESET_GANETI &&
         !add_pools((char *const *)ganeti, errp))) {
        return false;
    }
    for (i = 0; slots_options.ports && slots_options.ports[i]; i++) {
        if (!add_ports(slots_options.ports[i], errp)) {
            return false;
        }
    }
    return true;
}

SlotsAlloc *slots_pools_alloc(void)
{
    return alloc;
}

const char *slots_pools_match(const SlotsPool *pool)
{
    unsigned i;

    for (i = 0; alloc->pools->pdata[i] != pool; i++) {
        g_assert(i < alloc->pools->len);
    }
    return matches->pdata[i];
}

SlotsPool *slots_pools_for(const char *bus, ObjectClass *klass)
{
    unsigned i;

    for (i = 0; i < alloc->pools->len; i++) {
        SlotsPool *pool = alloc->pools->pdata[i];

        if (!strcmp(pool->bus, bus) && takes(matches->pdata[i], klass)) {
            return pool;
        }
    }
    return NULL;
}

SlotsPorts *slots_pools_ports_for(ObjectClass *klass)
{
    unsigned i;

    for (i = 0; i < port_pools->len; i++) {
        SlotsPorts *ports = port_pools->pdata[i];

        if (takes(ports->match, klass)) {
            return ports;
        }
    }
    return NULL;
}

const GPtrArray *slots_pools_ports(void)
{
    return port_pools;
}

SlotsPorts *slots_pools_ports_named(const char *name)
{
    unsigned i;

    for (i = 0; i < port_pools->len; i++) {
        SlotsPorts *ports = port_pools->pdata[i];

        if (!strcmp(ports->name, name)) {
            return ports;
        }
    }
    return NULL;
}
