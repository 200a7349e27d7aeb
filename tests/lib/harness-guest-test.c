/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the harness itself, with a real Linux guest. */
#include <string.h>
#include "vm.h"

static bool skip_without(const char *arch, const char *variable)
{
    g_autofree char *message = g_strconcat(variable, " is not set", NULL);

    if (test_host_has_guest(arch)) {
        return false;
    }
    g_test_skip(message);
    return true;
}

static bool skip_without_guest(void)
{
    return skip_without("x86_64", "ANNEX_GUEST_DIR");
}

static bool skip_without_ppc64(void)
{
    return skip_without("ppc64", "ANNEX_GUEST_DIR_PPC64");
}

static void guest_commands(void)
{
    TestVm *vm;
    const char *out;
    int i;

    if (skip_without_guest()) {
        return;
    }
    vm = test_vm_new("guest");
    test_vm_guest(vm, "q35");
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    g_assert_cmpstr(guest_ok(vm->guest, "echo a; echo \"b  '\\\\c'\" >&2"),
                    ==, "a\nb  '\\c'");
    g_assert_cmpint(guest_run(vm->guest, &out, 0, "echo no; exit 3"), ==, 3);
    g_assert_cmpstr(out, ==, "no");
    for (i = 0; i < 20; i++) {
        guest_ok(vm->guest, "echo noise-%d > /dev/kmsg", i);
        out = guest_ok(vm->guest, "echo @%d@", i);
        g_assert_true(g_str_has_prefix(out, "@"));
    }
    guest_expect(vm->guest, "noise-19", 0);
    guest_start(vm->guest, "sleep 1; echo late > /dev/kmsg");
    guest_expect(vm->guest, "late$", 0);
    guest_wait_until(vm->guest, 0, "true");

    /* Again after a reset. */
    qmp_ok(vm->qmp, "system_reset", QMP_ANY);
    guest_wait_ready(vm->guest, 0);
    guest_ok(vm->guest, "true");
    test_vm_quit(vm);
    test_vm_free(vm);
}

static void guest_migrates(void)
{
    g_autofree char *uri = NULL;
    TestVm *src;
    TestVm *dst;

    if (skip_without_guest()) {
        return;
    }
    src = test_vm_new("src");
    dst = test_vm_new("dst");
    uri = g_strdup_printf("unix:%s/migrate", dst->dir);
    test_vm_migrates(src);
    test_vm_guest(src, "q35");
    test_vm_guest(dst, "q35");
    test_vm_arg(dst, "-incoming", uri, NULL);
    test_vm_start(src);
    test_vm_start(dst);
    guest_wait_ready(src->guest, 0);
    guest_ok(src->guest, "echo moved > /tmp/x");
    qmp_ok(src->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(dst->qmp, "RESUME", 0, QMP_ANY);
    g_assert_cmpstr(guest_ok(dst->guest, "cat /tmp/x"), ==, "moved");
    test_vm_free(src);
    test_vm_free(dst);
}

/* In a process of its own: a guest that cannot answer. */
static void guest_is_silent(void)
{
    TestVm *vm;

    if (!g_test_subprocess()) {
        return;
    }
    vm = test_vm_new("silent");
    test_vm_guest(vm, "q35");
    test_vm_arg(vm, "-S", NULL);
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 100);
}

/* The log of that name in the only folder in @path, which is removed. */
static char *take_log(const char *path, const char *log)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autofree char *folder = g_build_filename(path, g_dir_read_name(dir),
                                               NULL);
    g_autofree char *file = g_build_filename(folder, log, NULL);
    char *text = NULL;

    g_file_get_contents(file, &text, NULL, NULL);
    test_remove_folder(folder);
    test_remove_folder(path);
    return text;
}

