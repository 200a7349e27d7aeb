/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTAS calls at random, between requests, cancels, plugs and resets. */
#include "failure.h"
#include "memcheck.h"
#include "papr-fuzz.h"

#include <stdlib.h>
#include <string.h>

/*
 * ANNEX_FUZZ_ROUNDS: how many times as much to do (default 1: 100,000
 * calls in all).  ANNEX_FUZZ_SEED: to repeat a run.  ANNEX_FUZZ_VALGRIND: run
 * QEMU under memcheck, make few calls, and fail on what it finds in our code.
 */
static unsigned rounds = 1;
static bool under_valgrind;

/* So many times less calls then. */
#define VALGRIND_SHARE 20

/* ------------------------------------------------------------ beside stock */

static bool same_devices(Fuzz *f)
{
    unsigned i;

    for (i = 0; i < f->n_devices; i++) {
        if (f->sides[0].m->devices[i].present !=
            f->sides[1].m->devices[i].present) {
            return false;
        }
    }
    return true;
}

/* Whether a call finds the same in both machines, DIMMs' memory included. */
static bool same_view(Fuzz *f, const RtasCall *c)
{
    PaprMachine *a = f->sides[0].m, *b = f->sides[1].m;
    uint32_t index = c->work ? c->found : c->args[1];
    ModelConnector *ca = papr_machine_connector(a, index);
    ModelConnector *cb = papr_machine_connector(b, index);

    if (a->events->len != b->events->len || !ca != !cb ||
        !same_devices(f)) {
        return false;
    }
    return !ca || (!memcmp(&ca->drc, &cb->drc, sizeof(ca->drc)) &&
                   ca->steps == cb->steps && ca->guard == cb->guard);
}

/*
 * The device tree of a bridge has what was behind it when it was first read,
 * and is checked by the model alone.
 */
static bool is_bridge(Fuzz *f, const RtasCall *c)
{
    ModelConnector *of = c->work
        ? papr_machine_connector(f->sides[0].m, c->found) : NULL;

    return of && of->dev && (of->dev->spec->kind == MODEL_BRIDGE ||
                             of->dev->spec->kind == MODEL_HOST_BRIDGE ||
                             !of->dev->spec->id);
}

static bool same_answer(const RtasCall *a, const RtasCall *b)
{
    return a->result == b->result && a->value == b->value &&
           a->found == b->found && !g_strcmp0(a->output, b->output);
}

/* ------------------------------------------------------------------ a round */

/* Calls @from to @to - 1, which have no aftermath but for the last. */
static void make_calls(Fuzz *f, unsigned from, unsigned to)
{
    unsigned i, k;

    for (k = 0; k < f->n_sides; k++) {
        rtas_batch_run(f->sides[k].vm->qtest, f->calls[k] + from, to - from);
    }
    for (i = from; i < to; i++) {
        bool same = f->n_sides == 2 && same_view(f, &f->calls[0][i]) &&
                    !is_bridge(f, &f->calls[0][i]);

        for (k = 0; k < f->n_sides; k++) {
            fuzz_side_call(&f->sides[k], &f->calls[k][i]);
        }
        f->same += same;
        if (same && !same_answer(&f->calls[0][i], &f->calls[1][i])) {
            g_autofree char *text = rtas_call_text(&f->calls[0][i]);
            g_autofree char *stock = rtas_call_text(&f->calls[1][i]);

            test_fail("%s, but stock: %s", text, stock);
        }
    }
    for (k = 0; k < f->n_sides; k++) {
        rtas_batch_clear(f->calls[k] + from, to - from);
    }
}

void fuzz_flush(Fuzz *f)
{
    unsigned from = 0, to;

    memcpy(f->calls[1], f->calls[0], sizeof(f->calls[0]));
    for (to = 1; to <= f->n; to++) {
        if (to == f->n || fuzz_side_has_aftermath(&f->calls[0][to - 1])) {
            make_calls(f, from, to);
            from = to;
        }
    }
    f->made += f->n;
    f->n = 0;
}

