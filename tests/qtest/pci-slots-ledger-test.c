/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the ledger, in a file and by commands. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "failure.h"
#include "json-format.h"
#include "slots-vm.h"

#define POOLS SLOTS_NICS "," SLOTS_DISKS

static TestVm *with_ledger(const char *name, const char *path,
                           const char *args)
{
    g_autofree char *options = g_strdup_printf(POOLS ",ledger=%s", path);

    return slots_vm_prepare(name, options, args);
}

static char *read_file(const char *path)
{
    char *text;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void end(TestVm *vm)
{
    slots_vm_check(vm);
    test_vm_quit(vm);
    test_vm_free(vm);
}

/* The same ids get the same slots in a new process, in any order. */
static void test_restart(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    TestVm *vm = with_ledger("first", path, "");

    test_vm_start(vm);
    slots_vm_add(vm, SLOTS_NIC, "a");
    slots_vm_add(vm, SLOTS_NIC, "b");
    slots_vm_add(vm, SLOTS_NIC, "c");
    slots_vm_add(vm, "virtio-rng-pci", "r0");
    slots_vm_add(vm, "virtio-rng-pci", "r1");
    slots_vm_del(vm, "b");
    g_assert_cmpstr(json_object_get_string_member(
        qmp_ok(vm->qmp, "query-pci-slots", NULL), "ledger"), ==, path);
    /* Not by its own will: nothing is left to be written at an end. */
    test_vm_kill(vm);
    test_vm_free(vm);

    vm = with_ledger("second", path, "-device virtio-rng-pci,id=r1 "
                     "-device " SLOTS_NIC ",id=new -device " SLOTS_NIC ",id=c "
                     "-device virtio-rng-pci,id=r0 "
                     "-device " SLOTS_NIC ",id=a");
    test_vm_start(vm);
    g_assert_cmpuint(slots_vm_slot(vm, "a"), ==, 8);
    g_assert_cmpuint(slots_vm_slot(vm, "c"), ==, 10);
    g_assert_cmpuint(slots_vm_slot(vm, "new"), ==, 11);
    g_assert_cmpuint(slots_vm_slot(vm, "r0"), ==, 2);
    g_assert_cmpuint(slots_vm_slot(vm, "r1"), ==, 3);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "b"), ==, 9);
    end(vm);
    test_remove_folder(dir);
}

/* A new device does not take the slot of one that comes later. */
static void test_expected(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    g_autofree char *options = g_strdup_printf(
        "pool=n:pci.0:8-10:network,ledger=%s", path);
    TestVm *vm = slots_vm_prepare("first", options, "");

    test_vm_start(vm);
    slots_vm_add(vm, SLOTS_NIC, "a");
    slots_vm_add(vm, SLOTS_NIC, "b");
    slots_vm_add(vm, SLOTS_NIC, "c");
    slots_vm_del(vm, "b");
    test_vm_kill(vm);
    test_vm_free(vm);

    vm = slots_vm_prepare("second", options, "-device " SLOTS_NIC ",id=new");
    test_vm_start(vm);
    g_assert_cmpuint(slots_vm_slot(vm, "new"), ==, 9);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "c"), ==, 10);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "a"), ==, 8);
    end(vm);
    test_remove_folder(dir);
}

static JsonNode *export(TestVm *vm)
{
    const QmpReply *r = qmp_execute(vm->qmp, "pci-slots-export", NULL);

    return r->ret;
}

