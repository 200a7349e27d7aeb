/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: placement is part of what a migration has to agree on. */
#define _GNU_SOURCE             /* memmem() */
#include <string.h>
#include <sys/wait.h>
#include "failure.h"
#include "freeze.h"
#include "slots-vm.h"

#define POOLS SLOTS_NICS "," SLOTS_DISKS
#define DISK(id) "-device " SLOTS_DISK ",id=" id " "
#define NIC(id) "-device " SLOTS_NIC ",id=" id " "

static TestVm *start(const char *name, const char *options, const char *args)
{
    TestVm *vm = slots_vm_prepare(name, options, args);

    test_vm_start(vm);
    return vm;
}

static TestVm *start_incoming(const char *options, const char *args)
{
    g_autofree char *all = g_strdup_printf("-incoming defer %s", args);

    return start("to", options, all);
}

static const char *migration_end(TestVm *from)
{
    for (;;) {
        const QmpEvent *e = qmp_wait_event(from->qmp, "MIGRATION", 0, NULL);
        const char *status = json_object_get_string_member(e->data,
                                                           "status");

        if (!strcmp(status, "completed") || !strcmp(status, "failed")) {
            return status;
        }
    }
}

static bool has_return_path(TestVm *vm)
{
    JsonArray *all = qmp_ok_array(vm->qmp, "query-migrate-capabilities",
                                  NULL);
    unsigned i;

    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *o = json_array_get_object_element(all, i);

        if (!strcmp(json_object_get_string_member(o, "capability"),
                    "return-path")) {
            return json_object_get_boolean_member(o, "state");
        }
    }
    return false;
}

/* The event comes before the host has ended it. */
static void wait_for_no_return_path(TestVm *vm)
{
    gint64 end_us = test_deadline_us(0);

    while (has_return_path(vm)) {
        if (!test_ms_until(end_us)) {
            test_fail("return-path stays on after a migration");
        }
        g_usleep(10000);
    }
}

/* How it ended, as the source sees it. */
static const char *migrate(TestVm *from, TestVm *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", to->dir);
    const char *status;

    qmp_ok(to->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
    qmp_ok(from->qmp, "migrate", "{'uri': %s}", uri);
    status = migration_end(from);
    wait_for_no_return_path(from);
    return status;
}

static void completes(TestVm *from, TestVm *to)
{
    g_assert_cmpstr(migrate(from, to), ==, "completed");
    qmp_wait_event(to->qmp, "RESUME", 0, NULL);
    test_vm_quit(from);
    test_vm_free(from);
}

static void expect_running(TestVm *vm, bool running)
{
    g_assert_cmpint(json_object_get_boolean_member(
        qmp_ok(vm->qmp, "query-status", NULL), "running"), ==, running);
}

/* The destination has ended; what it printed has @text in it. */
static void expect_end(TestVm *to, const char *text)
{
    int status = test_vm_wait_exit(to, 0);
    g_autofree char *printed = test_vm_stderr(to);

    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), !=, 0);
    if (!strstr(printed, text)) {
        test_fail("expected '%s', got '%s'", text, printed);
    }
    test_vm_free(to);
}

/* The source goes on as if nothing had been. */
static void refused(TestVm *from, TestVm *to, const char *text)
{
    g_assert_cmpstr(migrate(from, to), ==, "failed");
    expect_end(to, text);
    expect_running(from, true);
    slots_vm_add(from, "virtio-rng-pci", "later");
    slots_vm_check(from);
    test_vm_quit(from);
    test_vm_free(from);
}

static void save_ledger(TestVm *vm, const char *path)
{
    const QmpReply *r = qmp_execute(vm->qmp, "pci-slots-export", NULL);
    g_autofree char *text = json_to_string(r->ret, TRUE);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Hot added and removed, then there and back, devices in another order. */
static void test_with_ledger(void)
{
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ledger", NULL);
    g_autofree char *copy = g_build_filename(dir, "copy", NULL);
    g_autofree char *options = g_strdup_printf(POOLS ",ledger=%s", path);
    g_autofree char *copied = g_strdup_printf(POOLS ",ledger=%s", copy);
    g_autofree char *text = NULL;
    TestVm *a = start("a", POOLS, NIC("n0") DISK("d0") DISK("d1")), *b, *c;

    slots_vm_add(a, SLOTS_DISK, "d2");
    slots_vm_del(a, "d1");
    slots_vm_add(a, SLOTS_NIC, "n1");
    slots_vm_add(a, SLOTS_DISK, "d3");
    save_ledger(a, path);
    b = start_incoming(options, DISK("d3") NIC("n1") DISK("d2") DISK("d0")
                       NIC("n0"));
    completes(a, b);
    g_assert_cmpuint(slots_vm_slot(b, "d3"), ==, 19);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_DISK, "d4"), ==, 20);
    slots_vm_check(b);
    /* The destination has kept its file: it can be copied as it is. */
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_file_set_contents(copy, text, -1, NULL));
    c = start_incoming(copied, DISK("d4") DISK("d0") DISK("d2") NIC("n1")
                       NIC("n0") DISK("d3"));
    completes(b, c);
    g_assert_cmpuint(slots_vm_slot(c, "d4"), ==, 20);
    g_assert_cmpuint(slots_vm_add(c, SLOTS_DISK, "d1"), ==, 17);
    slots_vm_check(c);
    test_vm_quit(c);
    test_vm_free(c);
    test_remove_folder(dir);
}

