/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: which there are, and which one a device belongs to. */
#ifndef ANNEX_SLOTS_POOLS_H
#define ANNEX_SLOTS_POOLS_H

#include "common/host/qdev.h"
#include "hw-models/slots-alloc.h"

enum { SLOTS_PRESET_NONE, SLOTS_PRESET_GANETI };
enum { SLOTS_EXPLICIT_ALLOW, SLOTS_EXPLICIT_REFUSE };
enum { SLOTS_MIGRATE_OFF, SLOTS_MIGRATE_CHECK, SLOTS_MIGRATE_LEDGER };

/* The module's options. */
typedef struct SlotsOptions {
    char **pools;               /* "NAME:BUS:FIRST-LAST:MATCH" */
    char **ports;               /* "NAME:ID-GLOB:MATCH" */
    int preset;
    int given;                  /* explicit=... */
    char *ledger;
    bool flush;                 /* that file, when it is written */
    int migrate;
} SlotsOptions;
extern SlotsOptions slots_options;

/* PCI Express ports, with one slot each. */
typedef struct SlotsPorts {
    char *name;
    char *glob;                 /* of the ports' ids */
    char *match;
    char *last;                 /* the port that was used last, or NULL */
} SlotsPorts;

/* Make the pools of the options.  Fails when they do not go together. */
bool slots_pools_start(Error **errp);

/* Of all devices with an id.  Under the BQL, as all that follows. */
SlotsAlloc *slots_pools_alloc(void);

/*
 * The first pool of @bus whose match takes devices of @klass, or NULL; and
 * what that match is.
 */
SlotsPool *slots_pools_for(const char *bus, ObjectClass *klass);
const char *slots_pools_match(const SlotsPool *pool);

/* The same for ports, all of them, and one by its name. */
SlotsPorts *slots_pools_ports_for(ObjectClass *klass);
const GPtrArray *slots_pools_ports(void);
SlotsPorts *slots_pools_ports_named(const char *name);

#endif
