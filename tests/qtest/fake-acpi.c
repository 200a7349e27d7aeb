/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: the ACPI transports, PCI, CPU and memory. */
#include "fake-acpi.h"

#include <string.h>

#define PCIU 0
#define PCID 4
#define PCI_EJ 8
#define PCI_SEL 16

#define CPU_FLAGS 4
#define CPU_COMMAND 5
#define CPU_DATA 8

#define MEMORY_OST_EVENT 4
#define MEMORY_OST_STATUS 8
#define MEMORY_FLAGS 0x14

#define FLAG_REMOVE 4
#define FLAG_EJECT 8

#define OST_SOURCE_EJECT 3
#define OST_BUSY 0x82

static void enable_gpe(FakeGuest *g, unsigned bit)
{
    qtest_outb(g->vm->qtest, g->acpi.gpe0_en,
               qtest_inb(g->vm->qtest, g->acpi.gpe0_en) | 1 << bit);
}

static void acpi_set_up(FakeGuest *g)
{
    g->acpi = qtest_acpi_enable(g->vm->qtest, g->ops->machine);
}

/* ACPI PCI: dev0 behind a root port of q35, or on the root bus of pc. */
static void acpi_pci_set_up(FakeGuest *g)
{
    bool q35 = !strcmp(g->ops->machine, "q35");
    const QmpReply *reply =
        qmp_execute(g->vm->qmp, "qom-get",
                    "{'path': %s, 'property': 'acpi-pcihp-bsel'}",
                    q35 ? "/machine/peripheral/rp0/rp0"
                        : "/machine/i440fx/pci.0");

    acpi_set_up(g);
    g_assert_nonnull(reply->ret);
    g->select = json_node_get_int(reply->ret);
    g->slot = q35 ? 0 : 5;
}

static void acpi_pci_listen(FakeGuest *g)
{
    enable_gpe(g, 1);
}

static void acpi_pci_take(FakeGuest *g)
{
    QtestClient *q = g->vm->qtest;

    qtest_outl(q, g->acpi.pcihp + PCI_SEL, g->select);
    g_assert_true(qtest_inl(q, g->acpi.pcihp + PCID) >> g->slot & 1);
}

static void acpi_pci_let_go(FakeGuest *g)
{
    QtestClient *q = g->vm->qtest;

    qtest_outl(q, g->acpi.pcihp + PCI_SEL, g->select);
    qtest_outl(q, g->acpi.pcihp + PCI_EJ, 1u << g->slot);
}

const FakeGuestOps fake_acpi_pci_q35 = {
    .name = "acpi-pci", .machine = "q35", .deleted_event = true, .code = -1,
    .args = "-device pcie-root-port,id=rp0,chassis=1,addr=3"
            " -device virtio-rng-pci,id=dev0,bus=rp0",
    .set_up = acpi_pci_set_up, .listen = acpi_pci_listen,
    .take = acpi_pci_take, .let_go = acpi_pci_let_go,
};

const FakeGuestOps fake_acpi_pci_pc = {
    .name = "acpi-pci", .machine = "pc", .deleted_event = true, .code = -1,
    .args = "-device virtio-rng-pci,id=dev0,addr=5",
    .set_up = acpi_pci_set_up, .listen = acpi_pci_listen,
    .take = acpi_pci_take, .let_go = acpi_pci_let_go,
};

/* ACPI CPU. */
static void cpu_set_up(FakeGuest *g)
{
    acpi_set_up(g);
    g->slot = 1;
    /* As the firmware's code does: leave the legacy mode. */
    qtest_outl(g->vm->qtest, g->acpi.cpu_hotplug, 0);
}

static void cpu_listen(FakeGuest *g)
{
    enable_gpe(g, 2);
}

static void cpu_flags(FakeGuest *g, uint8_t flags)
{
    qtest_outl(g->vm->qtest, g->acpi.cpu_hotplug, g->slot);
    qtest_outb(g->vm->qtest, g->acpi.cpu_hotplug + CPU_FLAGS, flags);
}

static void cpu_take(FakeGuest *g)
{
    qtest_outl(g->vm->qtest, g->acpi.cpu_hotplug, g->slot);
    g_assert_true(qtest_inb(g->vm->qtest, g->acpi.cpu_hotplug + CPU_FLAGS) &
                  FLAG_REMOVE);
    cpu_flags(g, FLAG_REMOVE);
}

