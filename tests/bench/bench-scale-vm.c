/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for the benchmark by numbers: many ACPI PCI slots. */
#include "bench-scale-vm.h"

/* Registers of ACPI PCI hotplug. */
#define PCID 4
#define PCI_EJECT 8
#define PCI_SELECT 16

#define PM_TIMER 8

/* Bridges in slots 3 to 31 of the root bus, more in 1 to 4 of the first. */
#define ROOT_BRIDGES 29
#define NESTED_BRIDGES 4
#define FIRST_BUS_SLOTS (31 - NESTED_BRIDGES)
#define BUS_SLOTS 31

static unsigned bus_of(unsigned n)
{
    return n < FIRST_BUS_SLOTS ? 0 : (n - FIRST_BUS_SLOTS) / BUS_SLOTS + 1;
}

static unsigned slot_of(unsigned n)
{
    return n < FIRST_BUS_SLOTS ? n + NESTED_BRIDGES + 1
                               : (n - FIRST_BUS_SLOTS) % BUS_SLOTS + 1;
}

static void add_bridges(ScaleVm *s)
{
    unsigned buses = bus_of(s->devices - 1) + 1;
    unsigned i;

    g_assert_cmpuint(buses, <=, ROOT_BRIDGES + NESTED_BRIDGES);
    for (i = 0; i < buses; i++) {
        bool nested = i >= ROOT_BRIDGES;

        test_vm_args(s->vm, "-device pci-bridge,id=br%u,chassis_nr=%u,"
                     "shpc=off,bus=%s,addr=0x%x", i, i + 1,
                     nested ? "br0" : "pci.0",
                     nested ? i - ROOT_BRIDGES + 1 : i + 3);
    }
    s->selects = g_new(int, buses);
}

static void find_selects(ScaleVm *s)
{
    unsigned i;

    for (i = 0; i <= bus_of(s->devices - 1); i++) {
        const QmpReply *reply =
            qmp_execute(s->vm->qmp, "qom-get",
                        "{'path': '/machine/peripheral/br%u/br%u',"
                        " 'property': 'acpi-pcihp-bsel'}", i, i);

        g_assert_nonnull(reply->ret);
        s->selects[i] = json_node_get_int(reply->ret);
    }
}

ScaleVm *scale_vm_start(unsigned devices, bool annex)
{
    ScaleVm *s = g_new0(ScaleVm, 1);
    unsigned n;

    g_assert_cmpuint(devices, <=, SCALE_DEVICES_MAX);
    s->devices = devices;
    s->vm = test_vm_new(annex ? "annex" : "stock");
    test_vm_args(s->vm, "-machine pc -m 64M");
    add_bridges(s);
    /* Nothing to them: a thousand virtio devices of 10.0 take over 20 GiB. */
    for (n = 0; n < devices; n++) {
        test_vm_args(s->vm, "-device pci-testdev,id=dev%u,bus=br%u,"
                     "addr=0x%x", n, bus_of(n), slot_of(n));
    }
    if (annex) {
        /* With a deadline to keep, which never comes. */
        test_vm_plugin(s->vm, "unplug", "timeout=86400");
    }
    test_vm_halt_rom(s->vm);
    test_vm_qtest(s->vm);
    test_vm_start(s->vm);
    s->acpi = qtest_acpi_enable(s->vm->qtest, "pc");
    find_selects(s);
    return s;
}

void scale_vm_stop(ScaleVm *s)
{
    test_vm_kill(s->vm);
    test_vm_free(s->vm);
    g_free(s->selects);
    g_free(s);
}

static double round_trip(const QmpReply *reply)
{
    g_assert_null(reply->error_desc);
    return reply->received_us - reply->sent_us;
}

double scale_vm_qmp(ScaleVm *s)
{
    return round_trip(qmp_execute(s->vm->qmp, "query-name", QMP_ANY));
}

double scale_vm_qtest(ScaleVm *s)
{
    gint64 start_us = g_get_monotonic_time();

    qtest_inl(s->vm->qtest, s->acpi.pm_base + PM_TIMER);
    return g_get_monotonic_time() - start_us;
}

double scale_vm_request(ScaleVm *s, unsigned n)
{
    return round_trip(qmp_execute(s->vm->qmp, "device_del",
                                  "{'id': 'dev%u'}", n));
}

static void select_bus(ScaleVm *s, unsigned n)
{
    qtest_outl(s->vm->qtest, s->acpi.pcihp + PCI_SELECT,
               s->selects[bus_of(n)]);
}

double scale_vm_read(ScaleVm *s, unsigned n)
{
    gint64 start_us;
    uint32_t down;

    select_bus(s, n);
    start_us = g_get_monotonic_time();
    down = qtest_inl(s->vm->qtest, s->acpi.pcihp + PCID);
    start_us = g_get_monotonic_time() - start_us;
    g_assert_true(down >> slot_of(n) & 1);
    return start_us;
}

double scale_vm_query(ScaleVm *s, unsigned expected)
{
    const QmpReply *reply = qmp_execute(s->vm->qmp, "query-unplug-requests",
                                        QMP_ANY);
    double us = round_trip(reply);
    JsonArray *list = json_node_get_array(reply->ret);

    g_assert_cmpuint(json_array_get_length(list), ==, expected);
    return us;
}

double scale_vm_eject(ScaleVm *s, unsigned n, double *deleted_us)
{
    const QmpEvent *e;
    gint64 start_us, end_us;

    select_bus(s, n);
    qmp_forget_events(s->vm->qmp);
    start_us = g_get_monotonic_time();
    qtest_outl(s->vm->qtest, s->acpi.pcihp + PCI_EJECT, 1u << slot_of(n));
    end_us = g_get_monotonic_time();
    e = qmp_wait_event(s->vm->qmp, "DEVICE_DELETED", 0,
                       "{'device': 'dev%u'}", n);
    *deleted_us = e->received_us - start_us;
    return end_us - start_us;
}

void scale_vm_plug(ScaleVm *s, unsigned n)
{
    g_autofree char *addr = g_strdup_printf("0x%x", slot_of(n));

    qmp_ok(s->vm->qmp, "device_add", "{'driver': 'virtio-rng-pci',"
           " 'id': 'dev%u', 'bus': 'br%u', 'addr': %s}", n, bus_of(n), addr);
}