/* Rather one with a request in flight, or without, as is @asked. */
static unsigned some_device(Fuzz *f, bool asked)
{
    unsigned i, tries = 0;

    do {
        i = fuzz_below(f, f->n_devices);
    } while (!f->c->specs[i].plug ||
             (f->sides[0].m->devices[i].record != asked && tries++ < 8));
    return i;
}

static void user(Fuzz *f)
{
    unsigned what = fuzz_below(f, 100), k;
    unsigned i = some_device(f, what >= 40 && what < 65);
    bool timeout = fuzz_percent(f, 50), in_vain = fuzz_percent(f, 3);

    for (k = 0; k < f->n_sides; k++) {
        FuzzSide *s = &f->sides[k];

        if (what < 50) {
            fuzz_side_request(s, i, timeout);
        } else if (what < 65) {
            fuzz_side_cancel(s, i);
        } else if (what < 98) {
            fuzz_side_plug(s, i, in_vain);
        } else {
            fuzz_side_reset(s);
        }
    }
}

static bool is_worn_out(Fuzz *f)
{
    return fuzz_side_is_worn_out(&f->sides[0]) ||
           (f->n_sides == 2 && fuzz_side_is_worn_out(&f->sides[1]));
}

static void one_vm(Fuzz *f, unsigned calls)
{
    unsigned end = f->made + calls, worn = f->made + f->c->at_least, k;
    Memcheck memcheck = {};

    if (under_valgrind) {
        memcheck = memcheck_begin();
    }
    for (k = 0; k < f->n_sides; k++) {
        f->sides[k].outcomes = f->outcomes;
        fuzz_side_start(&f->sides[k], f->c->specs, f->c->args, k == 0,
                        memcheck.command);
    }
    while (f->made < end && (f->made < worn || !is_worn_out(f))) {
        do {
            fuzz_guest(f);
        } while (fuzz_percent(f, 65));
        fuzz_flush(f);
        user(f);
        for (k = 0; k < f->n_sides; k++) {
            fuzz_side_check(&f->sides[k]);
        }
    }
    for (k = 0; k < f->n_sides; k++) {
        fuzz_side_stop(&f->sides[k]);
    }
    if (under_valgrind) {
        memcheck_end(&memcheck);
    }
}

/* Whether the run came by what it is about is told by these numbers. */
static void report(Fuzz *f, unsigned vms)
{
    GHashTableIter iter;
    void *outcome, *n;

    g_test_message("%u calls, %u as stock's, %u machines", f->made, f->same,
                   vms);
    g_hash_table_iter_init(&iter, f->outcomes);
    while (g_hash_table_iter_next(&iter, &outcome, &n)) {
        g_test_message("%u requests %s", GPOINTER_TO_UINT(n),
                       (char *)outcome);
    }
}

static void run(gconstpointer data)
{
    const Case *c = data;
    Fuzz f = { .c = c, .n_sides = c->beside_stock ? 2 : 1 };
    const char *seed_text = g_getenv("ANNEX_FUZZ_SEED");
    guint32 seed = seed_text ? strtoul(seed_text, NULL, 10)
                             : (guint32)g_test_rand_int();
    unsigned share = under_valgrind ? VALGRIND_SHARE : 1;
    unsigned calls = c->calls * rounds / share, vms = 0;

    g_test_message("ANNEX_FUZZ_SEED=%u, %u calls", seed, calls);
    f.rand = g_rand_new_with_seed(seed);
    f.outcomes = g_hash_table_new(g_str_hash, g_str_equal);
    while (c->specs[f.n_devices].n) {
        f.n_devices++;
    }
    while (f.made < calls) {
        one_vm(&f, calls - f.made);
        vms++;
    }
    report(&f, vms);
    g_hash_table_unref(f.outcomes);
    g_rand_free(f.rand);
}