static void cpu_ost(FakeGuest *g, uint8_t command, uint32_t value)
{
    qtest_outl(g->vm->qtest, g->acpi.cpu_hotplug, g->slot);
    qtest_outb(g->vm->qtest, g->acpi.cpu_hotplug + CPU_COMMAND, command);
    qtest_outl(g->vm->qtest, g->acpi.cpu_hotplug + CPU_DATA, value);
}

static void cpu_refuse(FakeGuest *g)
{
    cpu_ost(g, 1, OST_SOURCE_EJECT);
    cpu_ost(g, 2, 0x84);
    cpu_ost(g, 1, OST_SOURCE_EJECT);
    cpu_ost(g, 2, OST_BUSY);
}

static void cpu_let_go(FakeGuest *g)
{
    cpu_flags(g, FLAG_EJECT);
}

const FakeGuestOps fake_acpi_cpu = {
    .name = "acpi-cpu", .machine = "q35", .code = OST_BUSY,
    .args = "-smp 1,sockets=4,maxcpus=4"
            " -device qemu64-x86_64-cpu,id=dev0,socket-id=1,core-id=0,"
            "thread-id=0",
    .set_up = cpu_set_up, .listen = cpu_listen, .take = cpu_take,
    .refuse = cpu_refuse, .let_go = cpu_let_go,
};

/* ACPI memory. */
static void memory_listen(FakeGuest *g)
{
    enable_gpe(g, 3);
}

static void memory_out(FakeGuest *g, uint16_t reg, uint32_t value)
{
    qtest_outl(g->vm->qtest, g->acpi.memory_hotplug, g->slot);
    qtest_outl(g->vm->qtest, g->acpi.memory_hotplug + reg, value);
}

static void memory_take(FakeGuest *g)
{
    qtest_outl(g->vm->qtest, g->acpi.memory_hotplug, g->slot);
    g_assert_true(qtest_inl(g->vm->qtest,
                            g->acpi.memory_hotplug + MEMORY_FLAGS) &
                  FLAG_REMOVE);
    memory_out(g, MEMORY_FLAGS, FLAG_REMOVE);
}

static void memory_refuse(FakeGuest *g)
{
    memory_out(g, MEMORY_OST_EVENT, OST_SOURCE_EJECT);
    memory_out(g, MEMORY_OST_STATUS, OST_BUSY);
}

static void memory_let_go(FakeGuest *g)
{
    memory_out(g, MEMORY_FLAGS, FLAG_EJECT);
}

const FakeGuestOps fake_acpi_memory = {
    .name = "acpi-memory", .machine = "q35", .code = OST_BUSY,
    .deleted_event = true,
    .args = "-m 128M,slots=2,maxmem=1G"
            " -object memory-backend-ram,id=mem0,size=128M"
            " -device pc-dimm,id=dev0,memdev=mem0",
    .set_up = acpi_set_up, .listen = memory_listen, .take = memory_take,
    .refuse = memory_refuse, .let_go = memory_let_go,
};

bool fake_acpi_is_requested(FakeGuest *g)
{
    QtestClient *q = g->vm->qtest;

    if (g->ops == &fake_acpi_cpu) {
        qtest_outl(q, g->acpi.cpu_hotplug, g->slot);
        return qtest_inb(q, g->acpi.cpu_hotplug + CPU_FLAGS) & FLAG_REMOVE;
    }
    if (g->ops == &fake_acpi_memory) {
        qtest_outl(q, g->acpi.memory_hotplug, g->slot);
        return qtest_inl(q, g->acpi.memory_hotplug + MEMORY_FLAGS) &
               FLAG_REMOVE;
    }
    qtest_outl(q, g->acpi.pcihp + PCI_SEL, g->select);
    return qtest_inl(q, g->acpi.pcihp + PCID) >> g->slot & 1;
}

bool fake_acpi_is_inserted(FakeGuest *g)
{
    QtestClient *q = g->vm->qtest;

    qtest_outl(q, g->acpi.pcihp + PCI_SEL, g->select);
    return qtest_inl(q, g->acpi.pcihp + PCIU) >> g->slot & 1;
}
