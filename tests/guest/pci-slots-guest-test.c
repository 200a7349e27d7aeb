/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools with a real Linux: it sees the addresses of the ledger. */
#include <string.h>
#include "failure.h"
#include "guest-migration.h"

#define POOLS "pool=nics:pci.0:8-15:network,pool=disks:pci.0:16-31:storage"
#define HOLD "/sys/module/annex_hold/parameters/"

/* A guest with a ledger, and what its command line has for devices. */
static TestVm *start(const char *name, const char *ledger, const char *args)
{
    TestVm *vm = test_vm_new(name);
    g_autofree char *options = g_strdup_printf(POOLS ",ledger=%s", ledger);

    test_vm_args(vm, "%s", args);
    test_vm_plugin(vm, "pci-slots", options);
    test_vm_guest(vm, "pc");
    return vm;
}

static TestVm *boot(const char *name, const char *ledger, const char *args)
{
    TestVm *vm = start(name, ledger, args);

    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    return vm;
}

static void stop(TestVm *vm)
{
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* A disk whose serial number, and a NIC whose MAC, is made of its id. */
static char *disk(unsigned n)
{
    return g_strdup_printf("-blockdev null-co,read-zeroes=on,node-name=b%u "
                           "-device virtio-blk-pci,drive=b%u,id=d%u,"
                           "serial=d%u ", n, n, n, n);
}

static char *nic(unsigned n)
{
    return g_strdup_printf("-device virtio-net-pci,id=n%u,"
                           "mac=52:54:00:00:00:%02x ", n, n);
}

static void add_disk(TestVm *vm, unsigned n)
{
    qmp_ok(vm->qmp, "blockdev-add", "{'driver': 'null-co', 'read-zeroes':"
           " true, 'node-name': 'b%u'}", n);
    qmp_ok(vm->qmp, "device_add", "{'driver': 'virtio-blk-pci', 'id': 'd%u',"
           " 'drive': 'b%u', 'serial': 'd%u'}", n, n, n);
}

static void add_nic(TestVm *vm, unsigned n)
{
    g_autofree char *mac = g_strdup_printf("52:54:00:00:00:%02x", n);

    qmp_ok(vm->qmp, "device_add", "{'driver': 'virtio-net-pci', 'id': 'n%u',"
           " 'mac': %s}", n, mac);
}

static void del(TestVm *vm, const char *id)
{
    qmp_ok(vm->qmp, "device_del", "{'id': %s}", id);
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': %s}", id);
}

/* Where the guest has the disk, or the NIC, of that id: "0000:00:10.0". */
static const char *address(TestVm *vm, const char *id)
{
    if (*id == 'd') {
        guest_wait_until(vm->guest, 0,
                         "grep -qx %s /sys/block/vd*/serial", id);
        return guest_ok(vm->guest, "f=$(grep -lx %s /sys/block/vd*/serial);"
                        " basename $(realpath ${f%%/serial}/device/..)", id);
    }
    guest_wait_until(vm->guest, 0, "grep -qx 52:54:00:00:00:%02x"
                     " /sys/class/net/eth*/address", atoi(id + 1));
    return guest_ok(vm->guest, "f=$(grep -lx 52:54:00:00:00:%02x"
                    " /sys/class/net/eth*/address);"
                    " basename $(realpath ${f%%/address}/device/..)",
                    atoi(id + 1));
}

static JsonArray *entries(TestVm *vm)
{
    return json_object_get_array_member(
        qmp_ok(vm->qmp, "query-pci-slots", NULL), "entries");
}

/* Whether the ledger has the device, live. */
static bool is_live(TestVm *vm, const char *id)
{
    JsonArray *all = entries(vm);
    unsigned i;

    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *o = json_array_get_object_element(all, i);

        if (!strcmp(json_object_get_string_member(o, "id"), id)) {
            return json_object_get_boolean_member(o, "live");
        }
    }
    return false;
}