/* The destination is given its devices by device_add, after the ledger. */
static void test_with_command(void)
{
    TestVm *a = start("a", POOLS, DISK("d0") DISK("d1") DISK("d2"));
    TestVm *b = start_incoming(POOLS, "");
    const QmpReply *r;

    slots_vm_del(a, "d0");
    r = qmp_execute(a->qmp, "pci-slots-export", NULL);
    qmp_ok(b->qmp, "pci-slots-load", "{'ledger': %p}", r->ret);
    slots_vm_add(b, SLOTS_DISK, "d2");
    slots_vm_add(b, SLOTS_DISK, "d1");
    completes(a, b);
    slots_vm_check(b);
    test_vm_quit(b);
    test_vm_free(b);
}

/* Two disks change places: stock runs on with them. */
static void test_exchanged(void)
{
    TestVm *a = start("a", NULL, DISK("d0") DISK("d1"));
    TestVm *b = start_incoming(NULL, DISK("d1") DISK("d0"));

    completes(a, b);
    test_vm_quit(b);
    test_vm_free(b);
    refused(start("a", POOLS, DISK("d0") DISK("d1")),
            start_incoming(POOLS, DISK("d1") DISK("d0")),
            "annex-pci-slots: migration refused: device 'd0' is in slot 17 "
            "of bus 'pci.0' here, and in slot 16 of bus 'pci.0' at the "
            "source");
}

/*
 * Stock's source has mostly completed when the destination finds out, and
 * then nobody runs.
 */
static void test_elsewhere(void)
{
    TestVm *a = start("a", NULL, DISK("d0,addr=5"));
    TestVm *b = start_incoming(NULL, DISK("d0,addr=6"));
    const char *status = migrate(a, b);

    g_test_message("stock: %s", status);
    expect_end(b, "Unknown savevm section or instance");
    expect_running(a, strcmp(status, "completed") != 0);
    test_vm_quit(a);
    test_vm_free(a);
    refused(start("a", "", DISK("d0,addr=5")),
            start_incoming("", DISK("d0,addr=6")),
            "device 'd0' is in slot 6 of bus 'pci.0' here, and in slot 5");
}

/*
 * All that there is fits into the socket before the destination looks.
 * Without the return path the source would have completed.
 */
static void test_slow_destination(void)
{
    TestVm *a = start("a", POOLS, "-m 4M " DISK("d0"));
    TestVm *b = start_incoming(POOLS, "-m 4M " DISK("d0,addr=6"));
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", b->dir);

    qmp_ok(b->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(a->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
    test_freeze(b->pid);
    qmp_ok(a->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(a->qmp, "STOP", 0, NULL);
    g_assert_true(has_return_path(a));
    qmp_expect_no_event(a->qmp, "MIGRATION", 500, "{'status': 'completed'}");
    test_thaw(b->pid);
    g_assert_cmpstr(migration_end(a), ==, "failed");
    expect_end(b, "device 'd0' is in slot 6 of bus 'pci.0' here");
    qmp_wait_event(a->qmp, "RESUME", 0, NULL);
    expect_running(a, true);
    test_vm_quit(a);
    test_vm_free(a);
}

static void test_missing(void)
{
    refused(start("a", POOLS, DISK("d0") DISK("d1")),
            start_incoming(POOLS, DISK("d0")),
            "device 'd1', in slot 17 of bus 'pci.0' at the source, is not "
            "here");
    refused(start("a", POOLS, DISK("d0")),
            start_incoming(POOLS, DISK("d0") DISK("d1")),
            "device 'd1', in slot 17 of bus 'pci.0' here, is not at the "
            "source");
    refused(start("a", POOLS, "-device virtio-rng-pci -device " SLOTS_DISK),
            start_incoming(POOLS, "-device " SLOTS_DISK),
            "a device 'virtio-rng-pci' without an id, in slot 2 of bus "
            "'pci.0' at the source, is not here");
    refused(start("a", POOLS, "-device virtio-rng-pci,id=x"),
            start_incoming(POOLS, "-device virtio-balloon-pci,id=x"),
            "device 'x' is a 'virtio-balloon-pci' here, and a "
            "'virtio-rng-pci' at the source");
    refused(start("a", "", DISK("d0,addr=5,multifunction=on")
                  DISK("d1,addr=5.1")),
            start_incoming("", DISK("d0,addr=5,multifunction=on")
                           DISK("d1,addr=5.2")),
            "device 'd1' is in slot 5, function 2, of bus 'pci.0' here");
}

/* NICs have ROMs, whose names 7.2 looks at even before the map. */
static void test_nics(void)
{
    refused(start("a", POOLS, NIC("n0,addr=8")),
            start_incoming(POOLS, NIC("n0,addr=9")),
            test_host_series() >= 900
            ? "device 'n0' is in slot 9 of bus 'pci.0' here, and in slot 8"
            : "Unknown ramblock \"0000:00:08.0/virtio-net-pci.rom\"");
}

/* Stock on either side, with addresses on both. */
static void test_stock(void)
{
    TestVm *a = start("a", NULL, DISK("d0,addr=0x10") DISK("d1,addr=0x11"));
    TestVm *b = start_incoming(POOLS ",migrate=off",
                               DISK("d1,addr=0x11") DISK("d0,addr=0x10")), *c;

    completes(a, b);
    slots_vm_check(b);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_DISK, "d2"), ==, 18);
    c = start_incoming(NULL, DISK("d0,addr=0x10") DISK("d2,addr=0x12")
                       DISK("d1,addr=0x11"));
    completes(b, c);
    test_vm_quit(c);
    test_vm_free(c);
    a = start("a", NULL, DISK("d0,addr=0x10"));
    b = start_incoming(POOLS, DISK("d0"));
    completes(a, b);
    c = start_incoming(NULL, DISK("d0,addr=0x10"));
    refused(b, c, "Unknown savevm section or instance 'annex-pci-slots'");
}

/* With the stream comes who was where, and how far the pools have got. */
static void test_ledger_in_stream(void)
{
    TestVm *a = start("a", POOLS ",migrate=ledger", DISK("d0") DISK("d1"));
    TestVm *b = start_incoming(POOLS, DISK("d0"));

    slots_vm_del(a, "d1");
    completes(a, b);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_DISK, "d2"), ==, 18);
    g_assert_cmpuint(slots_vm_add(b, SLOTS_DISK, "d1"), ==, 17);
    slots_vm_check(b);
    test_vm_quit(b);
    test_vm_free(b);
}

