/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI configuration space and ACPI registers of x86, by qtest. */
#include <stdbool.h>
#include <string.h>
#include "failure.h"
#include "qtest-pci.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc

#define PCI_COMMAND 0x04
#define PCI_STATUS 0x06
#define PCI_STATUS_CAP_LIST 0x10
#define PCI_PRIMARY_BUS 0x18
#define PCI_CAPABILITY_LIST 0x34

#define APM_CNT 0xb2
#define PM1_CNT 4
#define PM1_CNT_SCI_EN 1
#define PM_BASE 0x600

/* Returns the port to use. */
static uint16_t select_config(const QtestPci *pci, uint8_t offset)
{
    uint32_t address = 0x80000000u | pci->bus << 16 | pci->dev << 11 |
                       pci->fn << 8 | (offset & 0xfc);

    qtest_outl(pci->q, CONFIG_ADDRESS, address);
    return CONFIG_DATA + (offset & 3);
}

uint8_t qtest_pci_readb(const QtestPci *pci, uint8_t offset)
{
    return qtest_inb(pci->q, select_config(pci, offset));
}

uint16_t qtest_pci_readw(const QtestPci *pci, uint8_t offset)
{
    return qtest_inw(pci->q, select_config(pci, offset));
}

uint32_t qtest_pci_readl(const QtestPci *pci, uint8_t offset)
{
    return qtest_inl(pci->q, select_config(pci, offset));
}

void qtest_pci_writeb(const QtestPci *pci, uint8_t offset, uint8_t value)
{
    qtest_outb(pci->q, select_config(pci, offset), value);
}

void qtest_pci_writew(const QtestPci *pci, uint8_t offset, uint16_t value)
{
    qtest_outw(pci->q, select_config(pci, offset), value);
}

void qtest_pci_writel(const QtestPci *pci, uint8_t offset, uint32_t value)
{
    qtest_outl(pci->q, select_config(pci, offset), value);
}

uint8_t qtest_pci_find_cap(const QtestPci *pci, uint8_t id)
{
    uint16_t status = qtest_pci_readw(pci, PCI_STATUS);
    uint8_t offset;

    if (status == 0xffff || !(status & PCI_STATUS_CAP_LIST)) {
        return 0;
    }
    offset = qtest_pci_readb(pci, PCI_CAPABILITY_LIST);
    while (offset && qtest_pci_readb(pci, offset) != id) {
        offset = qtest_pci_readb(pci, offset + 1);
    }
    return offset;
}

void qtest_pci_set_buses(const QtestPci *bridge, uint8_t primary,
                         uint8_t secondary, uint8_t subordinate)
{
    qtest_pci_writel(bridge, PCI_PRIMARY_BUS,
                     primary | secondary << 8 | subordinate << 16);
}

void qtest_pci_enable(const QtestPci *pci)
{
    qtest_pci_writew(pci, PCI_COMMAND, 7);
}

static QtestAcpi enable_q35(QtestClient *q)
{
    QtestPci lpc = { q, 0, 0x1f, 0 };

    g_assert_cmphex(qtest_pci_readl(&lpc, 0), ==, 0x29188086);
    qtest_pci_writel(&lpc, 0x40, PM_BASE | 1);
    qtest_pci_writeb(&lpc, 0x44, 0x80);
    qtest_outb(q, APM_CNT, 0x02);
    return (QtestAcpi){
        .pm_base = PM_BASE,
        .gpe0_sts = PM_BASE + 0x20,
        .gpe0_en = PM_BASE + 0x28,
        .pcihp = 0xcc0,
        .cpu_hotplug = 0xcd8,
        .memory_hotplug = 0xa00,
    };
}

static QtestAcpi enable_pc(QtestClient *q)
{
    QtestPci pm = { q, 0, 1, 3 };

    g_assert_cmphex(qtest_pci_readl(&pm, 0), ==, 0x71138086);
    qtest_pci_writel(&pm, 0x40, PM_BASE | 1);
    qtest_pci_writeb(&pm, 0x80, 1);
    qtest_outb(q, APM_CNT, 0xf1);
    return (QtestAcpi){
        .pm_base = PM_BASE,
        .gpe0_sts = 0xafe0,
        .gpe0_en = 0xafe2,
        .pcihp = 0xae00,
        .cpu_hotplug = 0xaf00,
        .memory_hotplug = 0xa00,
    };
}

QtestAcpi qtest_acpi_enable(QtestClient *q, const char *machine)
{
    bool is_q35 = strcmp(machine, "q35") == 0;
    QtestAcpi acpi = is_q35 ? enable_q35(q) : enable_pc(q);

    if (!(qtest_inw(q, acpi.pm_base + PM1_CNT) & PM1_CNT_SCI_EN)) {
        test_fail("machine %s did not enter ACPI mode", machine);
    }
    return acpi;
}