/* The guest has all that the ledger has, and there; how many it is. */
static unsigned check(TestVm *vm)
{
    JsonArray *all = entries(vm);
    unsigned i, n = 0;

    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *o = json_array_get_object_element(all, i);
        g_autofree char *expected = g_strdup_printf("0000:00:%02x.%x",
            (unsigned)json_object_get_int_member(o, "slot"),
            (unsigned)json_object_get_int_member(o, "function"));

        if (json_object_get_boolean_member(o, "live")) {
            g_assert_cmpstr(address(vm, json_object_get_string_member(
                                o, "id")), ==, expected);
            n++;
        } else {
            guest_ok(vm->guest, "! test -e /sys/bus/pci/devices/%s",
                     expected);
        }
    }
    return n;
}

/*
 * All that a guest makes names of: the order in which it finds disks and
 * NICs, and their slots (enp0s8, ens8).
 */
static const char *names(TestVm *vm)
{
    return guest_ok(vm->guest,
        "for i in /sys/block/vd*; do echo $(basename $i) $(cat $i/serial)"
        " $(basename $(realpath $i/device/..)); done;"
        "for i in /sys/class/net/eth*; do echo $(basename $i)"
        " $(cat $i/address) $(basename $(realpath $i/device/..)); done;"
        "cd /sys/bus/pci/slots; grep . */address");
}

typedef struct Ledger {
    char *dir;
    char *path;
} Ledger;

static void set_up(Ledger *l, gconstpointer data)
{
    l->dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    l->path = g_build_filename(l->dir, "ledger", NULL);
}

static void tear_down(Ledger *l, gconstpointer data)
{
    test_remove_folder(l->dir);
    g_free(l->dir);
    g_free(l->path);
}

/* Hot added and removed, from the guest's side; and after a restart. */
static void test_restart(Ledger *l, gconstpointer data)
{
    g_autofree char *n0 = nic(0), *n1 = nic(1), *n2 = nic(2);
    g_autofree char *d0 = disk(0), *d2 = disk(2), *d3 = disk(3);
    g_autofree char *cold = g_strconcat(n0, d0, NULL);
    g_autofree char *again = g_strconcat(d3, n2, d0, n0, d2, n1, NULL);
    g_autofree char *before = NULL;
    TestVm *vm = boot("first", l->path, cold);

    add_nic(vm, 1);
    add_disk(vm, 1);
    add_disk(vm, 2);
    address(vm, "d1");
    del(vm, "d1");
    add_disk(vm, 3);
    add_nic(vm, 2);
    g_assert_cmpstr(address(vm, "d3"), ==, "0000:00:13.0");
    g_assert_cmpuint(check(vm), ==, 6);
    stop(vm);

    vm = boot("second", l->path, again);
    g_assert_cmpuint(check(vm), ==, 6);
    before = g_strdup(names(vm));
    stop(vm);

    /* The other way round: the guest cannot tell. */
    g_free(again);
    again = g_strconcat(n1, d2, n2, d3, n0, d0, NULL);
    vm = boot("third", l->path, again);
    g_assert_cmpstr(names(vm), ==, before);
    g_assert_nonnull(strstr(before, "vda d0 0000:00:10.0\nvdb d2 0000:00:12.0"
                            "\nvdc d3 0000:00:13.0\n"));
    g_assert_nonnull(strstr(before, "eth0 52:54:00:00:00:00 0000:00:08.0"));
    stop(vm);
}

/* What the guest does not eject has its slot, and keeps it. */
static void test_held(Ledger *l, gconstpointer data)
{
    g_autofree char *d0 = disk(0), *d1 = disk(1);
    g_autofree char *cold = g_strconcat(d0, d1, NULL);
    TestVm *vm = boot("vm", l->path, cold);

    guest_ok(vm->guest, "modprobe annex-hold; echo 0 > " HOLD "release");
    guest_ok(vm->guest, "annex_hold %s", address(vm, "d1"));
    qmp_ok(vm->qmp, "device_del", "{'id': 'd1'}");
    guest_wait_until(vm->guest, 0, "test $(cat " HOLD "held) -ge 1");
    add_disk(vm, 2);
    g_assert_true(is_live(vm, "d1"));
    guest_ok(vm->guest, "annex_release");
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': 'd1'}");
    g_assert_false(is_live(vm, "d1"));
    g_assert_cmpstr(address(vm, "d2"), ==, "0000:00:12.0");
    add_disk(vm, 3);
    g_assert_cmpstr(address(vm, "d3"), ==, "0000:00:13.0");
    qmp_ok(vm->qmp, "blockdev-del", "{'node-name': 'b1'}");
    add_disk(vm, 1);
    g_assert_cmpstr(address(vm, "d1"), ==, "0000:00:11.0");
    g_assert_cmpuint(check(vm), ==, 4);
    stop(vm);
}

