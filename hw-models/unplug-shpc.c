/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug by the standard hotplug controller of a PCI bridge. */
#include "common/host/pci.h"
#include "common/host/qapi.h"
#include "common/region-tap.h"
#include "hw-models/unplug-pci.h"
#include "hw-models/unplug-transports.h"

/*
 * PCI Standard Hot-Plug Controller and Subsystem Specification 1.0, 4.
 * The request is a press of the attention button, which latches a bit.  The
 * guest clears it, lets the power LED blink for five seconds, in which a
 * second press cancels, then disables the slot.  QEMU's side: hw/pci/shpc.c,
 * 7.2 and 10.0; it does not look at PCIDevice.partially_hotplugged, so what the
 * guest lets go cannot be kept.
 */
#define SERR_INT 0x20
#define SERR_INT_GLOBAL_DISABLE 1
#define SLOT_STATUS(slot) (0x24 + (slot) * 4)
#define SLOT_LATCH(slot) (0x26 + (slot) * 4)
#define SLOT_DISABLE(slot) (0x27 + (slot) * 4)

#define STATE_ENABLED 2
#define LED_ON 1
#define LED_BLINK 2
#define BUTTON 4

static PCIDevice *bridge_of(const UnplugRecord *r)
{
    return PCI_DEVICE(r->handler);
}

static bool is_enabled(PCIDevice *bridge, int slot)
{
    return (bridge->shpc->config[SLOT_STATUS(slot)] & 3) == STATE_ENABLED;
}

static unsigned led(PCIDevice *bridge, int slot)
{
    return bridge->shpc->config[SLOT_STATUS(slot)] >> 2 & 3;
}

static bool is_pressed(PCIDevice *bridge, int slot)
{
    return bridge->shpc->config[SLOT_LATCH(slot)] & BUTTON;
}

/* Clear the latch as a guest would: the interrupt follows (RW1C). */
static void release_button(PCIDevice *bridge, int slot)
{
    annex_region_write(&bridge->shpc->mmio, SLOT_LATCH(slot), BUTTON, 1);
}

/*
 * As shpc_device_unplug_request_cb() does it, which in 10.0 refuses to
 * while the LED blinks.  Writing zeros to the latch changes nothing of it,
 * but the host then looks which interrupts are due.
 */
static void press_button(PCIDevice *bridge, int slot)
{
    bridge->shpc->config[SLOT_LATCH(slot)] |= BUTTON;
    annex_region_write(&bridge->shpc->mmio, SLOT_LATCH(slot), 0, 1);
}

static void note_peek(UnplugRecord *r)
{
    r->t.peeked = true;
    r->t.peeked_ms = unplug_now_ms();
}

/* The guest has read or cleared the latch so lately that it may be at it. */
static bool is_peek_fresh(const UnplugRecord *r)
{
    return r->t.peeked &&
           unplug_now_ms() - r->t.peeked_ms < UNPLUG_PCI_BLINK_MS;
}

/* The slots as they were before the write at hand. */
static struct {
    unsigned leds[PCI_SLOT_MAX];
    bool pressed[PCI_SLOT_MAX];
} before;

/* Call @fn for each record in the slots of @bridge. */
static void each_record(PCIDevice *bridge,
                        void (*fn)(UnplugRecord *r, PCIDevice *bridge,
                                   const void *opaque),
                        const void *opaque)
{
    PCIBus *bus = bridge->shpc->sec_bus;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(bus->devices); i++) {
        UnplugRecord *r = bus->devices[i] ? unplug_find(bus->devices[i])
                                          : NULL;

        if (r && !r->leaving && r->transport == &unplug_shpc) {
            fn(r, bridge, opaque);
        }
    }
}

typedef struct Access {
    hwaddr addr;
    unsigned size;
} Access;

static void on_read(UnplugRecord *r, PCIDevice *bridge, const void *opaque)
{
    const Access *read = opaque;
    hwaddr latch = SLOT_LATCH(r->t.slot);

    if (!r->t.peeked && read->addr <= latch &&
        read->addr + read->size > latch && is_pressed(bridge, r->t.slot)) {
        note_peek(r);
    }
}

static void after_read(const AnnexRegionTap *tap, void *state,
                       hwaddr addr, uint64_t value, unsigned size)
{
    Access read = { .addr = addr, .size = size };

    each_record(state, on_read, &read);
}

static void before_write(const AnnexRegionTap *tap, void *state,
                         hwaddr addr, uint64_t value, unsigned size)
{
    PCIDevice *bridge = state;
    int i;

    for (i = 0; i < bridge->shpc->nslots; i++) {
        before.leds[i] = led(bridge, i);
        before.pressed[i] = is_pressed(bridge, i);
    }
}

