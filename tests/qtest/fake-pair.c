/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake guests: a virtio-net driver, and the slot of a failover primary. */
#include "fake-pair.h"

#include <string.h>
#include "failure.h"
#include "fake-acpi.h"
#include "fake-slots.h"

#define NATIVE "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"

/* Of a bridge: a window of 1 MiB. */
#define MEMORY_BASE 0x20
#define MEMORY_LIMIT 0x22

/* PCI Express 6.0, 7.5.3: power and indicator on. */
#define SLOT_CONTROL 0x18
#define SLOT_ON 0x0100

/* virtio 1.2, 4.1.4. */
#define CAP_VENDOR 0x09
#define CAP_TYPE 3
#define CAP_BAR 4
#define CAP_OFFSET 8
#define TYPE_COMMON 1
#define BAR_ADDRESS 0xe0000000

#define DEVICE_FEATURE_SELECT 0
#define DEVICE_FEATURE 4
#define DRIVER_FEATURE_SELECT 8
#define DRIVER_FEATURE 12
#define DEVICE_STATUS 20

#define STATUS_DRIVER 3
#define STATUS_FEATURES_OK 8
#define STATUS_DRIVER_OK 4

/* Bits of the second word. */
#define FEATURE_VERSION_1 (1u << 0)
#define FEATURE_STANDBY (1u << 30)

const char *const fake_pair_transports[] = { "pcie", "acpi-pci", NULL };

FakePair *fake_pair_new(const char *transport, const char *options,
                        const char *devices)
{
    FakePair *f = g_new0(FakePair, 1);
    bool native = !strcmp(transport, "pcie");

    f->vm = test_vm_new(transport);
    f->standby = "net1";
    f->bar = BAR_ADDRESS;
    f->net = (QtestPci){ NULL, 0, 5, 0 };
    f->slot.ops = native ? &fake_pcie : &fake_acpi_pci_q35;
    f->slot.vm = f->vm;
    test_vm_args(f->vm, "-machine q35 %s"
                 " -device pcie-root-port,id=rp0,chassis=1,addr=3"
                 " -device pcie-root-port,id=rp1,chassis=2,addr=6"
                 " -device pcie-root-port,id=rp2,chassis=3,addr=7 %s",
                 native ? NATIVE : "", devices);
    test_vm_plugin(f->vm, "failover", options);
    test_vm_halt_rom(f->vm);
    test_vm_qtest(f->vm);
    return f;
}

void fake_pair_start(FakePair *f)
{
    test_vm_start(f->vm);
    f->slot.ops->set_up(&f->slot);
    f->slot.ops->listen(&f->slot);
}

FakePair *fake_pair_plugged(const char *transport, const char *options)
{
    FakePair *f = fake_pair_new(transport, options,
                                FAKE_STANDBY " " FAKE_PRIMARY);

    fake_pair_start(f);
    fake_pair_drive(f, true);
    fake_pair_wait(f, "plugged", "negotiated");
    fake_pair_power_on(f);
    return f;
}

void fake_pair_stop(FakePair *f)
{
    test_vm_quit(f->vm);
    test_vm_free(f->vm);
    g_free(f);
}

FakePair *fake_pair_second(FakePair *f, const char *id, int dev)
{
    FakePair *second = g_new0(FakePair, 1);
    const QmpReply *r;

    *second = *f;
    second->standby = id;
    second->bar = BAR_ADDRESS + 0x100000;
    second->net.dev = dev;
    second->slot.pci.dev = 6;
    if (f->slot.ops != &fake_pcie) {
        r = qmp_execute(f->vm->qmp, "qom-get",
                        "{'path': '/machine/peripheral/rp1/rp1',"
                        " 'property': 'acpi-pcihp-bsel'}");
        g_assert_nonnull(r->ret);
        second->slot.select = json_node_get_int(r->ret);
    }
    second->slot.ops->listen(&second->slot);
    return second;
}

void fake_pair_behind_port(FakePair *f)
{
    QtestPci port = { f->vm->qtest, 0, 6, 0 };

    if (f->slot.ops == &fake_pcie) {
        qtest_pci_writew(&port, f->slot.cap + SLOT_CONTROL, SLOT_ON);
    }
    qtest_pci_set_buses(&port, 0, 2, 2);
    qtest_pci_writew(&port, MEMORY_BASE, BAR_ADDRESS >> 16);
    qtest_pci_writew(&port, MEMORY_LIMIT, BAR_ADDRESS >> 16);
    qtest_pci_enable(&port);
    f->net = (QtestPci){ f->vm->qtest, 2, 0, 0 };
}

