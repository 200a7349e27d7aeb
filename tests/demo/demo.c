/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration: what a QEMU says of unplugs, without and with Annex. */
#include <stdio.h>
#include <string.h>
#include "demo.h"

#define DISK_SIZE (256 * 1024)

/*
 * Machines of their own: once a CPU has been removed from it, 7.2 with TCG
 * writes to freed memory at the next change of the memory map (tcg_commit()
 * still flushes the TLB of that CPU), with Annex or without.
 */
#define CPU_MACHINE "-smp 1,sockets=1,cores=2,threads=1,maxcpus=2" \
    " -device qemu64-x86_64-cpu,id=cpu1,socket-id=0,core-id=1,thread-id=0"

#define DEVICE_MACHINE "-m 256M,slots=2,maxmem=1G" \
    " -object memory-backend-ram,id=mem0,size=128M" \
    " -device pc-dimm,id=dimm0,memdev=mem0"

char *demo_checksum;

static char *make_disk(TestVm *vm)
{
    char *path = g_build_filename(vm->dir, "disk.img", NULL);
    g_autofree char *data = g_malloc(DISK_SIZE);
    g_autoptr(GError) error = NULL;
    unsigned i;

    for (i = 0; i < DISK_SIZE; i++) {
        data[i] = (i * 2654435761u) >> 13;
    }
    g_file_set_contents(path, data, DISK_SIZE, &error);
    g_assert_no_error(error);
    g_free(demo_checksum);
    demo_checksum = g_compute_checksum_for_data(G_CHECKSUM_MD5,
                                                (guchar *)data, DISK_SIZE);
    return path;
}

/* Disks behind ports with native PCI Express hotplug. */
static TestVm *make_vm(const char *name, const char *args)
{
    TestVm *vm = test_vm_new(name);
    g_autofree char *image = make_disk(vm);
    unsigned i;

    test_vm_args(vm, "%s -global"
                 " ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off", args);
    for (i = 0; i < DEMO_DISKS; i++) {
        test_vm_args(vm, "-blockdev driver=file,node-name=node%u,"
                     "read-only=on,filename='%s'"
                     " -device pcie-root-port,id=rp%u,chassis=%u,slot=%u"
                     " -device virtio-blk-pci,id=disk%u,serial=disk%u,"
                     "drive=node%u,bus=rp%u",
                     i, image, i, i + 1, i + 1, i, i, i, i);
    }
    test_vm_guest(vm, "q35");
    return vm;
}

void demo_start(Demo *d, const char *args)
{
    g_autofree char *options = g_strdup_printf("timeout=%d", DEMO_TIMEOUT_S);

    d->stock.who = DEMO_STOCK;
    d->stock.vm = make_vm("stock", args);
    d->annex.who = DEMO_ANNEX;
    d->annex.vm = make_vm("annex", args);
    test_vm_plugin(d->annex.vm, "unplug", options);
    test_vm_start(d->stock.vm);
    test_vm_start(d->annex.vm);
}

void demo_ready(Demo *d)
{
    guest_wait_ready(d->stock.vm->guest, 0);
    guest_wait_ready(d->annex.vm->guest, 0);
    demo_both(d, "modprobe annex-hold");
}

void demo_stop(Demo *d)
{
    test_vm_kill(d->stock.vm);
    test_vm_free(d->stock.vm);
    test_vm_kill(d->annex.vm);
    test_vm_free(d->annex.vm);
}

static void introduce(Demo *d)
{
    JsonObject *version = qmp_ok(d->stock.vm->qmp, "query-version", QMP_ANY);
    JsonObject *qemu = json_object_get_object_member(version, "qemu");

    demo_print(DEMO_NOBODY, "Linux guests run in the same unmodified program,"
               " QEMU %d.%d.%d, %s.",
               (int)json_object_get_int_member(qemu, "major"),
               (int)json_object_get_int_member(qemu, "minor"),
               (int)json_object_get_int_member(qemu, "micro"),
               json_object_get_string_member(version, "package"));
    demo_print(DEMO_NOBODY, "One of two was started with one more option: "
               "-plugin annex-unplug.so,timeout=%d", DEMO_TIMEOUT_S);
    demo_print(DEMO_NOBODY, "Both get the same QMP commands at the same time."
               " Milliseconds count from the command.");
}

/* The harness's own words are for tests. */
static void say_nothing(const char *text)
{
}

int main(int argc, char **argv)
{
    gint64 start_us = g_get_monotonic_time();
    Demo cpus = { 0 };
    Demo devices = { 0 };

    if (argc > 1) {
        printf("usage: %s\n", argv[0]);
        return strcmp(argv[1], "--help") ? 2 : 0;
    }
    g_set_print_handler(say_nothing);
    demo_print_start();
    demo_start(&cpus, CPU_MACHINE);
    introduce(&cpus);
    demo_start(&devices, DEVICE_MACHINE);
    demo_ready(&cpus);
    demo_ready(&devices);
    demo_cpu(&cpus);
    demo_stop(&cpus);
    demo_held_disk(&devices);
    demo_cancel(&devices);
    demo_memory(&devices);
    demo_stop(&devices);
    demo_print_table();
    printf("\n%s (%.0f s)\n", demo_has_failed()
           ? "Not all of this went as it should have: see NOT AS CLAIMED."
           : "All of this was seen in this run.",
           (g_get_monotonic_time() - start_us) / 1e6);
    g_free(demo_checksum);
    return demo_has_failed();
}
