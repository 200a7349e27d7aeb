/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover pairs of real Linux guests: net_failover, virtio_net, e1000e. */
#ifndef ANNEX_TEST_FAILOVER_GUEST_H
#define ANNEX_TEST_FAILOVER_GUEST_H

#include "vm.h"

/*
 * The standby is "net1" in port "rps", the primary "prim0" in port "rpp";
 * both are at one hub, with a router that answers pings.
 */
typedef struct FailoverSetup {
    const char *name;           /* in test paths */
    const char *args;           /* more of the command line, or NULL */
    bool native;                /* PCI Express slots, not ACPI */
} FailoverSetup;

extern const FailoverSetup failover_setups[];

#define FAILOVER_MAC "52:54:00:11:22:33"

/* What a candidate is given, but for id and further options. */
#define FAILOVER_PRIMARY \
    "-device e1000e,netdev=n1,mac=" FAILOVER_MAC ",bus=rpp,standby=net1"

/* A VM with a pair; @primary: all of the candidates' -device options. */
TestVm *failover_vm(const FailoverSetup *setup, const char *name,
                    const char *options, const char *primary);

/* Start it, and have the guest use the pair. */
void failover_start(TestVm *vm);

/* Have the guest use the pair (again). */
void failover_configure(TestVm *vm);

/* Wait for FAILOVER_PRIMARY_CHANGED to @state. */
const QmpEvent *failover_wait(TestVm *vm, const char *state);

/* The only member of query-failover's answer. */
JsonObject *failover_query(TestVm *vm);

/* Check its state. */
void failover_expect_state(TestVm *vm, const char *state);

/* Pings pass, by the primary's link in the guest if @by_primary. */
void failover_traffic(TestVm *vm, bool by_primary);

/*
 * A destination like @from, with @options and @primary, waiting for the
 * stream of "migrate" to failover_uri().
 */
TestVm *failover_destination(const FailoverSetup *setup, const char *options,
                             const char *primary);
const char *failover_uri(TestVm *to);

/* Begin a migration, with events. */
void failover_migrate(TestVm *from, TestVm *to);

/* Wait for the end of the migration: its status. */
const char *failover_migration_end(TestVm *from);

/* Run @fn, as case @name of @group, for the set-ups or for one of them. */
void failover_guest_add(const char *group, const char *name,
                        void (*fn)(const FailoverSetup *setup),
                        const char *only_setup);

#endif
