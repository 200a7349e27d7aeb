/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slots at random: add, refuse, ask, eject, reset, load, in any order. */
#include <stdlib.h>
#include <string.h>
#include "failure.h"
#include "memcheck.h"
#include "slots-vm.h"

/*
 * ANNEX_STRESS_ROUNDS: how much is done (default 200).  ANNEX_STRESS_SEED: to
 * repeat a run.  ANNEX_STRESS_VALGRIND: run QEMU under memcheck, and fail on
 * what it finds in our code.
 */
static unsigned rounds = 200;
static bool under_valgrind;

#define IDS 14
#define SLOTS 32

typedef struct Stress {
    TestVm *vm;
    GRand *rand;
    unsigned added, refused, deleted, asked;
} Stress;

/*
 * No virtio-balloon-pci: 10.0 by itself aborts at a reset that unplugs one
 * (hw/core/resetcontainer.c, resettable_container_child_foreach()).
 */
static const char *const drivers[] = {
    SLOTS_NIC, SLOTS_DISK, "virtio-rng-pci", "e1000", "pci-testdev",
};

static unsigned any(Stress *s, unsigned n)
{
    return g_rand_int_range(s->rand, 0, n);
}

/* A refusal is the host's or ours, and leaves nothing: see slots_vm_check(). */
static void add(Stress *s, const char *id)
{
    const char *driver = drivers[any(s, G_N_ELEMENTS(drivers))];
    g_autofree char *addr = g_strdup_printf("%x.%x", any(s, SLOTS),
                                            any(s, 4) ? 0 : 1);
    const QmpReply *r;

    if (!any(s, 8)) {
        r = qmp_execute(s->vm->qmp, "device_add", "{'driver': 'e1000',"
                        " 'id': %s, 'romfile': '/nonexistent'}", id);
    } else if (!any(s, 5)) {
        r = qmp_execute(s->vm->qmp, "device_add", "{'driver': %s, 'id': %s,"
                        " 'addr': %s}", driver, id, addr);
    } else {
        r = qmp_execute(s->vm->qmp, "device_add", "{'driver': %s,"
                        " 'id': %s}", driver, id);
    }
    if (r->error_class) {
        s->refused++;
    } else {
        s->added++;
    }
}

/* The guest ejects all that it was asked for. */
static void eject(Stress *s)
{
    unsigned slot;

    for (slot = 1; slot < SLOTS; slot++) {
        slots_vm_eject(s->vm, slot);
    }
}

static void del(Stress *s, const char *id)
{
    unsigned slot;

    if (!qmp_has_device(s->vm->qmp, id)) {
        return;
    }
    slot = slots_vm_slot(s->vm, id);
    /* It may have been asked before. */
    qmp_execute(s->vm->qmp, "device_del", "{'id': %s}", id);
    s->asked++;
    if (any(s, 4)) {
        slots_vm_eject(s->vm, slot);
        s->deleted++;
    }
}

/* What was exported can be loaded, where it changes nothing. */
static void load(Stress *s)
{
    const QmpReply *r = qmp_execute(s->vm->qmp, "pci-slots-export", NULL);

    qmp_ok(s->vm->qmp, "pci-slots-load", "{'ledger': %p}", r->ret);
}

static void step(Stress *s)
{
    g_autofree char *id = g_strdup_printf("d%u", any(s, IDS));

    switch (any(s, 12)) {
    case 0 ... 5:
        add(s, id);
        break;
    case 6 ... 9:
        del(s, id);
        break;
    case 10:
        load(s);
        break;
    default:
        if (!any(s, 4)) {
            eject(s);
        } else if (!any(s, 4)) {
            qmp_ok(s->vm->qmp, "system_reset", NULL);
        }
    }
    qmp_forget_events(s->vm->qmp);
}

static void test_random(void)
{
    const char *text = g_getenv("ANNEX_STRESS_SEED");
    unsigned seed = text ? strtoul(text, NULL, 10) : g_random_int(), i;
    g_autofree char *dir = g_dir_make_tmp("annex-ledger-XXXXXX", NULL);
    g_autofree char *options = g_strdup_printf(
        "pool=n:pci.0:8-11:network,pool=d:pci.0:0x10-19:storage,ledger=%s/l",
        dir);
    Stress s = { .rand = g_rand_new_with_seed(seed) };
    Memcheck m = { 0 };

    g_test_message("ANNEX_STRESS_SEED=%u", seed);
    s.vm = slots_vm_prepare("vm", options, "");
    if (under_valgrind) {
        m = memcheck_begin();
        test_vm_wrapper(s.vm, m.command);
    }
    test_vm_start(s.vm);
    for (i = 0; i < rounds; i++) {
        step(&s);
        slots_vm_check(s.vm);
    }
    g_test_message("%u added, %u refused, %u asked to go, %u ejected",
                   s.added, s.refused, s.asked, s.deleted);
    test_vm_quit(s.vm);
    if (under_valgrind) {
        memcheck_end(&m);
    }
    test_vm_free(s.vm);
    test_remove_folder(dir);
    g_rand_free(s.rand);
}

int main(int argc, char **argv)
{
    const char *text = g_getenv("ANNEX_STRESS_ROUNDS");

    g_test_init(&argc, &argv, NULL);
    rounds = text ? strtoul(text, NULL, 10) : rounds;
    under_valgrind = g_getenv("ANNEX_STRESS_VALGRIND");
    g_test_add_func("/pci-slots-stress/random", test_random);
    return g_test_run();
}
