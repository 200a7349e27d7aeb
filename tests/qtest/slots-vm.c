/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM with slot pools, whose guest ejects what it is told to. */
#include "slots-vm.h"
#include <string.h>
#include "failure.h"

/* docs/specs/acpi_pci_hotplug: the root bus is number 0. */
#define PCIHP_EJECT 8
#define PCIHP_SELECT 16

TestVm *slots_vm_prepare(const char *name, const char *options,
                         const char *args)
{
    TestVm *vm = test_vm_new(name);

    test_vm_args(vm, "-machine pc %s", args);
    if (options) {
        test_vm_plugin(vm, "pci-slots", *options ? options : NULL);
    }
    test_vm_halt_rom(vm);
    test_vm_qtest(vm);
    return vm;
}

TestVm *slots_vm_new(const char *options, const char *args)
{
    TestVm *vm = slots_vm_prepare("vm", options, args);

    test_vm_start(vm);
    return vm;
}

unsigned slots_vm_add(TestVm *vm, const char *driver, const char *id)
{
    qmp_ok(vm->qmp, "device_add", "{'driver': %s, 'id': %s}", driver, id);
    return slots_vm_slot(vm, id);
}

void slots_vm_eject(TestVm *vm, unsigned slot)
{
    QtestAcpi acpi = qtest_acpi_enable(vm->qtest, "pc");

    qtest_outl(vm->qtest, acpi.pcihp + PCIHP_SELECT, 0);
    qtest_outl(vm->qtest, acpi.pcihp + PCIHP_EJECT, 1u << slot);
}

void slots_vm_del(TestVm *vm, const char *id)
{
    unsigned slot = slots_vm_slot(vm, id);

    qmp_ok(vm->qmp, "device_del", "{'id': %s}", id);
    slots_vm_eject(vm, slot);
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': %s}", id);
}

unsigned slots_vm_devfn(TestVm *vm, const char *id)
{
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);
    const QmpReply *r = qmp_execute(vm->qmp, "qom-get",
                                    "{'path': %s, 'property': 'addr'}", path);

    g_assert_null(r->error_class);
    return json_node_get_int(r->ret);
}

unsigned slots_vm_slot(TestVm *vm, const char *id)
{
    return slots_vm_devfn(vm, id) / 8;
}

static JsonObject *find(TestVm *vm, const char *list, const char *key,
                        const char *value)
{
    JsonArray *all = json_object_get_array_member(
        qmp_ok(vm->qmp, "query-pci-slots", NULL), list);
    unsigned i;

    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *o = json_array_get_object_element(all, i);

        if (!strcmp(json_object_get_string_member(o, key), value)) {
            return o;
        }
    }
    return NULL;
}

JsonObject *slots_vm_entry(TestVm *vm, const char *id)
{
    return find(vm, "entries", "id", id);
}

JsonObject *slots_vm_pool(TestVm *vm, const char *name)
{
    JsonObject *pool = find(vm, "pools", "name", name);

    return pool ? pool : find(vm, "port-pools", "name", name);
}

static void check_entry(TestVm *vm, JsonObject *o)
{
    const char *id = json_object_get_string_member(o, "id");
    unsigned slot = json_object_get_int_member(o, "slot");
    unsigned function = json_object_get_int_member(o, "function");

    if (json_object_get_boolean_member(o, "live")) {
        g_assert_cmpuint(slots_vm_devfn(vm, id), ==, slot * 8 + function);
    } else {
        g_assert_false(qmp_has_device(vm->qmp, id));
    }
}

void slots_vm_check(TestVm *vm)
{
    JsonArray *all = json_object_get_array_member(
        qmp_ok(vm->qmp, "query-pci-slots", NULL), "entries");
    JsonArray *list = qmp_ok_array(vm->qmp, "qom-list",
                                   "{'path': '/machine/peripheral'}");
    unsigned i;

    for (i = 0; i < json_array_get_length(all); i++) {
        check_entry(vm, json_array_get_object_element(all, i));
    }
    for (i = 0; i < json_array_get_length(list); i++) {
        JsonObject *o = json_array_get_object_element(list, i);

        if (g_str_has_prefix(json_object_get_string_member(o, "type"),
                             "child<virtio-")) {
            g_assert_nonnull(slots_vm_entry(
                vm, json_object_get_string_member(o, "name")));
        }
    }
}
