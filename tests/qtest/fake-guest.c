/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: start and stop. */
#include "fake-guest.h"
#include "fake-acpi.h"
#include "fake-slots.h"

#include <string.h>

const FakeGuestOps *const fake_guests[] = {
    &fake_pcie, &fake_acpi_pci_q35, &fake_acpi_pci_pc, &fake_shpc,
    &fake_acpi_cpu, &fake_acpi_memory, NULL
};

const FakeGuestOps *fake_guest_ops(const char *name)
{
    const FakeGuestOps *const *ops = fake_guests;

    while (strcmp((*ops)->name, name)) {
        ops++;
    }
    return *ops;
}

const char *fake_guest_wrapper;

FakeGuest *fake_guest_start(const FakeGuestOps *ops, const char *options,
                            bool incoming)
{
    FakeGuest *g = g_new0(FakeGuest, 1);

    g->ops = ops;
    g->vm = test_vm_new(ops->name);
    test_vm_args(g->vm, "-machine %s %s", ops->machine, ops->args);
    if (options) {
        test_vm_plugin(g->vm, "unplug", options);
    }
    if (incoming) {
        test_vm_args(g->vm, "-incoming defer");
    }
    if (fake_guest_wrapper) {
        test_vm_wrapper(g->vm, fake_guest_wrapper);
    }
    test_vm_halt_rom(g->vm);
    test_vm_qtest(g->vm);
    test_vm_start(g->vm);
    if (!incoming) {
        ops->set_up(g);
    }
    return g;
}

void fake_guest_stop(FakeGuest *g)
{
    test_vm_quit(g->vm);
    test_vm_free(g->vm);
    g_free(g);
}

void fake_guest_arrive(FakeGuest *g, const FakeGuest *from)
{
    g->acpi = from->acpi;
    g->pci = from->pci;
    g->pci.q = g->vm->qtest;
    g->cap = from->cap;
    g->select = from->select;
    g->slot = from->slot;
}
