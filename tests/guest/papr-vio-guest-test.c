/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIO slots of annex-papr-drc, with a real Linux guest and its drmgr. */
#include "fake-papr.h"

#include <string.h>

#define PATH "/papr-drc-guest/papr-vio/"

/* What the guest writes to its disk, and where the file has it. */
#define TEXT "written through a hot-plugged adapter"

/* The connector of the first slot. */
#define CONNECTOR 0x30000000

static TestVm *start(const char **disk)
{
    TestVm *vm = test_vm_new_arch("papr-vio", "ppc64");

    *disk = test_vm_disk(vm, "disk", 8);
    test_vm_args(vm, "-m 512M -netdev user,id=net "
                 "-object throttle-group,id=slow,x-bps-total=200000 "
                 "-blockdev file,node-name=file,filename=%s "
                 "-blockdev raw,node-name=disk,file=file "
                 "-blockdev null-co,node-name=null,size=67108864 "
                 "-blockdev throttle,node-name=slow-disk,throttle-group=slow,"
                 "file=null", *disk);
    test_vm_qtest(vm);
    test_vm_guest_append(vm, "mem=504M");
    test_vm_plugin(vm, "papr-drc", "vio-slots=2,timeout=600");
    test_vm_guest(vm, TEST_PSERIES);
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    guest_ok(vm->guest, "modprobe -a rpaphp rpadlpar_io ibmveth ibmvscsi "
             "sd_mod");
    guest_skip_log(vm->guest);
    return vm;
}

