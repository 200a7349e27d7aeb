/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk with known content, that a guest reads. */
#include "guest-disk.h"

#define SIZE (256 * 1024)

char *guest_disk_make(TestVm *vm)
{
    g_autofree char *path = g_build_filename(vm->dir, "disk.img", NULL);
    g_autofree char *data = g_malloc(SIZE);
    g_autoptr(GError) error = NULL;
    unsigned i;

    for (i = 0; i < SIZE; i++) {
        data[i] = (i * 2654435761u) >> 13;
    }
    g_file_set_contents(path, data, SIZE, &error);
    g_assert_no_error(error);
    return g_compute_checksum_for_data(G_CHECKSUM_MD5, (guchar *)data, SIZE);
}

void guest_disk_node(TestVm *vm, const char *node)
{
    test_vm_args(vm, "-blockdev driver=file,node-name=%s,read-only=on,"
                 "filename='%s/disk.img'", node, vm->dir);
}

void guest_disk_wait(TestVm *vm, const char *serial)
{
    g_autofree char *path = g_strdup_printf(
        "/dev/$(grep -lx %s /sys/block/*/serial | cut -d / -f 4)", serial);

    guest_wait_disk(vm->guest, path);
}

void guest_disk_works(TestVm *vm, const char *serial, const char *checksum)
{
    const char *sum = guest_ok(vm->guest,
                               "echo 3 > /proc/sys/vm/drop_caches; "
                               "dir=$(dirname $(grep -lx %s "
                               "/sys/block/*/serial)) && "
                               "md5sum < /dev/$(basename $dir)", serial);

    g_assert_true(g_str_has_prefix(sum, checksum));
}
