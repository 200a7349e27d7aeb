/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover and migration: waits for the guest, and leaves no trace. */
#include "hw-models/failover-migration.h"
#include "common/host/migration.h"
#include "common/host/pci.h"
#include "hw-models/failover-pair.h"

/* Written in the main thread, read in the migration thread. */
static int waiting;

void failover_migration_update(void)
{
    const GPtrArray *pairs = failover_pairs();
    unsigned i;
    int n = 0;

    for (i = 0; i < pairs->len; i++) {
        const FailoverPair *p = pairs->pdata[i];

        n += failover_core_holds_migration(p->core);
    }
    qatomic_set(&waiting, n);
}

void failover_migration_abort(void)
{
    failover_migration_update();
    qmp_migrate_cancel(NULL);
}

static int take_out(DeviceState *dev, void *opaque)
{
    if (qdev_get_vmsd(dev)) {
        vmstate_unregister(VMSTATE_IF(dev), qdev_get_vmsd(dev), dev);
    }
    return 0;
}

static int put_back(DeviceState *dev, void *opaque)
{
    if (qdev_get_vmsd(dev)) {
        vmstate_register_with_alias_id(VMSTATE_IF(dev),
                                       VMSTATE_INSTANCE_ID_ANY,
                                       qdev_get_vmsd(dev), dev,
                                       dev->instance_id_alias,
                                       dev->alias_required_for_version, NULL);
    }
    return 0;
}

/*
 * Before the migration thread runs, which goes through the list without a
 * lock.  The option ROM is a block of RAM, and a destination without the
 * device ends over one that it does not know.
 */
static void unlist(FailoverPair *p)
{
    PCIDevice *pci = PCI_DEVICE(p->primary);

    p->unlisted = true;
    qdev_walk_children(p->primary, take_out, NULL, NULL, NULL, NULL);
    if (pci->has_rom) {
        vmstate_unregister_ram(&pci->rom, p->primary);
    }
}

/* After the migration thread has ended. */
static void list_again(FailoverPair *p)
{
    PCIDevice *pci = PCI_DEVICE(p->primary);

    p->unlisted = false;
    qdev_walk_children(p->primary, put_back, NULL, NULL, NULL, NULL);
    if (pci->has_rom) {
        vmstate_register_ram(&pci->rom, p->primary);
    }
}

static void begins(FailoverPair *p)
{
    failover_core_migration_begins(p->core, failover_now_ms());
    if (p->primary && p->primary->realized && !p->unlisted) {
        unlist(p);
    }
    /* Now: the migration thread is about to look. */
    failover_pair_run(p);
}

static void failed(FailoverPair *p)
{
    failover_core_migration_failed(p->core);
    if (p->primary && p->primary->realized && p->unlisted) {
        list_again(p);
    }
    failover_pair_kick(p);
}

static void on_migration(AnnexMigrationEvent event)
{
    const GPtrArray *pairs = failover_pairs();
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        FailoverPair *p = pairs->pdata[i];

        switch (event) {
        case ANNEX_MIGRATION_BEGINS:
            begins(p);
            break;
        case ANNEX_MIGRATION_FAILED:
            failed(p);
            break;
        case ANNEX_MIGRATION_DONE:
            failover_core_migration_done(p->core);
            /* The VM may have been continued here already. */
            failover_pair_kick(p);
            break;
        }
    }
}

static AnnexMigrationObserver observer = { .fn = on_migration };

static bool is_never_sent(void *opaque)
{
    return false;
}

/* In the migration thread, without the BQL. */
static bool is_pending(void *opaque)
{
    return qatomic_read(&waiting);
}

static const VMStateDescription vmstate_wait = {
    .name = "annex-failover/wait",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = is_never_sent,
    .dev_unplug_pending = is_pending,
    .fields = (VMStateField[]) {
        VMSTATE_END_OF_LIST()
    },
};

void failover_migration_start(void)
{
    annex_host_migration_observe(&observer);
    vmstate_register(NULL, 0, &vmstate_wait, &waiting);
}