/* The file has what is exported, whatever the names of pools are. */
static void test_text(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    g_autofree char *options = g_strdup_printf(
        "pool=a\"b\\\t\xc3\xa4:pci.0:8-9:network,pool=\xff:pci.0:10:storage,"
        "ports=p:rp*:sound,ledger=%s", path);
    TestVm *vm = slots_vm_prepare("vm", options, "-device " SLOTS_NIC
                                  ",id=a");
    g_autofree char *text = NULL;
    JsonNode *file;

    test_vm_start(vm);
    slots_vm_add(vm, SLOTS_NIC, "b");
    slots_vm_add(vm, SLOTS_DISK, "c");
    slots_vm_del(vm, "a");
    text = read_file(path);
    file = test_json_parse(text);
    g_assert_true(json_node_equal(file, export(vm)));
    json_node_unref(file);
    test_vm_kill(vm);
    test_vm_start(vm);
    end(vm);
    test_remove_folder(dir);
}

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    { "", "it is empty" },
    { "{", "" },
    { "[]", "" },
    { "{}", "'format' is missing" },
    { "\xff\xfe", "" },
    { "{'format': 'other', 'version': 1, 'pools': [], 'entries': []}",
      "it is no ledger of annex-pci-slots, but 'other'" },
    { "{'format': 'annex-pci-slots', 'version': 2, 'pools': [],"
      " 'entries': []}", "it has version 2 of the format" },
    { "{'format': 'annex-pci-slots', 'version': 1, 'pools': [],"
      " 'entries': [], 'more': 1}", "'more' is unexpected" },
    { "{'format': 'annex-pci-slots', 'version': 1, 'pools': [],"
      " 'entries': [{'id': 'a', 'bus': 'pci.0', 'slot': 32,"
      " 'function': 0, 'live': true}]}", "device 'a' is nowhere" },
    { "{'format': 'annex-pci-slots', 'version': 1, 'pools': [],"
      " 'entries': [{'id': 'a', 'bus': 'pci.0', 'slot': -1,"
      " 'function': 0, 'live': true}]}", "" },
    { "{'format': 'annex-pci-slots', 'version': 1, 'pools': [],"
      " 'entries': [{'id': 'a', 'bus': 'pci.0', 'slot': 4,"
      " 'function': 0, 'live': true}, {'id': 'a', 'bus': 'pci.0',"
      " 'slot': 5, 'function': 0, 'live': true}]}", "'a'" },
    { "{'format': 'annex-pci-slots', 'version': 1, 'pools': [],"
      " 'entries': [{'id': 'a', 'bus': 'pci.0', 'slot': 4,"
      " 'function': 0, 'live': true}, {'id': 'b', 'bus': 'pci.0',"
      " 'slot': 4, 'function': 0, 'live': false}]}", "twice" },
};

/* With @given as the ledger, which is file @path. */
static void refuse_given(const char *given, const char *path, const char *why)
{
    TestVm *vm = with_ledger("vm", given, "");
    g_autofree char *text = test_vm_start_expect_failure(vm);
    g_autofree char *name = g_strdup_printf("annex-pci-slots: ledger '%s'",
                                            path);

    if (!strstr(text, name) || !strstr(text, why)) {
        test_fail("expected '%s' and '%s', got '%s'", name, why, text);
    }
    test_vm_free(vm);
}

static void refuse(const char *path, const char *why)
{
    refuse_given(path, path, why);
}

/* By its name, and untouched. */
static void test_hostile(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    g_autofree char *none = g_build_filename(dir, "none", "ledger", NULL);
    g_autofree char *deep = NULL;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(bad[i].text), "'", '"');
        g_autofree char *after = NULL;

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        refuse(path, bad[i].why);
        after = read_file(path);
        g_assert_cmpstr(after, ==, text);
    }
    deep = g_strnfill(100000, '[');
    g_assert_true(g_file_set_contents(path, deep, -1, NULL));
    refuse(path, "");
    refuse(dir, "is not a regular file");
    refuse(none, "No such file or directory");
    test_remove_folder(dir);
}

/* It cannot be written any more: said once, and in the query. */
static void test_unwritable_later(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    g_autofree char *aside = g_strconcat(path, ".new", NULL);
    TestVm *vm = with_ledger("vm", path, "");
    g_autofree char *before = NULL, *after = NULL, *text = NULL;
    JsonObject *info;

    test_vm_start(vm);
    slots_vm_add(vm, SLOTS_NIC, "a");
    before = read_file(path);
    g_assert_cmpint(g_mkdir(aside, 0700), ==, 0);
    g_assert_cmpuint(slots_vm_add(vm, SLOTS_NIC, "b"), ==, 9);
    slots_vm_add(vm, SLOTS_NIC, "c");
    info = qmp_ok(vm->qmp, "query-pci-slots", NULL);
    g_assert_nonnull(strstr(json_object_get_string_member(info,
                                                          "ledger-error"),
                            "cannot write it"));
    after = read_file(path);
    g_assert_cmpstr(before, ==, after);
    text = test_vm_stderr(vm);
    g_assert_nonnull(strstr(text, "warning: annex-pci-slots: ledger"));
    g_rmdir(aside);
    slots_vm_add(vm, SLOTS_NIC, "d");
    info = qmp_ok(vm->qmp, "query-pci-slots", NULL);
    g_assert_false(json_object_has_member(info, "ledger-error"));
    end(vm);
    test_remove_folder(dir);
}

