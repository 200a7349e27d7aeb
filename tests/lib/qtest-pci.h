/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI configuration space and ACPI registers of x86, by qtest. */
#ifndef ANNEX_TEST_QTEST_PCI_H
#define ANNEX_TEST_QTEST_PCI_H

#include "qtest-client.h"

typedef struct QtestPci {
    QtestClient *q;
    uint8_t bus;
    uint8_t dev;
    uint8_t fn;
} QtestPci;

/* Configuration accesses by ports 0xcf8 and 0xcfc: offsets below 0x100. */
uint8_t qtest_pci_readb(const QtestPci *pci, uint8_t offset);
uint16_t qtest_pci_readw(const QtestPci *pci, uint8_t offset);
uint32_t qtest_pci_readl(const QtestPci *pci, uint8_t offset);
void qtest_pci_writeb(const QtestPci *pci, uint8_t offset, uint8_t value);
void qtest_pci_writew(const QtestPci *pci, uint8_t offset, uint16_t value);
void qtest_pci_writel(const QtestPci *pci, uint8_t offset, uint32_t value);

/*
 * The offset of the capability @id (0x10 PCI Express, 0x0c SHPC), 0 if the
 * function has none.
 */
uint8_t qtest_pci_find_cap(const QtestPci *pci, uint8_t id);

/* Number a bridge's buses, so that what is behind it can be reached. */
void qtest_pci_set_buses(const QtestPci *bridge, uint8_t primary,
                         uint8_t secondary, uint8_t subordinate);

/* Enable I/O, memory and bus mastering of a function or bridge. */
void qtest_pci_enable(const QtestPci *pci);

/* Where QEMU has the hotplug registers of ACPI (ports). */
typedef struct QtestAcpi {
    uint16_t pm_base;           /* PM1a_STS; PM1a_CNT is at + 4 */
    uint16_t gpe0_sts;
    uint16_t gpe0_en;
    uint16_t pcihp;             /* PCIU 0, PCID 4, EJ 8, RMV 12, SEL 16 */
    uint16_t cpu_hotplug;
    uint16_t memory_hotplug;
} QtestAcpi;

/*
 * Do what firmware and an ACPI guest do first: place and enable the PM
 * registers, switch to ACPI mode (SCI_EN). @machine: "q35" or "pc".
 */
QtestAcpi qtest_acpi_enable(QtestClient *q, const char *machine);

#endif