/* There, with devices in another order, and back. */
static void test_migration(Ledger *l, gconstpointer data)
{
    g_autofree char *there = g_strconcat(l->path, "-there", NULL);
    g_autofree char *n0 = nic(0), *n1 = nic(1);
    g_autofree char *d0 = disk(0), *d2 = disk(2), *d3 = disk(3);
    g_autofree char *text = NULL;
    g_autofree char *cold = g_strconcat(n0, d0, NULL);
    g_autofree char *turned = g_strconcat(d2, n1, d0, n0, NULL);
    g_autofree char *before = NULL;
    TestVm *a = boot("a", l->path, cold), *b, *c;

    add_disk(a, 1);
    address(a, "d1");
    add_disk(a, 2);
    del(a, "d1");
    add_nic(a, 1);
    g_assert_cmpuint(check(a), ==, 4);
    before = g_strdup(names(a));

    g_assert_true(g_file_get_contents(l->path, &text, NULL, NULL));
    g_assert_true(g_file_set_contents(there, text, -1, NULL));
    b = start("b", there, turned);
    guest_migration_start(a, b);
    g_assert_cmpstr(guest_migration_end(a), ==, "completed");
    stop(a);
    qmp_wait_event(b->qmp, "RESUME", 0, NULL);
    g_assert_cmpstr(names(b), ==, before);
    g_assert_cmpuint(check(b), ==, 4);
    guest_ok(b->guest, "for i in /dev/vd*; do dd if=$i of=/dev/null bs=1M"
             " count=4 || exit 1; done");
    add_disk(b, 3);
    del(b, "d2");
    g_assert_cmpstr(address(b, "d3"), ==, "0000:00:13.0");
    g_free(before);
    before = g_strdup(names(b));

    g_free(text);
    g_assert_true(g_file_get_contents(there, &text, NULL, NULL));
    g_assert_true(g_file_set_contents(l->path, text, -1, NULL));
    g_free(turned);
    turned = g_strconcat(d3, n1, n0, d0, NULL);
    c = start("c", l->path, turned);
    guest_migration_start(b, c);
    g_assert_cmpstr(guest_migration_end(b), ==, "completed");
    stop(b);
    qmp_wait_event(c->qmp, "RESUME", 0, NULL);
    g_assert_cmpstr(names(c), ==, before);
    g_assert_cmpuint(check(c), ==, 4);
    stop(c);
}

/* The destination has them elsewhere: the guest does not notice. */
static void test_refused(Ledger *l, gconstpointer data)
{
    g_autofree char *d0 = disk(0), *d1 = disk(1), *printed = NULL;
    g_autofree char *cold = g_strconcat(d0, d1, NULL);
    g_autofree char *turned = g_strconcat(d1, d0, NULL);
    g_autofree char *other = g_strconcat(l->path, "-other", NULL);
    g_autofree char *before = NULL;
    TestVm *a = boot("a", l->path, cold), *b;

    before = g_strdup(names(a));
    b = start("b", other, turned);
    guest_migration_start(a, b);
    g_assert_cmpstr(guest_migration_end(a), ==, "failed");
    test_vm_wait_exit(b, 0);
    printed = test_vm_stderr(b);
    g_assert_nonnull(strstr(printed, "migration refused: device 'd0' is in "
                            "slot 17"));
    test_vm_free(b);
    g_assert_cmpstr(names(a), ==, before);
    guest_ok(a->guest, "for i in /dev/vd*; do dd if=$i of=/dev/null bs=1M"
             " count=4 || exit 1; done");
    stop(a);
}

#define ADD(name, fn) \
    g_test_add("/pci-slots-guest/" name, Ledger, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("restart", test_restart);
    ADD("held", test_held);
    ADD("migration", test_migration);
    ADD("refused", test_refused);
    return g_test_run();
}
