/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover presence: a slot that looks occupied until the guest wants it. */
#include "hw-models/failover-present.h"
#include "common/pcie-slot.h"
#include "hw-models/failover-slot.h"

/*
 * A guest that finds a card in a slot switches the power on, and waits a
 * second or more for the link (PCI Express Base 6.0, 6.7.3.3; Linux,
 * pciehp_check_link_status()): time to create the device.
 */

static AnnexHookSet *hooks;

static PCIDevice *port_of(const FailoverPair *p)
{
    return p->presented ? failover_slot_port(p->presented) : NULL;
}

/* In the vCPU thread of the access. */
static void on_changed(PCIDevice *port, AnnexPcieSlot old, AnnexPcieSlot now)
{
    const GPtrArray *pairs = failover_pairs();
    unsigned i;

    for (i = 0; i < pairs->len; i++) {
        FailoverPair *p = pairs->pdata[i];

        if (port_of(p) == port &&
            annex_slot_powered(old) != annex_slot_powered(now)) {
            failover_core_powered(p->core, annex_slot_powered(now));
            failover_pair_kick(p);
        }
    }
}

static const AnnexPcieSlotObserver observer = { .changed = on_changed };

bool failover_present(FailoverPair *p, const char *bus)
{
    PCIDevice *port = failover_slot_port(bus);

    if (!port) {
        return false;
    }
    annex_pcie_slot_watch(hooks, port, &observer);
    p->presented = g_strdup(bus);
    annex_pcie_slot_present(port);
    return true;
}

static PCIDevice *end(FailoverPair *p)
{
    PCIDevice *port = port_of(p);

    g_free(p->presented);
    p->presented = NULL;
    return port;
}

void failover_present_retract(FailoverPair *p)
{
    PCIDevice *port = port_of(p);
    /* A device that somebody has put there is not ours to hide. */
    bool is_occupied = port && failover_slot_state(p->presented) ==
                               FAILOVER_SLOT_OCCUPIED;

    end(p);
    if (port && !is_occupied) {
        annex_pcie_slot_retract(port);
    }
}

void failover_present_done(FailoverPair *p)
{
    PCIDevice *port = end(p);

    if (port) {
        annex_pcie_slot_write(port, PCI_EXP_SLTSTA,
                              annex_pcie_slot(port).status &
                              (PCI_EXP_SLTSTA_ABP | PCI_EXP_SLTSTA_PDC));
    }
}

void failover_present_run_state(bool running)
{
    const GPtrArray *pairs = failover_pairs();
    unsigned i;

    for (i = 0; !running && i < pairs->len; i++) {
        FailoverPair *p = pairs->pdata[i];

        if (p->presented) {
            failover_pair_run(p);
        }
    }
}

void failover_present_start(AnnexHookSet *set)
{
    hooks = set;
}
