/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU process under test: command line, start, end. */
#ifndef ANNEX_TEST_VM_H
#define ANNEX_TEST_VM_H

#include <stdbool.h>
#include <sys/types.h>
#include "guest-console.h"
#include "host.h"
#include "qmp-client.h"
#include "qtest-client.h"
#include "qtest-pci.h"

/*
 * A test in one look:
 *
 *     TestVm *vm = test_vm_new("src");
 *
 *     test_vm_args(vm, "-machine q35 -device pcie-root-port,id=rp%d", 0);
 *     test_vm_plugin(vm, "unplug", "timeout=3");
 *     test_vm_halt_rom(vm);
 *     test_vm_start(vm);
 *     qmp_ok(vm->qmp, "device_add", "{'driver': 'e1000e', 'id': 'nic0',"
 *            " 'bus': 'rp0'}");
 *     test_vm_quit(vm);
 *     test_vm_free(vm);
 *
 * QEMU always gets -accel tcg (unless given), -display none, -nodefaults
 * and -no-user-config, and dies with the thread that started it: start and
 * stop VMs in the main thread only. Its files (logs, images) are in
 * vm->dir, which test_vm_free() removes; a failing test leaves it.
 * QMP, qtest and serial ports are socket pairs, inherited by QEMU.
 */
typedef struct TestVm {
    /* For tests to read. NULL (and 0) while QEMU does not run. */
    QmpClient *qmp;
    QtestClient *qtest;         /* only after test_vm_qtest() */
    GuestConsole *guest;        /* only after test_vm_guest(), _serial() */
    pid_t pid;

    /* Always there. */
    char *name;
    char *dir;
    char *arch;                 /* "x86_64", "ppc64" */

    /* Private. */
    GPtrArray *args;
    GPtrArray *wrapper;
    char *guest_append;
    char *stderr_path;
    int pidfd;
    int wait_status;
    bool want_guest;
    bool want_serial;
    bool want_qtest;
    bool reaped;
} TestVm;

/* A VM that does not run yet. @name appears in messages and paths. */
TestVm *test_vm_new(const char *name);

/* The same for another target than x86_64. */
TestVm *test_vm_new_arch(const char *name, const char *arch);

/* Kill QEMU if it still runs, free all, remove the files. */
void test_vm_free(TestVm *vm);

/*
 * Append to the command line: words (end the list with NULL), or a
 * printf-like text split as a shell would.
 */
void test_vm_arg(TestVm *vm, const char *first, ...) G_GNUC_NULL_TERMINATED;
void test_vm_args(TestVm *vm, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* Remove a folder and its files. */
void test_remove_folder(const char *path);

/* Load annex-NAME.so with @options ("timeout=3,x=y"), or NULL. */
void test_vm_plugin(TestVm *vm, const char *name, const char *options);

/*
 * For the source of a migration: have it take along all that the guest
 * writes, which QEMU 7.2 does not with TCG (tests/modules/tcg-dirty.c).
 */
void test_vm_migrates(TestVm *vm);

/*
 * For the destination of one: have a PowerPC guest keep its clock, which it
 * loses with TCG (tests/modules/tcg-decr.c).
 */
void test_vm_arrives(TestVm *vm);

/* Run QEMU under this command: split as a shell would, must exec(). */
void test_vm_wrapper(TestVm *vm, const char *command);

/* Have vm->qtest. */
void test_vm_qtest(TestVm *vm);

/* Have vm->guest drain the first serial port, without the Linux guest. */
void test_vm_serial(TestVm *vm);

/*
 * Firmware that does nothing but halt: no guest code touches a register,
 * and the virtual clock runs. x86 only.
 */
void test_vm_halt_rom(TestVm *vm);

/*
 * The Linux guest of scripts/guest-image.sh on machine type @machine
 * ("q35", "pc,hpet=off", TEST_PSERIES), with -m 256M unless given. It does
 * not lose its devices, as it may with TCG (tests/modules/tcg-map.c).
 */
void test_vm_guest(TestVm *vm, const char *machine);

/*
 * The machine type of PowerPC guests: without the capabilities that TCG
 * warns of, and without firmware, which takes most of the time of a boot.
 */
#define TEST_PSERIES                                                \
    "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,"       \
    "cap-ccf-assist=off,x-vof=on"

/* More words for that guest's kernel command line. */
void test_vm_guest_append(TestVm *vm, const char *words);

/* A new file of @size_mib of zeroes in vm->dir: its path, vm's own. */
const char *test_vm_disk(TestVm *vm, const char *name, unsigned size_mib);

/* Start QEMU, wait until it answers on QMP. */
void test_vm_start(TestVm *vm);

/*
 * Start a QEMU that must end by itself with an exit code that is not 0,
 * before it answers. Returns what it printed; free with g_free().
 */
char *test_vm_start_expect_failure(TestVm *vm);

/*
 * Ask QEMU to quit and wait: it must exit with 0. After this, or
 * test_vm_kill(), the VM can be changed and started again.
 */
void test_vm_quit(TestVm *vm);

/* Kill QEMU (SIGKILL), and wait until it has ended. */
void test_vm_kill(TestVm *vm);

/* Wait until QEMU ends by itself: its wait status, see waitpid(). */
int test_vm_wait_exit(TestVm *vm, int deadline_ms);

/* How many file descriptors of a VM that runs are userfaultfds. */
unsigned test_vm_userfaultfds(TestVm *vm);

/* Of a VM that runs: a disk "snap0", without a device, for savevm. */
void test_vm_snapshot_disk(TestVm *vm);

/*
 * Have the failure that comes next show what the guest's processors are at,
 * as QEMU's monitor says it. A monitor that is silent too fails the test.
 */
void test_vm_examine(TestVm *vm);

/* What QEMU has printed since its start (stdout and stderr). g_free(). */
char *test_vm_stderr(TestVm *vm);

#endif
