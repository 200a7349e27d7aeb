/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: VIO devices of pseries, and what hosts lack to remove one. */
#ifndef ANNEX_HOST_SPAPR_VIO_H
#define ANNEX_HOST_SPAPR_VIO_H

#include "common/host/spapr.h"
#include "hw/ppc/spapr_vio.h"
#include "hw/scsi/scsi.h"
#include "net/net.h"

/* Names that only the devices' own files have. */
#define ANNEX_HOST_TYPE_VLAN  "spapr-vlan"
#define ANNEX_HOST_TYPE_VSCSI "spapr-vscsi"

/* struct SpaprVioVlan (hw/net/spapr_llan.c, 7.2 and 10.0). */
typedef struct AnnexHostVlan {
    SpaprVioDevice sdev;
    NICConf nicconf;
    NICState *nic;
    MACAddr perm_mac;
    bool isopen;
    hwaddr buf_list;
    uint32_t add_buf_ptr, use_buf_ptr, rx_bufs;
    hwaddr rxq_ptr;
    QEMUTimer *rxp_timer;
    uint32_t compat_flags;
    void *rx_pool[5];
} AnnexHostVlan;

/*
 * Undo what spapr_vlan_realize() has done.  Its timer flushes the queue of
 * the network card, and would be freed with the device, after the card.
 */
static inline void annex_host_vlan_unrealize(AnnexHostVlan *vlan)
{
    timer_del(vlan->rxp_timer);
    qemu_del_nic(vlan->nic);
    vlan->nic = NULL;
}

/*
 * Cancel what the disks of a SCSI adapter are at.  The host does that as well
 * when it unrealizes them, but in 10.0 a request can go on to its next part
 * before it is cancelled (scsi_device_for_each_req_async()), which then waits
 * for the end of that drain (blk_wait_while_drained()), and completes after
 * the disk has left its bus: QEMU crashes.  With two drains it is over.
 */
static inline void annex_host_scsi_cancel(BusState *bus)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &bus->children, sibling) {
        scsi_device_purge_requests(SCSI_DEVICE(kid->child), (SCSISense) {});
    }
}

/*
 * Undo what spapr_vio_busdev_realize() has done (hw/ppc/spapr_vio.c, 7.2 and
 * 10.0): the host has no unrealize() for VIO devices.  Its interrupt stays
 * claimed there, the number of its DMA window taken, and the address space
 * keeps the device itself alive.  To be called when nothing of it does DMA
 * any more, and before it leaves the bus.
 */
static inline void annex_host_vio_unrealize(SpaprVioDevice *dev)
{
    spapr_irq_free(SPAPR_MACHINE(qdev_get_machine()), dev->irq, 1);
    if (dev->tcet) {
        memory_region_del_subregion(&dev->mrroot,
                                    spapr_tce_get_iommu(dev->tcet));
        memory_region_del_subregion(&dev->mrroot, &dev->mrbypass);
        address_space_destroy(&dev->as);
        object_unparent(OBJECT(dev->tcet));
        dev->tcet = NULL;
    }
}

#endif
