/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: PCI devices, bridges, PCI Express slots and SHPC. */
#ifndef ANNEX_HOST_PCI_H
#define ANNEX_HOST_PCI_H

#include "common/host/memory.h"
#include "common/host/qdev.h"
#include "hw/pci/pci.h"
#include "hw/pci/pci_bridge.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_host.h"
#include "hw/pci/pcie_port.h"
#include "hw/pci/shpc.h"

#if HOST_SERIES >= 1000
#include "hw/pci/pci_device.h"
#endif

#endif