/* A file is one QEMU's, until that has ended. */
static void test_two(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    g_autofree char *link = g_build_filename(dir, "link", NULL);
    TestVm *vm = with_ledger("first", path, "");
    g_autofree char *before = NULL, *after = NULL;

    test_vm_start(vm);
    slots_vm_add(vm, SLOTS_NIC, "a");
    before = read_file(path);
    refuse(path, "is kept by another QEMU");
    /* By any name. */
    g_assert_cmpint(symlink("ledger", link), ==, 0);
    refuse_given(link, path, "is kept by another QEMU");
    after = read_file(path);
    g_assert_cmpstr(after, ==, before);
    test_vm_kill(vm);
    test_vm_free(vm);

    /* A link stays one, and leads to what is kept. */
    vm = with_ledger("second", link, "");
    test_vm_start(vm);
    slots_vm_add(vm, SLOTS_NIC, "b");
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_free(after);
    after = read_file(path);
    g_assert_nonnull(strstr(after, "\"b\""));
    end(vm);
    test_remove_folder(dir);
}

/* What one has exported another takes, and is in agreement from then on. */
static void test_commands(void)
{
    TestVm *a = slots_vm_prepare("a", POOLS, "");
    TestVm *b = slots_vm_prepare("b", POOLS, "");
    JsonNode *ledger;
    const char *error;

    test_vm_start(a);
    test_vm_start(b);
    slots_vm_add(a, SLOTS_NIC, "n0");
    slots_vm_add(a, SLOTS_NIC, "n1");
    slots_vm_add(a, SLOTS_DISK, "d0");
    slots_vm_del(a, "n0");
    ledger = export(a);
    qmp_ok(b->qmp, "pci-slots-load", "{'ledger': %p}", ledger);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_NIC, "n2"), ==, 10);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_NIC, "n1"), ==, 9);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_NIC, "n0"), ==, 8);
    g_assert_cmpuint(slots_vm_add(a, SLOTS_NIC, "n3"), ==, 10);
    ledger = export(a);
    error = qmp_error(b->qmp, "pci-slots-load", "{'ledger': %p}", ledger);
    g_assert_cmpstr(error, ==, "cannot load the ledger: device 'n2' is in "
                    "slot 10 of bus 'pci.0', which it has for 'n3'");
    ledger = export(b);
    slots_vm_del(a, "n1");
    qmp_ok(a->qmp, "device_add", "{'driver': %s, 'id': 'n1', 'addr': '6'}",
           SLOTS_NIC);
    slots_vm_del(a, "n3");
    error = qmp_error(a->qmp, "pci-slots-load", "{'ledger': %p}", ledger);
    g_assert_cmpstr(error, ==, "cannot load the ledger: device 'n1' is in "
                    "slot 6 of bus 'pci.0', and not in slot 9 of bus "
                    "'pci.0'");
    end(a);
    end(b);
}

/*
 * An id makes more of the ledger than fits into a migration stream: the rest
 * arrives, and is checked.
 */
static void test_too_long(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    /* A file of as much can be read; the devices come on top of that. */
    g_autofree char *id = g_strnfill(4 * 1024 * 1024 - 200, 'x');
    g_autofree char *ledger = g_strdup_printf(
        "{\"format\": \"annex-pci-slots\", \"version\": 1, \"pools\": [],"
        " \"entries\": [{\"id\": \"%s\", \"bus\": \"pci.0\", \"slot\": 8,"
        " \"function\": 0, \"live\": false}]}", id);
    g_autofree char *options = g_strdup_printf(
        POOLS ",migrate=ledger,ledger=%s", path);
    TestVm *a = slots_vm_prepare("a", options, "");
    TestVm *b = slots_vm_prepare("b", POOLS, "-incoming defer");
    g_autofree char *uri = NULL, *text = NULL;

    g_assert_true(g_file_set_contents(path, ledger, -1, NULL));
    test_vm_start(a);
    test_vm_start(b);
    uri = g_strdup_printf("unix:%s/migration", b->dir);
    slots_vm_add(a, SLOTS_DISK, "d0");
    slots_vm_add(b, SLOTS_DISK, "d0");
    qmp_ok(b->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(a->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(b->qmp, "RESUME", 0, NULL);
    text = test_vm_stderr(a);
    g_assert_nonnull(strstr(text, "warning: annex-pci-slots: the ledger is "
                            "too long for a migration stream"));
    g_assert_null(slots_vm_entry(b, id));
    end(b);
    test_vm_quit(a);
    test_vm_free(a);
    test_remove_folder(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pci-slots-ledger/restart", test_restart);
    g_test_add_func("/pci-slots-ledger/expected", test_expected);
    g_test_add_func("/pci-slots-ledger/text", test_text);
    g_test_add_func("/pci-slots-ledger/hostile", test_hostile);
    g_test_add_func("/pci-slots-ledger/unwritable-later",
                    test_unwritable_later);
    g_test_add_func("/pci-slots-ledger/two", test_two);
    g_test_add_func("/pci-slots-ledger/commands", test_commands);
    g_test_add_func("/pci-slots-ledger/too-long", test_too_long);
    return g_test_run();
}