static void on_change(UnplugRecord *r, PCIDevice *bridge, const void *opaque)
{
    int slot = r->t.slot;

    if (before.pressed[slot] && !is_pressed(bridge, slot)) {
        note_peek(r);
    }
    if (before.leds[slot] != LED_BLINK && led(bridge, slot) == LED_BLINK) {
        unplug_seen(r);
        if (r->t.press_on_blink) {
            r->t.press_on_blink = false;
            press_button(bridge, slot);
        }
    }
    if (before.leds[slot] == LED_BLINK && led(bridge, slot) == LED_ON) {
        if (r->cancel != UNPLUG_CANCEL_NONE) {
            unplug_cancelled(r, UNPLUG_OUTCOME_ABORTED);
        } else {
            unplug_guest_refused(r, UNPLUG_NO_CODE,
                                 "the guest has cancelled the removal");
        }
    }
}

static void after_write(const AnnexRegionTap *tap, void *state,
                        hwaddr addr, uint64_t value, unsigned size)
{
    each_record(state, on_change, NULL);
}

static const AnnexRegionTap tap = {
    .after_read = after_read,
    .before_write = before_write,
    .after_write = after_write,
};

static void attach(AnnexHookSet *hooks, UnplugRecord *r)
{
    r->t.peeked = false;
    r->t.slot = PCI_SLOT(PCI_DEVICE(r->dev)->devfn) - 1;
    annex_region_tap(hooks, &bridge_of(r)->shpc->mmio, &tap);
}

static bool claims(const UnplugTransportOps *ops, HotplugHandler *handler,
                   DeviceState *dev)
{
    const PCIDevice *bridge =
        (PCIDevice *)object_dynamic_cast(OBJECT(handler), TYPE_PCI_DEVICE);
    int slot;

    if (!bridge || !shpc_present(bridge) ||
        !object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE)) {
        return false;
    }
    slot = PCI_SLOT(PCI_DEVICE(dev)->devfn) - 1;
    return slot >= 0 && slot < bridge->shpc->nslots;
}

static bool listening(const UnplugRecord *r)
{
    const uint8_t *config = bridge_of(r)->shpc->config;

    return !(config[SERR_INT] & SERR_INT_GLOBAL_DISABLE) &&
           !(config[SLOT_DISABLE(r->t.slot)] & BUTTON);
}

static UnplugRetry retry(UnplugRecord *r, DeviceState *dev, Error **errp)
{
    PCIDevice *bridge = bridge_of(r);
    int slot = r->t.slot;

    if (led(bridge, slot) == LED_BLINK || !is_enabled(bridge, slot) ||
        is_peek_fresh(r)) {
        error_setg(errp, "the guest is removing device '%s': another press of "
                   "the attention button would cancel that", r->path);
        return UNPLUG_RETRY_REFUSE;
    }
    r->t.press_on_blink = false;
    if (is_pressed(bridge, slot)) {
        release_button(bridge, slot);
    }
    return UNPLUG_RETRY_ASK;
}

static UnplugCancelAction cancel(UnplugRecord *r, Error **errp)
{
    PCIDevice *bridge = bridge_of(r);
    int slot = r->t.slot;
    bool blinking = led(bridge, slot) == LED_BLINK;

    if (unplug_pci_slot_is_shared(r, errp)) {
        return UNPLUG_CANCEL_FAILED;
    }
    if ((is_pressed(bridge, slot) && !r->t.peeked) ||
        (!blinking && is_enabled(bridge, slot) && !is_peek_fresh(r))) {
        release_button(bridge, slot);
        return UNPLUG_CANCEL_WITHDRAWN;
    }
    if (!is_enabled(bridge, slot) ||
        (r->seen && unplug_now_ms() - r->seen_ms > UNPLUG_PCI_CANCEL_MS)) {
        error_setg(errp, "the guest is switching off the slot of device '%s'",
                   r->path);
        return UNPLUG_CANCEL_FAILED;
    }
    if (blinking) {
        press_button(bridge, slot);
    } else {
        r->t.press_on_blink = true;
    }
    return UNPLUG_CANCEL_ASKED;
}

static void resume_cancel(UnplugRecord *r)
{
    r->t.press_on_blink = led(bridge_of(r), r->t.slot) != LED_BLINK;
}

static bool in_flight(const UnplugTransportOps *ops, HotplugHandler *handler,
                      DeviceState *dev, bool *seen)
{
    PCIDevice *bridge = PCI_DEVICE(handler);
    PCIDevice *pci = PCI_DEVICE(dev);
    int slot = PCI_SLOT(pci->devfn) - 1;

    *seen = led(bridge, slot) == LED_BLINK;
    /* An insertion presses and blinks as well, at a disabled slot. */
    return pci_get_function_0(pci) == pci && is_enabled(bridge, slot) &&
           (is_pressed(bridge, slot) || *seen);
}

const UnplugTransportOps unplug_shpc = {
    .id = UNPLUG_TRANSPORT_SHPC,
    .claims = claims,
    .attach = attach,
    .retry = retry,
    .listening = listening,
    .cancel = cancel,
    .resume_cancel = resume_cancel,
    .slot = unplug_pci_slot,
    .slot_mate = unplug_pci_slot_mate,
    .in_flight = in_flight,
};
