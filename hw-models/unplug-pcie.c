/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by native PCI Express hotplug: the slot registers of the port. */
#include "common/host/qapi.h"
#include "common/pcie-slot.h"
#include "hw-models/unplug-pci.h"
#include "hw-models/unplug-transports.h"

/*
 * PCI Express Base 6.0, 6.7 and 7.5.3.10.  The request is a press of the
 * attention button, which latches ABP.  The guest clears ABP, lets the
 * power indicator blink for five seconds, in which a second press cancels,
 * then switches power and indicator off.  QEMU's side: hw/pci/pcie.c, 7.2.
 */

static PCIDevice *port_of(const UnplugRecord *r)
{
    return PCI_DEVICE(r->handler);
}

/* Clear ABP as a guest would: the interrupt follows. */
static void release_button(PCIDevice *port)
{
    annex_pcie_slot_write(port, PCI_EXP_SLTSTA, PCI_EXP_SLTSTA_ABP);
}

static void note_peek(UnplugRecord *r)
{
    r->t.peeked = true;
    r->t.peeked_ms = unplug_now_ms();
}

/* The guest has read or cleared ABP so lately that it may be at it. */
static bool is_peek_fresh(const UnplugRecord *r)
{
    return r->t.peeked &&
           unplug_now_ms() - r->t.peeked_ms < UNPLUG_PCI_BLINK_MS;
}

static void on_change(UnplugRecord *r, PCIDevice *port, AnnexPcieSlot old,
                      AnnexPcieSlot now)
{
    if (annex_slot_pressed(old) && !annex_slot_pressed(now)) {
        note_peek(r);
    }
    if (!annex_slot_blinking(old) && annex_slot_blinking(now)) {
        unplug_seen(r);
        if (r->t.press_on_blink) {
            r->t.press_on_blink = false;
            pcie_cap_slot_push_attention_button(port);
        }
    }
    if (annex_slot_present(old) && !annex_slot_present(now) &&
        PCI_DEVICE(r->dev)->partially_hotplugged) {
        unplug_pci_present_again(r);
        return;
    }
    if (annex_slot_blinking(old) && annex_slot_lit(now)) {
        if (r->cancel != UNPLUG_CANCEL_NONE) {
            unplug_pci_keep(r, false);
            unplug_cancelled(r, UNPLUG_OUTCOME_ABORTED);
        } else {
            unplug_guest_refused(r, UNPLUG_NO_CODE,
                                 "the guest has cancelled the removal");
        }
    }
}

/* Call @fn for each record in the slot below @port. */
static void each_record(PCIDevice *port,
                        void (*fn)(UnplugRecord *r, PCIDevice *port,
                                   AnnexPcieSlot old, AnnexPcieSlot now),
                        AnnexPcieSlot old, AnnexPcieSlot now)
{
    PCIBus *bus = pci_bridge_get_sec_bus(PCI_BRIDGE(port));
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(bus->devices); i++) {
        UnplugRecord *r = bus->devices[i] ? unplug_find(bus->devices[i])
                                          : NULL;

        if (r && !r->leaving && r->transport == &unplug_pcie) {
            fn(r, port, old, now);
        }
    }
}

static void on_changed(PCIDevice *port, AnnexPcieSlot old, AnnexPcieSlot now)
{
    each_record(port, on_change, old, now);
}

static void on_peek(UnplugRecord *r, PCIDevice *port, AnnexPcieSlot old,
                    AnnexPcieSlot now)
{
    if (!r->t.peeked) {
        note_peek(r);
    }
}

static void on_peeked(PCIDevice *port)
{
    AnnexPcieSlot now = annex_pcie_slot(port);

    each_record(port, on_peek, now, now);
}

static const AnnexPcieSlotObserver observer = {
    .changed = on_changed,
    .peeked = on_peeked,
};

static void attach(AnnexHookSet *hooks, UnplugRecord *r)
{
    r->t.peeked = false;
    annex_pcie_slot_watch(hooks, port_of(r), &observer);
}

static bool claims(const UnplugTransportOps *ops, HotplugHandler *handler,
                   DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(handler), TYPE_PCIE_SLOT) &&
           object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE);
}

static bool listening(const UnplugRecord *r)
{
    uint16_t want = PCI_EXP_SLTCTL_HPIE | PCI_EXP_SLTCTL_ABPE;

    return (annex_pcie_slot(port_of(r)).control & want) == want;
}