static void migrate_to_file(TestVm *a, const char *path)
{
    g_autofree char *uri = g_strdup_printf("exec:cat > %s", path);

    qmp_ok(a->qmp, "migrate-set-capabilities",
           "{'capabilities': [{'capability': 'events', 'state': true}]}");
    qmp_ok(a->qmp, "migrate", "{'uri': %s}", uri);
    g_assert_cmpstr(migration_end(a), ==, "completed");
    test_vm_quit(a);
    test_vm_free(a);
}

static void restore(const char *path)
{
    g_autofree char *uri = g_strdup_printf("exec:cat %s", path);
    TestVm *b = start_incoming(POOLS, DISK("d0"));

    qmp_ok(b->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_wait_event(b->qmp, "RESUME", 0, NULL);
    test_vm_quit(b);
    test_vm_free(b);
}

/* Nothing that a stream has in the place of a map does harm. */
static void test_hostile(void)
{
    static const char *const lies[] = {
        "}", "[", "\"devices\": 1", "{\"devices\": 5}", "\xff\xff",
    };
    g_autofree char *dir = g_dir_make_tmp("annex-stream-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "stream", NULL);
    g_autofree char *uri = g_strdup_printf("exec:cat %s", path);
    g_autofree char *stream = NULL;
    gsize len;
    char *at;
    unsigned i;

    migrate_to_file(start("a", POOLS, DISK("d0")), path);
    restore(path);
    g_assert_true(g_file_get_contents(path, &stream, &len, NULL));
    at = memmem(stream, len, "{\"devices\"", 10);
    g_assert_nonnull(at);
    for (i = 0; i < G_N_ELEMENTS(lies) + 2; i++) {
        TestVm *b = start_incoming(POOLS, DISK("d0"));
        g_autofree char *lie = g_memdup2(stream, len);
        char *text = lie + (at - stream);

        if (i < G_N_ELEMENTS(lies)) {
            memcpy(text, lies[i], strlen(lies[i]));
        } else {
            /* The length. */
            memset(text - 4, i == G_N_ELEMENTS(lies) ? 0 : 0xff, 4);
        }
        g_assert_true(g_file_set_contents(path, lie, len, NULL));
        qmp_ok(b->qmp, "migrate-incoming", "{'uri': %s}", uri);
        expect_end(b, "annex-pci-slots");
    }
    test_remove_folder(dir);
}

#define ADD(name, fn) g_test_add_func("/pci-slots-migration/" name, fn)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("with-ledger", test_with_ledger);
    ADD("with-command", test_with_command);
    ADD("exchanged", test_exchanged);
    ADD("elsewhere", test_elsewhere);
    ADD("slow-destination", test_slow_destination);
    ADD("missing", test_missing);
    ADD("nics", test_nics);
    ADD("stock", test_stock);
    ADD("ledger-in-stream", test_ledger_in_stream);
    ADD("hostile", test_hostile);
    return g_test_run();
}
