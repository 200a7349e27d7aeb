/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With TCG, what a guest writes while it migrates is there afterwards. */
#include <string.h>
#include "vm.h"

#define N_PAGES 16
#define PAGE 4096
#define ROUNDS 3
#define LAST_PASS 5

/* A guest that does nothing but count in N_PAGES pages, in their order. */
typedef struct Counter {
    const char *arch;
    const char *machine;
    uint64_t base;              /* of the first page */
    const uint8_t *code;
    size_t code_size;
    size_t code_at;             /* in the firmware */
    size_t entry_at;
    uint8_t entry[3];           /* what is there, if it is not the code */
} Counter;

/* Real mode, at the start of the firmware's last 64 KiB. */
static const uint8_t code_x86[] = {
    0xfa,                           /*     cli            */
    0xb8, 0x00, 0x10,               /*     mov ax, 0x1000 */
    0x8e, 0xd8,                     /*     mov ds, ax     */
    0x31, 0xdb,                     /* 1:  xor bx, bx     */
    0x66, 0xff, 0x07,               /* 2:  inc dword [bx] */
    0x81, 0xc3, 0x00, 0x10,         /*     add bx, PAGE   */
    0x75, 0xf7,                     /*     jnz 2b         */
    0xeb, 0xf3,                     /*     jmp 1b         */
};

static const uint8_t code_ppc64[] = {
    0x3c, 0x80, 0x01, 0x00,         /*     lis r4, 0x100      */
    0x38, 0xa0, 0x00, N_PAGES,      /* 1:  li r5, N_PAGES     */
    0x7c, 0xa9, 0x03, 0xa6,         /*     mtctr r5           */
    0x7c, 0x86, 0x23, 0x78,         /*     mr r6, r4          */
    0x80, 0xe6, 0x00, 0x00,         /* 2:  lwz r7, 0(r6)      */
    0x38, 0xe7, 0x00, 0x01,         /*     addi r7, r7, 1     */
    0x90, 0xe6, 0x00, 0x00,         /*     stw r7, 0(r6)      */
    0x38, 0xc6, 0x10, 0x00,         /*     addi r6, r6, PAGE  */
    0x42, 0x00, 0xff, 0xf0,         /*     bdnz 2b            */
    0x4b, 0xff, 0xff, 0xe0,         /*     b 1b               */
};

static const Counter counters[] = {
    { .arch = "x86_64", .machine = "q35", .base = 0x10000,
      .code = code_x86, .code_size = sizeof(code_x86),
      .entry_at = 0xfff0, .entry = { 0xe9, 0x0d, 0x00 } },
    { .arch = "ppc64", .machine = "pseries", .base = 0x1000000,
      .code = code_ppc64, .code_size = sizeof(code_ppc64),
      .code_at = 0x100 },
};

static void write_firmware(TestVm *vm, const Counter *c)
{
    g_autofree char *rom = g_malloc0(64 * 1024);
    g_autofree char *path = g_build_filename(vm->dir, "count.rom", NULL);
    g_autoptr(GError) error = NULL;

    memcpy(rom + c->entry_at, c->entry, sizeof(c->entry));
    memcpy(rom + c->code_at, c->code, c->code_size);
    g_file_set_contents(path, rom, 64 * 1024, &error);
    g_assert_no_error(error);
    test_vm_arg(vm, "-bios", path, NULL);
}

static TestVm *start(const Counter *c, const char *name, const char *uri)
{
    TestVm *vm = test_vm_new_arch(name, c->arch);

    test_vm_args(vm, "-machine %s -m 256M", c->machine);
    write_firmware(vm, c);
    test_vm_qtest(vm);
    if (uri) {
        test_vm_arg(vm, "-S", "-incoming", uri, NULL);
    } else {
        test_vm_migrates(vm);
    }
    test_vm_start(vm);
    return vm;
}

static uint32_t count(const Counter *c, TestVm *vm, unsigned page)
{
    return qtest_readl(vm->qtest, c->base + page * PAGE);
}

/* How many are not the same on both sides, which have stopped. */
static unsigned lost_pages(const Counter *c, TestVm *from, TestVm *to)
{
    unsigned lost = 0, i;

    for (i = 0; i < N_PAGES; i++) {
        uint32_t here = count(c, from, i), there = count(c, to, i);

        if (here != there) {
            g_test_message("page %u: %u there, %u here", i, there, here);
            lost++;
        }
    }
    return lost;
}

static void enable_events(TestVm *vm)
{
    qmp_ok(vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true}]}");
}

/*
 * What is lost is written after the second pass has begun, so there have to
 * be some: until LAST_PASS it is too slow to end, unless QEMU believes that
 * there is nothing left to send.
 */
static void migrate(TestVm *vm, const char *uri)
{
    const QmpEvent *e;

    enable_events(vm);
    qmp_ok(vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 1000000, 'downtime-limit': 1}");
    qmp_ok(vm->qmp, "migrate", "{'uri': %s}", uri);
    do {
        e = qmp_wait_event_any(vm->qmp, 0, "MIGRATION_PASS", "STOP", NULL);
    } while (strcmp(e->name, "STOP") &&
             json_object_get_int_member(e->data, "pass") < LAST_PASS);
    qmp_ok(vm->qmp, "migrate-set-parameters", "{'downtime-limit': 1000}");
    qmp_wait_event(vm->qmp, "MIGRATION", 0, "{'status': 'completed'}");
}

static unsigned migrate_once(const Counter *c)
{
    TestVm *from = start(c, "from", NULL), *to;
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", from->dir);
    unsigned lost, ms;

    for (ms = 0; !count(c, from, N_PAGES - 1); ms++) {
        g_assert_cmpuint(ms, <, 30000);
        g_usleep(1000);
    }
    to = start(c, "to", uri);
    enable_events(to);
    migrate(from, uri);
    qmp_wait_event(to->qmp, "MIGRATION", 0, "{'status': 'completed'}");
    lost = lost_pages(c, from, to);
    test_vm_quit(from);
    test_vm_quit(to);
    test_vm_free(from);
    test_vm_free(to);
    return lost;
}

static void nothing_lost(gconstpointer data)
{
    unsigned lost = 0, i;

    for (i = 0; i < ROUNDS; i++) {
        lost += migrate_once(data);
    }
    g_assert_cmpuint(lost, ==, 0);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < G_N_ELEMENTS(counters); i++) {
        g_autofree char *path = g_strdup_printf("/migration-writes/%s",
                                                counters[i].arch);

        g_test_add_data_func(path, &counters[i], nothing_lost);
    }
    return g_test_run();
}