/* A test that fails since its guest is silent says what the guest is at. */
static void silent_guest_is_examined(void)
{
    g_autofree char *path = NULL;
    g_autofree char *log = NULL;

    if (skip_without_guest()) {
        return;
    }
    path = g_dir_make_tmp("annex-silence-XXXXXX", NULL);
    g_setenv("TMPDIR", path, TRUE);
    g_test_trap_subprocess("/harness/guest/subprocess/silent", 0, 0);
    g_unsetenv("TMPDIR");
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*time is over waiting for the guest's boot*");
    log = take_log(path, "examined.log");
    g_assert_nonnull(log);
    g_assert_nonnull(strstr(log, "paused"));
    g_assert_nonnull(strstr(log, "IP="));
}

static void guest_holds_device(void)
{
    TestVm *vm;

    if (skip_without_guest()) {
        return;
    }
    vm = test_vm_new("hold");
    test_vm_args(vm, "-device virtio-rng-pci,id=rng0,addr=5");
    test_vm_guest(vm, "pc");
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    guest_ok(vm->guest, "annex_hold 0000:00:05.0");
    qmp_ok(vm->qmp, "device_del", "{'id': 'rng0'}");
    guest_expect(vm->guest, "annex-hold: remove", 0);
    g_assert_true(qmp_has_device(vm->qmp, "rng0"));
    qmp_expect_no_event(vm->qmp, "DEVICE_DELETED", 0, QMP_ANY);
    guest_ok(vm->guest, "annex_release");
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': 'rng0'}");
    test_vm_quit(vm);
    test_vm_free(vm);
}

static TestVm *start_ppc64(const char *options)
{
    TestVm *vm = test_vm_new_arch("ppc64", "ppc64");

    test_vm_args(vm, "%s", options);
    test_vm_guest(vm, TEST_PSERIES);
    test_vm_start(vm);
    guest_wait_ready(vm->guest, 0);
    return vm;
}

static void ppc64_commands(void)
{
    TestVm *vm;

    if (skip_without_ppc64()) {
        return;
    }
    vm = start_ppc64("-smp 2,maxcpus=8");
    g_assert_cmpstr(guest_ok(vm->guest, "uname -m; nproc"), ==,
                    "ppc64le\n2");
    guest_ok(vm->guest, "echo noise > /dev/kmsg");
    guest_expect(vm->guest, "noise$", 0);

    /* Again after a reset. */
    qmp_ok(vm->qmp, "system_reset", QMP_ANY);
    guest_wait_ready(vm->guest, 0);
    guest_ok(vm->guest, "true");
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* PCI hotplug needs a program in the guest; the request waits for it. */
static void ppc64_rtas_errd(void)
{
    TestVm *vm;

    if (skip_without_ppc64()) {
        return;
    }
    vm = start_ppc64("-device virtio-rng-pci,id=rng0,addr=5");
    qmp_ok(vm->qmp, "device_del", "{'id': 'rng0'}");
    guest_expect(vm->guest, "Hotplug Event", 0);
    guest_ok(vm->guest, "test -e /sys/bus/pci/devices/0000:00:05.0");
    qmp_expect_no_event(vm->qmp, "DEVICE_DELETED", 0, QMP_ANY);
    guest_start(vm->guest, "annex_rtas_errd");
    qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': 'rng0'}");
    guest_ok(vm->guest, "test ! -e /sys/bus/pci/devices/0000:00:05.0");
    test_vm_quit(vm);
    test_vm_free(vm);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/harness/guest/commands", guest_commands);
    g_test_add_func("/harness/guest/migrates", guest_migrates);
    g_test_add_func("/harness/guest/subprocess/silent", guest_is_silent);
    g_test_add_func("/harness/guest/silence", silent_guest_is_examined);
    g_test_add_func("/harness/guest/holds-device", guest_holds_device);
    g_test_add_func("/harness/guest/ppc64/commands", ppc64_commands);
    g_test_add_func("/harness/guest/ppc64/rtas-errd", ppc64_rtas_errd);
    return g_test_run();
}
