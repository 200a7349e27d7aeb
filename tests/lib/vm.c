/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM's life outside of its process: options, files. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "failure.h"
#include "vm.h"

TestVm *test_vm_new_arch(const char *name, const char *arch)
{
    TestVm *vm = g_new0(TestVm, 1);
    g_autofree char *template = g_strdup_printf("annex-%s-XXXXXX", name);
    g_autoptr(GError) error = NULL;

    vm->name = g_strdup(name);
    vm->arch = g_strdup(arch);
    vm->dir = g_dir_make_tmp(template, &error);
    g_assert_no_error(error);
    vm->stderr_path = g_build_filename(vm->dir, "stderr.log", NULL);
    vm->args = g_ptr_array_new_with_free_func(g_free);
    vm->wrapper = g_ptr_array_new_with_free_func(g_free);
    vm->guest_append = g_strdup("");
    vm->pidfd = -1;
    return vm;
}

TestVm *test_vm_new(const char *name)
{
    return test_vm_new_arch(name, "x86_64");
}

void test_remove_folder(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        g_unlink(file);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_rmdir(path);
}

void test_vm_free(TestVm *vm)
{
    test_vm_kill(vm);
    test_failure_log_remove(vm->stderr_path);
    if (!g_test_failed()) {
        test_remove_folder(vm->dir);
    }
    g_ptr_array_free(vm->args, TRUE);
    g_ptr_array_free(vm->wrapper, TRUE);
    g_free(vm->guest_append);
    g_free(vm->stderr_path);
    g_free(vm->name);
    g_free(vm->arch);
    g_free(vm->dir);
    g_free(vm);
}

void test_vm_arg(TestVm *vm, const char *first, ...)
{
    const char *word;
    va_list ap;

    va_start(ap, first);
    for (word = first; word; word = va_arg(ap, const char *)) {
        g_ptr_array_add(vm->args, g_strdup(word));
    }
    va_end(ap);
}

static void append_words(GPtrArray *array, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    int i;

    g_shell_parse_argv(text, NULL, &words, &error);
    g_assert_no_error(error);
    for (i = 0; words[i]; i++) {
        g_ptr_array_add(array, g_strdup(words[i]));
    }
}

void test_vm_args(TestVm *vm, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    append_words(vm->args, text);
}

void test_vm_plugin(TestVm *vm, const char *name, const char *options)
{
    g_autofree char *value = NULL;

    value = g_strjoin(",", test_host_plugin(name), options, NULL);
    test_vm_arg(vm, "-plugin", value, NULL);
}

void test_vm_migrates(TestVm *vm)
{
    if (test_host_series() < 1000) {
        test_vm_arg(vm, "-plugin", test_host_test_module("tcg-dirty"), NULL);
    }
}

void test_vm_arrives(TestVm *vm)
{
    if (!strcmp(vm->arch, "ppc64")) {
        test_vm_arg(vm, "-plugin", test_host_test_module("tcg-decr"), NULL);
    }
}

void test_vm_wrapper(TestVm *vm, const char *command)
{
    append_words(vm->wrapper, command);
}

void test_vm_qtest(TestVm *vm)
{
    vm->want_qtest = true;
}

void test_vm_serial(TestVm *vm)
{
    vm->want_serial = true;
}

void test_vm_halt_rom(TestVm *vm)
{
    /* At the reset vector, f000:fff0: cli; again: hlt; jmp again */
    static const uint8_t code[] = { 0xfa, 0xf4, 0xeb, 0xfd };
    g_autofree char *rom = g_malloc0(64 * 1024);
    g_autofree char *path = g_build_filename(vm->dir, "halt.rom", NULL);
    g_autoptr(GError) error = NULL;

    memcpy(rom + 0xfff0, code, sizeof(code));
    g_file_set_contents(path, rom, 64 * 1024, &error);
    g_assert_no_error(error);
    test_vm_arg(vm, "-bios", path, NULL);
}

void test_vm_guest(TestVm *vm, const char *machine)
{
    const char *dir = test_host_guest_dir(vm->arch);

    vm->want_guest = true;
    vm->want_serial = true;
    test_vm_arg(vm, "-machine", machine, NULL);
    test_vm_arg(vm, "-plugin", test_host_test_module("tcg-map"), NULL);
    if (!strcmp(vm->arch, "x86_64")) {
        /* SeaBIOS leaves disks alone that it is not to boot from. */
        test_vm_args(vm, "-boot strict=on");
    }
    /* On x86, vmlinux boots by PVH, much faster than vmlinuz. */
    test_vm_args(vm, "-kernel '%s/vmlinux' -initrd '%s/initramfs.cpio.gz'",
                 dir, dir);
}

void test_vm_guest_append(TestVm *vm, const char *words)
{
    char *old = vm->guest_append;

    vm->guest_append = g_strjoin(" ", old, words, NULL);
    g_free(old);
}

const char *test_vm_disk(TestVm *vm, const char *name, unsigned size_mib)
{
    g_autofree char *path = g_build_filename(vm->dir, name, NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || ftruncate(fd, (off_t)size_mib << 20) < 0) {
        test_fail("cannot make %s: %m", path);
    }
    close(fd);
    return g_intern_string(path);
}

char *test_vm_stderr(TestVm *vm)
{
    char *text = NULL;

    g_file_get_contents(vm->stderr_path, &text, NULL, NULL);
    return text ? text : g_strdup("");
}
