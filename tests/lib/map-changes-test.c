/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With TCG, a guest finds its devices while the memory map changes. */
#include "qtest-pci.h"
#include "vm.h"

#define COMMAND 4
#define MEMORY 2

#define CHANGES 4000
#define AT_ONCE 50

/* Ask for the time, which is in a register of a device. */
static const char busy[] = "while :; do cat /proc/uptime > /dev/null; done";

static void guest_finds_its_devices(void)
{
    QtestPci testdev = { .dev = 5 };
    TestVm *vm;
    int i;

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    vm = test_vm_new("map");
    /* Before the devices of the board, whose numbers it changes. */
    test_vm_args(vm, "-smp 2 -device pci-testdev,addr=5,membar=1M");
    test_vm_qtest(vm);
    test_vm_guest(vm, "q35");
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    guest_ok(vm->guest, "cd /sys/devices/system/clocksource/clocksource0;"
             " echo hpet > current_clocksource;"
             " grep hpet current_clocksource");
    guest_start(vm->guest, "%s", busy);
    guest_start(vm->guest, "%s", busy);
    testdev.q = vm->qtest;
    for (i = 0; i < CHANGES; i++) {
        qtest_pci_writew(&testdev, COMMAND, i % 2 ? MEMORY : 0);
        if (i % AT_ONCE == 0) {
            guest_ok(vm->guest, "true");
        }
    }
    test_vm_quit(vm);
    test_vm_free(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/map-changes/x86_64", guest_finds_its_devices);
    return g_test_run();
}