static UnplugRetry retry(UnplugRecord *r, DeviceState *dev, Error **errp)
{
    AnnexPcieSlot s = annex_pcie_slot(port_of(r));

    if (r->t.presenting) {
        error_setg(errp, "device '%s' is being presented to the guest again",
                   r->path);
        return UNPLUG_RETRY_REFUSE;
    }
    if (r->cancel == UNPLUG_CANCEL_KEEPING) {
        unplug_pci_keep(r, false);
        return UNPLUG_RETRY_RESUME;
    }
    if (annex_slot_blinking(s) || !annex_slot_powered(s) || is_peek_fresh(r)) {
        error_setg(errp, "the guest is removing device '%s': another press of "
                   "the attention button would cancel that", r->path);
        return UNPLUG_RETRY_REFUSE;
    }
    if (r->cancel != UNPLUG_CANCEL_NONE) {
        unplug_pci_keep(r, false);
        r->t.press_on_blink = false;
    }
    if (annex_slot_pressed(s)) {
        release_button(port_of(r));
    }
    return UNPLUG_RETRY_ASK;
}

static UnplugCancelAction cancel(UnplugRecord *r, Error **errp)
{
    PCIDevice *port = port_of(r);
    AnnexPcieSlot s = annex_pcie_slot(port);

    if (unplug_pci_slot_is_shared(r, errp)) {
        return UNPLUG_CANCEL_FAILED;
    }
    if (annex_slot_pressed(s) && !r->t.peeked) {
        release_button(port);
        return UNPLUG_CANCEL_WITHDRAWN;
    }
    if (!annex_slot_blinking(s) && annex_slot_powered(s) && !is_peek_fresh(r)) {
        /* The guest took no notice.  A latched press is not to stay. */
        release_button(port);
        return UNPLUG_CANCEL_WITHDRAWN;
    }
    /* Whatever the guest does from here on, the device stays. */
    unplug_pci_keep(r, true);
    if (!annex_slot_powered(s) ||
        (r->seen && unplug_now_ms() - r->seen_ms > UNPLUG_PCI_CANCEL_MS)) {
        return UNPLUG_CANCEL_KEEP;
    }
    if (annex_slot_blinking(s)) {
        pcie_cap_slot_push_attention_button(port);
    } else {
        r->t.press_on_blink = true;
    }
    return UNPLUG_CANCEL_ASKED;
}

static void resume_cancel(UnplugRecord *r)
{
    AnnexPcieSlot s = annex_pcie_slot(port_of(r));

    unplug_pci_keep(r, true);
    r->t.press_on_blink = r->cancel == UNPLUG_CANCEL_ABORTING &&
                          annex_slot_powered(s) && !annex_slot_blinking(s);
    if (!annex_slot_present(s)) {
        annex_host_set_pending_delete(r->dev, false);
        unplug_pci_present_again(r);
    }
}

static bool in_flight(const UnplugTransportOps *ops, HotplugHandler *handler,
                      DeviceState *dev, bool *seen)
{
    AnnexPcieSlot s = annex_pcie_slot(PCI_DEVICE(handler));

    *seen = annex_slot_blinking(s);
    /* An insertion presses and blinks as well, at a slot without power. */
    return pci_get_function_0(PCI_DEVICE(dev)) == PCI_DEVICE(dev) &&
           annex_slot_present(s) && annex_slot_powered(s) &&
           (annex_slot_pressed(s) || annex_slot_blinking(s));
}

/*
 * The reset has forgotten the request.  If the guest had let go, the slot
 * looks empty: have the host's handler put the device in as at power-on.
 */
static void after_reset(UnplugRecord *r)
{
    DeviceState *dev = r->dev;
    bool hotplugged = dev->hotplugged;

    unplug_pci_keep(r, false);
    r->t.presenting = false;
    if (!annex_slot_present(annex_pcie_slot(port_of(r)))) {
        dev->hotplugged = false;
        hotplug_handler_plug(r->handler, dev, NULL);
        dev->hotplugged = hotplugged;
    }
}

const UnplugTransportOps unplug_pcie = {
    .id = UNPLUG_TRANSPORT_PCIE,
    .claims = claims,
    .attach = attach,
    .retry = retry,
    .listening = listening,
    .cancel = cancel,
    .resume_cancel = resume_cancel,
    .slot = unplug_pci_slot,
    .slot_mate = unplug_pci_slot_mate,
    .in_flight = in_flight,
    .after_reset = after_reset,
};