/* ----------------------------------------------------------------- machines */

#define CORE "power8_v2.0-spapr-cpu-core"
#define RNG "virtio-rng-pci"

static const ModelSpec cores[] = {
    { NULL, MODEL_FIXED, 0x10000000, 1, NULL },
    { NULL, MODEL_FIXED, 0x20000000, 1, NULL },
    { "core1", MODEL_CORE, 0x10000001, 1, CORE ",id=core1,core-id=1" },
    { "core2", MODEL_CORE, 0x10000002, 1, CORE ",id=core2,core-id=2" },
    { "core3", MODEL_CORE, 0x10000003, 1, CORE ",id=core3,core-id=3" },
    { "core4", MODEL_CORE, 0x10000004, 1, CORE ",id=core4,core-id=4" },
    { "core5", MODEL_CORE, 0x10000005, 1, CORE ",id=core5,core-id=5" },
    { "core7", MODEL_CORE, 0x10000007, 1, CORE ",id=core7,core-id=7" },
    {}
};

static const ModelSpec others[] = {
    { NULL, MODEL_FIXED, 0x10000000, 1, NULL },
    { NULL, MODEL_FIXED, 0x20000000, 1, NULL },
    { "dimm0", MODEL_DIMM, 0x80000004, 2,
      "pc-dimm,id=dimm0,memdev=mem0,addr=0x40000000" },
    { "dimm1", MODEL_DIMM, 0x80000008, 4,
      "pc-dimm,id=dimm1,memdev=mem1,addr=0x80000000" },
    { "br0", MODEL_BRIDGE, 0x40000010, 1,
      "pci-bridge,id=br0,chassis_nr=1,bus=pci.0,addr=2" },
    { "behind", MODEL_FUNCTION, 0x40000118, 1,
      RNG ",id=behind,bus=br0,addr=3" },
    { "single", MODEL_FUNCTION, 0x40000028, 1,
      RNG ",id=single,bus=pci.0,addr=5" },
    { "multi3", MODEL_FUNCTION, 0x40000033, 1,
      RNG ",id=multi3,bus=pci.0,addr=6.3,multifunction=on" },
    { "multi1", MODEL_FUNCTION, 0x40000031, 1,
      RNG ",id=multi1,bus=pci.0,addr=6.1,multifunction=on" },
    { "multi0", MODEL_FUNCTION, 0x40000030, 1,
      RNG ",id=multi0,bus=pci.0,addr=6.0,multifunction=on" },
    { "phb1", MODEL_HOST_BRIDGE, 0x20000001, 1,
      "spapr-pci-host-bridge,id=phb1,index=1" },
    { "child", MODEL_FUNCTION, 0x40010020, 1,
      RNG ",id=child,bus=phb1.0,addr=4" },
    {}
};

#define CORES_ARGS "-m 512M -smp 1,maxcpus=8"
#define OTHERS_ARGS                                             \
    "-m 512M,slots=4,maxmem=4G -smp 1"                          \
    " -object memory-backend-ram,id=mem0,size=512M"             \
    " -object memory-backend-ram,id=mem1,size=1G"

static const Case cases[] = {
    { "cores", CORES_ARGS, cores, 30000, 500, false },
    { "others", OTHERS_ARGS, others, 50000, 2000, false },
    { "cores-beside-stock", CORES_ARGS, cores, 5000, 500, true },
    { "others-beside-stock", OTHERS_ARGS, others, 15000, 2000, true },
};

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    if (g_getenv("ANNEX_FUZZ_ROUNDS")) {
        rounds = atoi(g_getenv("ANNEX_FUZZ_ROUNDS"));
    }
    under_valgrind = g_getenv("ANNEX_FUZZ_VALGRIND");
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/papr-rtas-fuzz/%s",
                                                cases[i].name);

        if (!under_valgrind || !cases[i].beside_stock) {
            g_test_add_data_func(path, &cases[i], run);
        }
    }
    return g_test_run();
}
