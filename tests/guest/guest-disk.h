/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk with known content, that a guest reads. */
#ifndef ANNEX_TEST_GUEST_DISK_H
#define ANNEX_TEST_GUEST_DISK_H

#include "vm.h"

/* Make the file disk.img in vm->dir: its checksum, for g_free(). */
char *guest_disk_make(TestVm *vm);

/* A block node of that name that reads it. */
void guest_disk_node(TestVm *vm, const char *node);

/* Wait until the guest has the disk with this serial number. */
void guest_disk_wait(TestVm *vm, const char *serial);

/* Fail unless the guest can read all of it, and right. */
void guest_disk_works(TestVm *vm, const char *serial, const char *checksum);

#endif