static void stop(TestVm *vm)
{
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* Both are of the slot with the first name, and the same way round. */
static void add(TestVm *vm)
{
    guest_ok(vm->guest, "drmgr -c slot -a -s V1-C0");
}

static void remove_slot(TestVm *vm)
{
    guest_ok(vm->guest, "drmgr -c slot -r -s V1-C0");
    guest_ok(vm->guest, "[ ! -e /sys/bus/vio/devices/71000080 ]");
}

static void expect_done(TestVm *vm, const char *outcome)
{
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': 'dev0'}");
    qmp_wait_event(vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                   "{'device': 'dev0', 'outcome': %s, 'present': false}",
                   outcome);
    g_assert_false(qmp_has_device(vm->qmp, "dev0"));
}

/* ------------------------------------------------------ network card */

static void plug_card(TestVm *vm)
{
    qmp_ok(vm->qmp, "device_add", "{'driver': 'spapr-vlan', 'id': 'dev0', "
           "'netdev': 'net'}");
}

static void use_card(TestVm *vm)
{
    const char *name = guest_ok(vm->guest,
                                "ls /sys/bus/vio/devices/71000080/net");

    guest_ok(vm->guest, "ip addr add 10.0.2.15/24 dev %s && "
             "ip link set %s up && ping -c 1 10.0.2.2", name, name);
}

/* The guest is told, by events that Linux leaves to its administrator. */
static void card(void)
{
    const char *disk;
    TestVm *vm = start(&disk);
    int i;

    for (i = 0; i < 3; i++) {
        plug_card(vm);
        guest_expect(vm->guest, "RTAS: event: .*Hotplug", 0);
        add(vm);
        use_card(vm);
        qmp_ok(vm->qmp, "device_del", "{'id': 'dev0'}");
        guest_expect(vm->guest, "RTAS: event: .*Hotplug", 0);
        remove_slot(vm);
        expect_done(vm, "deleted");
    }
    stop(vm);
}

/* Silence until somebody runs drmgr: the deadline tells. */
static void silence(void)
{
    const char *disk;
    TestVm *vm = start(&disk);

    plug_card(vm);
    add(vm);
    qmp_ok(vm->qmp, "device-unplug", "{'id': 'dev0', 'timeout': 0.1}");
    qmp_wait_event(vm->qmp, "DEVICE_NOT_DELETED", 0,
                   "{'device': 'dev0', 'seen': false}");
    use_card(vm);
    remove_slot(vm);
    expect_done(vm, "late");
    stop(vm);
}

/* A guest may give it back unasked, and have it again. */
static void unasked(void)
{
    const char *disk;
    TestVm *vm = start(&disk);

    plug_card(vm);
    add(vm);
    remove_slot(vm);
    g_assert_true(qmp_has_device(vm->qmp, "dev0"));
    add(vm);
    use_card(vm);
    remove_slot(vm);
    qmp_ok(vm->qmp, "device_del", "{'id': 'dev0'}");
    expect_done(vm, "deleted");
    stop(vm);
}

/* After a reset the guest has it from the start, and can still let go. */
static void reset(void)
{
    const char *disk;
    TestVm *vm = start(&disk);

    plug_card(vm);
    qmp_ok(vm->qmp, "system_reset", QMP_ANY);
    guest_wait_ready(vm->guest, 0);
    guest_ok(vm->guest, "modprobe -a rpaphp rpadlpar_io ibmveth");
    use_card(vm);
    qmp_ok(vm->qmp, "device_del", "{'id': 'dev0'}");
    remove_slot(vm);
    expect_done(vm, "deleted");
    plug_card(vm);
    add(vm);
    use_card(vm);
    stop(vm);
}

/* -------------------------------------------------------------- disks */

static void plug_disk(TestVm *vm, const char *drive)
{
    qmp_ok(vm->qmp, "device_add", "{'driver': 'spapr-vscsi', 'id': 'dev0'}");
    qmp_ok(vm->qmp, "device_add", "{'driver': 'scsi-hd', 'id': 'disk0', "
           "'bus': 'dev0.0', 'drive': %s}", drive);
    add(vm);
    guest_wait_disk(vm->guest, "/dev/sda");
}

static void expect_text(const char *disk, const char *text)
{
    g_autofree char *content = NULL;

    g_assert_true(g_file_get_contents(disk, &content, NULL, NULL));
    content[strlen(text)] = '\0';
    g_assert_cmpstr(content, ==, text);
}

static void disk(void)
{
    const char *path;
    TestVm *vm = start(&path);
    int i;

    for (i = 0; i < 3; i++) {
        g_autofree char *text = g_strdup_printf(TEXT " %d", i);

        plug_disk(vm, "disk");
        guest_ok(vm->guest, "echo '%s' | "
                 "dd of=/dev/sda bs=512 conv=notrunc,sync,fsync", text);
        qmp_ok(vm->qmp, "device_del", "{'id': 'dev0'}");
        remove_slot(vm);
        expect_done(vm, "deleted");
        expect_text(path, text);
    }
    stop(vm);
}

/* It is the guest that decides, even with requests under way. */
static void busy_disk(void)
{
    const char *path;
    TestVm *vm = start(&path);

    plug_disk(vm, "disk");
    guest_start(vm->guest, "while dd if=/dev/sda of=/dev/null bs=64k "
                "iflag=direct; do :; done");
    guest_wait_until(vm->guest, 0,
                     "[ $(awk '{print $1}' /sys/block/sda/stat) -gt 1000 ]");
    qmp_ok(vm->qmp, "device_del", "{'id': 'dev0'}");
    remove_slot(vm);
    expect_done(vm, "deleted");
    stop(vm);
}

/*
 * A guest that lets go with requests under way, each of several parts: those
 * after the first must not be read for a disk that has gone.
 */
static void reckless(void)
{
    const char *path;
    TestVm *vm = start(&path);
    FakeGuest g = { .vm = vm, .select = CONNECTOR };
    int i;

    plug_disk(vm, "slow-disk");
    for (i = 0; i < 5; i++) {
        guest_start(vm->guest, "dd if=/dev/sda of=/dev/null bs=256k "
                    "iflag=direct skip=%d", i);
    }
    guest_wait_until(vm->guest, 0,
                     "[ $(awk '{print $1}' /sys/block/sda/inflight) -gt 3 ]");
    qmp_ok(vm->qmp, "device_del", "{'id': 'dev0'}");
    g_assert_cmpint(papr_isolate(&g, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(&g, 0), ==, 0);
    expect_done(vm, "deleted");
    guest_ok(vm->guest, "true");
    stop(vm);
}

static void run(gconstpointer data)
{
    if (test_host_has_guest("ppc64")) {
        ((void (*)(void))data)();
    } else {
        g_test_skip("ANNEX_GUEST_DIR_PPC64 is not set");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func(PATH "card", card, run);
    g_test_add_data_func(PATH "silence", silence, run);
    g_test_add_data_func(PATH "unasked", unasked, run);
    g_test_add_data_func(PATH "reset", reset, run);
    g_test_add_data_func(PATH "disk", disk, run);
    g_test_add_data_func(PATH "busy-disk", busy_disk, run);
    g_test_add_data_func(PATH "reckless", reckless, run);
    return g_test_run();
}
