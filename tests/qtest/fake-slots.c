/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: slots with an attention button, PCI Express and SHPC. */
#include "fake-slots.h"

#include <string.h>

/* PCI Express capability, PCIe 6.0, 7.5.3. */
#define SLTCTL 0x18
#define SLTSTA 0x1a
#define SLTCTL_ABPE 0x0001
#define SLTCTL_HPIE 0x0020
#define SLTCTL_PIC 0x0300
#define SLTCTL_PIC_ON 0x0100
#define SLTCTL_PIC_BLINK 0x0200
#define SLTCTL_PIC_OFF 0x0300
#define SLTCTL_PCC 0x0400
#define SLTSTA_ABP 0x0001

/* SHPC 1.0, 4; its registers are mapped by BAR 0 of the bridge. */
#define SHPC_BAR 0xfe000000
#define SHPC_COMMAND 0x14
#define SHPC_SERR_INT 0x20
#define SHPC_SLOT(slot) (0x24 + (slot) * 4)
#define SHPC_BUTTON 0x04
#define SHPC_LED_ON (1 << 2)
#define SHPC_LED_BLINK (2 << 2)
#define SHPC_ENABLED 2
#define SHPC_OFF (3 << 2 | 3)

static void pcie_set_up(FakeGuest *g)
{
    g->pci = (QtestPci){ g->vm->qtest, 0, 3, 0 };
    g->cap = qtest_pci_find_cap(&g->pci, 0x10);
    g_assert_cmpint(g->cap, !=, 0);
}

static void pcie_control(FakeGuest *g, uint16_t mask, uint16_t bits)
{
    uint16_t value = qtest_pci_readw(&g->pci, g->cap + SLTCTL);

    qtest_pci_writew(&g->pci, g->cap + SLTCTL, (value & ~mask) | bits);
}

static void pcie_listen(FakeGuest *g)
{
    pcie_control(g, 0, SLTCTL_ABPE | SLTCTL_HPIE);
}

static bool is_shpc(const FakeGuest *g)
{
    return g->ops == &fake_shpc;
}

static uint32_t shpc_slot(const FakeGuest *g)
{
    return SHPC_BAR + SHPC_SLOT(g->slot);
}

static void shpc_command(FakeGuest *g, uint8_t code)
{
    qtest_writew(g->vm->qtest, SHPC_BAR + SHPC_COMMAND,
                 code | (g->slot + 1) << 8);
}

bool fake_slot_is_pressed(FakeGuest *g)
{
    if (is_shpc(g)) {
        return qtest_readb(g->vm->qtest, shpc_slot(g) + 2) & SHPC_BUTTON;
    }
    return qtest_pci_readw(&g->pci, g->cap + SLTSTA) & SLTSTA_ABP;
}

void fake_slot_ack(FakeGuest *g)
{
    g_assert_true(fake_slot_is_pressed(g));
    if (is_shpc(g)) {
        qtest_writeb(g->vm->qtest, shpc_slot(g) + 2, SHPC_BUTTON);
    } else {
        qtest_pci_writew(&g->pci, g->cap + SLTSTA, SLTSTA_ABP);
    }
}

void fake_slot_blink(FakeGuest *g)
{
    if (is_shpc(g)) {
        shpc_command(g, SHPC_LED_BLINK);
    } else {
        pcie_control(g, SLTCTL_PIC, SLTCTL_PIC_BLINK);
    }
}

void fake_slot_light(FakeGuest *g)
{
    if (is_shpc(g)) {
        shpc_command(g, SHPC_LED_ON);
    } else {
        pcie_control(g, SLTCTL_PIC, SLTCTL_PIC_ON);
    }
}

void fake_slot_power_on(FakeGuest *g)
{
    if (is_shpc(g)) {
        shpc_command(g, SHPC_LED_ON | SHPC_ENABLED);
    } else {
        pcie_control(g, SLTCTL_PIC | SLTCTL_PCC, SLTCTL_PIC_ON);
    }
}

static void take(FakeGuest *g)
{
    fake_slot_ack(g);
    fake_slot_blink(g);
}

static void pcie_let_go(FakeGuest *g)
{
    pcie_control(g, SLTCTL_PIC, SLTCTL_PIC_OFF | SLTCTL_PCC);
}

const FakeGuestOps fake_pcie = {
    .name = "pcie", .machine = "q35", .deleted_event = true, .code = -1,
    .args = "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
            " -device pcie-root-port,id=rp0,chassis=1,addr=3"
            " -device virtio-rng-pci,id=dev0,bus=rp0",
    .set_up = pcie_set_up, .listen = pcie_listen, .take = take,
    .refuse = fake_slot_light, .let_go = pcie_let_go,
};

static void shpc_set_up(FakeGuest *g)
{
    g->pci = (QtestPci){ g->vm->qtest, 0, 3, 0 };
    g->slot = 1;
    qtest_pci_writel(&g->pci, 0x10, SHPC_BAR);
    qtest_pci_enable(&g->pci);
}

static void shpc_listen(FakeGuest *g)
{
    qtest_writel(g->vm->qtest, SHPC_BAR + SHPC_SERR_INT, 0);
    qtest_writeb(g->vm->qtest, shpc_slot(g) + 3, 0);
}

static void shpc_let_go(FakeGuest *g)
{
    shpc_command(g, SHPC_OFF);
}

const FakeGuestOps fake_shpc = {
    .name = "shpc", .machine = "pc", .deleted_event = true, .code = -1,
    .args = "-global PIIX4_PM.acpi-pci-hotplug-with-bridge-support=off"
            " -device pci-bridge,id=br0,chassis_nr=1,shpc=on,addr=3"
            " -device virtio-rng-pci,id=dev0,bus=br0,addr=2",
    .set_up = shpc_set_up, .listen = shpc_listen, .take = take,
    .refuse = fake_slot_light, .let_go = shpc_let_go,
};
