/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI Express slots: their registers, and who watches them. */
#include "common/pcie-slot.h"
#include "common/shadow.h"

#define SHADOW_KEY "pcie-slot"

typedef struct Watch {
    AnnexHookSet *set;
    GPtrArray *observers;       /* of AnnexPcieSlotObserver */
} Watch;

AnnexPcieSlot annex_pcie_slot(PCIDevice *port)
{
    AnnexPcieSlot s;

    pcie_cap_slot_get(port, &s.control, &s.status);
    return s;
}

void annex_pcie_slot_write(PCIDevice *port, unsigned reg, uint16_t value)
{
    port->config_write(port, port->exp.exp_cap + reg, value, 2);
}

void annex_pcie_slot_present(PCIDevice *port)
{
    pci_word_test_and_set_mask(port->config + port->exp.exp_cap +
                               PCI_EXP_SLTSTA,
                               PCI_EXP_SLTSTA_PDS | PCI_EXP_SLTSTA_PDC);
    pcie_cap_slot_push_attention_button(port);
}

void annex_pcie_slot_retract(PCIDevice *port)
{
    uint8_t *status = port->config + port->exp.exp_cap + PCI_EXP_SLTSTA;
    AnnexPcieSlot s = annex_pcie_slot(port);

    if (annex_slot_pressed(s)) {
        annex_pcie_slot_write(port, PCI_EXP_SLTSTA, PCI_EXP_SLTSTA_ABP);
    }
    pci_word_test_and_clear_mask(status, PCI_EXP_SLTSTA_PDS);
    pci_word_test_and_set_mask(status, PCI_EXP_SLTSTA_PDC);
    /* With this the host looks at what there is to tell. */
    annex_pcie_slot_write(port, PCI_EXP_SLTCTL, s.control);
}

static Watch *watch_of(PCIDevice *port)
{
    return annex_shadow_get(OBJECT(port), SHADOW_KEY);
}

static void on_config_write(PCIDevice *port, uint32_t addr, uint32_t val,
                            int len)
{
    PCIConfigWriteFunc *next = annex_hooks_next(&port->config_write,
                                                 on_config_write);
    const Watch *w = watch_of(port);
    AnnexPcieSlot old = annex_pcie_slot(port), now;
    unsigned i;

    next(port, addr, val, len);
    now = annex_pcie_slot(port);
    if (old.control == now.control && old.status == now.status) {
        return;
    }
    for (i = 0; i < w->observers->len; i++) {
        const AnnexPcieSlotObserver *o = w->observers->pdata[i];

        o->changed(port, old, now);
    }
}

static void tell_peeked(PCIDevice *port)
{
    const Watch *w = watch_of(port);
    unsigned i;

    for (i = 0; i < w->observers->len; i++) {
        const AnnexPcieSlotObserver *o = w->observers->pdata[i];

        if (o->peeked) {
            o->peeked(port);
        }
    }
}

static uint32_t on_config_read(PCIDevice *port, uint32_t addr, int len)
{
    PCIConfigReadFunc *next = annex_hooks_next(&port->config_read,
                                                on_config_read);
    uint32_t status = port->exp.exp_cap + PCI_EXP_SLTSTA;

    if (addr < status + 2 && addr + len > status &&
        annex_slot_pressed(annex_pcie_slot(port))) {
        tell_peeked(port);
    }
    return next(port, addr, len);
}

static void on_release(Object *obj, void *watch)
{
    PCIDevice *port = PCI_DEVICE(obj);
    Watch *w = watch;

    annex_hooks_remove_slot(w->set, &port->config_write);
    annex_hooks_remove_slot(w->set, &port->config_read);
    g_ptr_array_free(w->observers, true);
    g_free(w);
}

static Watch *watch(AnnexHookSet *set, PCIDevice *port)
{
    const char *type = object_get_typename(OBJECT(port));
    Watch *w = g_new0(Watch, 1);

    w->set = set;
    w->observers = g_ptr_array_new();
    annex_shadow_set(OBJECT(port), SHADOW_KEY, w, on_release);
    annex_hooks_add_slot(set, &port->config_write, on_config_write, type,
                         "config_write");
    annex_hooks_add_slot(set, &port->config_read, on_config_read, type,
                         "config_read");
    return w;
}

void annex_pcie_slot_watch(AnnexHookSet *set, PCIDevice *port,
                           const AnnexPcieSlotObserver *observer)
{
    Watch *w = watch_of(port) ?: watch(set, port);

    if (!g_ptr_array_find(w->observers, observer, NULL)) {
        g_ptr_array_add(w->observers, (void *)observer);
    }
}
