/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM with slot pools, whose guest ejects what it is told to. */
#ifndef ANNEX_TEST_SLOTS_VM_H
#define ANNEX_TEST_SLOTS_VM_H

#include "vm.h"

/* The pools of Ganeti, without a bus of their own for anything. */
#define SLOTS_NICS "pool=nics:pci.0:8-15:network"
#define SLOTS_DISKS "pool=disks:pci.0:16-31:storage"

#define SLOTS_DISK "virtio-scsi-pci"
#define SLOTS_NIC "virtio-net-pci"

/* Machine "pc" with @args, and annex-pci-slots with @options; runs. */
TestVm *slots_vm_new(const char *options, const char *args);

/* The same, not started yet. */
TestVm *slots_vm_prepare(const char *name, const char *options,
                         const char *args);

/* device_add; its slot. */
unsigned slots_vm_add(TestVm *vm, const char *driver, const char *id);

/* device_del, and the guest's eject. */
void slots_vm_del(TestVm *vm, const char *id);

/* The guest ejects a slot of the root bus. */
void slots_vm_eject(TestVm *vm, unsigned slot);

/* The slot, and slot and function, that the host says the device is in. */
unsigned slots_vm_slot(TestVm *vm, const char *id);
unsigned slots_vm_devfn(TestVm *vm, const char *id);

/* Its entry in the answer to query-pci-slots, or NULL. */
JsonObject *slots_vm_entry(TestVm *vm, const char *id);

/* A pool, or a pool of ports, in that answer. */
JsonObject *slots_vm_pool(TestVm *vm, const char *name);

/*
 * That every live entry is where the host has the device, and that all
 * devices with an id on PCI have one.
 */
void slots_vm_check(TestVm *vm);

#endif