/* The next capability after @offset, of the vendor's kind. */
static uint8_t find_common(const QtestPci *pci)
{
    uint8_t cap = qtest_pci_find_cap(pci, CAP_VENDOR);

    while (cap && (qtest_pci_readb(pci, cap) != CAP_VENDOR ||
                   qtest_pci_readb(pci, cap + CAP_TYPE) != TYPE_COMMON)) {
        cap = qtest_pci_readb(pci, cap + 1);
    }
    return cap;
}

static void map(FakePair *f)
{
    uint8_t cap, bar;

    f->net.q = f->vm->qtest;
    cap = find_common(&f->net);
    g_assert_cmpint(cap, !=, 0);
    bar = 0x10 + 4 * qtest_pci_readb(&f->net, cap + CAP_BAR);
    qtest_pci_writel(&f->net, bar, f->bar);
    qtest_pci_writel(&f->net, bar + 4, 0);
    qtest_pci_enable(&f->net);
    f->common = f->bar + qtest_pci_readl(&f->net, cap + CAP_OFFSET);
}

static void set_status(FakePair *f, uint8_t status)
{
    qtest_writeb(f->vm->qtest, f->common + DEVICE_STATUS, status);
}

void fake_pair_reset(FakePair *f)
{
    set_status(f, 0);
}

bool fake_pair_is_offered(FakePair *f)
{
    map(f);
    qtest_writel(f->vm->qtest, f->common + DEVICE_FEATURE_SELECT, 1);
    return qtest_readl(f->vm->qtest, f->common + DEVICE_FEATURE) &
           FEATURE_STANDBY;
}

void fake_pair_drive(FakePair *f, bool standby)
{
    QtestClient *q = f->vm->qtest;

    map(f);
    set_status(f, 0);
    set_status(f, STATUS_DRIVER);
    qtest_writel(q, f->common + DRIVER_FEATURE_SELECT, 0);
    qtest_writel(q, f->common + DRIVER_FEATURE, 0);
    qtest_writel(q, f->common + DRIVER_FEATURE_SELECT, 1);
    qtest_writel(q, f->common + DRIVER_FEATURE,
                 FEATURE_VERSION_1 | (standby ? FEATURE_STANDBY : 0));
    set_status(f, STATUS_DRIVER | STATUS_FEATURES_OK);
    g_assert_cmpint(qtest_readb(q, f->common + DEVICE_STATUS), ==,
                    STATUS_DRIVER | STATUS_FEATURES_OK);
    set_status(f, STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}

void fake_pair_power_on(FakePair *f)
{
    QtestClient *q = f->vm->qtest;

    if (f->slot.ops == &fake_pcie) {
        fake_slot_ack(&f->slot);
        fake_slot_power_on(&f->slot);
    } else {
        /* To read the register of new devices is to take note of them. */
        qtest_outl(q, f->slot.acpi.pcihp + 16, f->slot.select);
        qtest_inl(q, f->slot.acpi.pcihp);
    }
}

void fake_pair_release(FakePair *f)
{
    f->slot.ops->take(&f->slot);
    f->slot.ops->let_go(&f->slot);
}

const QmpEvent *fake_pair_wait(FakePair *f, const char *state,
                               const char *reason)
{
    const QmpEvent *e = qmp_wait_event(f->vm->qmp,
                                       "FAILOVER_PRIMARY_CHANGED", 0,
                                       "{'standby': %s, 'state': %s}",
                                       f->standby, state);

    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    reason);
    return e;
}

JsonObject *fake_pair_query(FakePair *f)
{
    JsonArray *list = qmp_ok_array(f->vm->qmp, "query-failover", QMP_ANY);
    unsigned i;

    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *pair = json_array_get_object_element(list, i);

        if (!strcmp(json_object_get_string_member(pair, "standby"),
                    f->standby)) {
            return pair;
        }
    }
    test_fail("there is no pair of '%s'", f->standby);
}

void fake_pair_expect(FakePair *f, const char *state)
{
    g_assert_cmpstr(json_object_get_string_member(fake_pair_query(f),
                                                  "state"), ==, state);
}

void fake_pair_until_named(FakePair *f, bool (*done)(FakePair *f),
                           const char *name)
{
    gint64 deadline = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;

    while (!done(f)) {
        if (g_get_monotonic_time() > deadline) {
            test_fail("time is over waiting for %s()", name);
        }
        g_usleep(10 * 1000);
    }
}

void fake_pair_add_tests(const char *program, const FakePairTest *tests)
{
    unsigned i, j;

    for (j = 0; fake_pair_transports[j]; j++) {
        for (i = 0; tests[i].name; i++) {
            g_autofree char *path =
                g_strdup_printf("/%s/%s/%s", program,
                                fake_pair_transports[j], tests[i].name);

            if (!j || !tests[i].native_only) {
                g_test_add_data_func(path, fake_pair_transports[j],
                                     tests[i].fn);
            }
        }
    }
}
